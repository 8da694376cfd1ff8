// Goal: both languages say the same things, in forms that fit, and the page asks for nothing they lack.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { pickLanguage, setMessages, t, useLanguage } from '../../../static/js/i18n.js';
import en from '../../../static/js/lang/en.js';
import ru from '../../../static/js/lang/ru.js';

const SOURCES = fileURLToPath(new URL('../../../static/js', import.meta.url));

/** @type {{[language: string]: {[key: string]: any}}} */
const LANGUAGES = { en, ru };

/** @param {any} message */
const forms = (message) => (typeof message === 'string' ? [message] : Object.values(message));

/** @param {any} message */
const placeholders = (message) => [...new Set(forms(message).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();

test('both_languages_have_the_same_keys_and_placeholders', () => {
  assert.deepEqual(Object.keys(ru), Object.keys(en));
  for (const [key, message] of Object.entries(LANGUAGES.en)) {
    assert.deepEqual(placeholders(LANGUAGES.ru[key]), placeholders(message), key);
  }
});

test('plural_messages_have_every_form_of_their_language', () => {
  for (const [name, messages] of Object.entries(LANGUAGES)) {
    const categories = new Intl.PluralRules(name).resolvedOptions().pluralCategories.sort();
    for (const [key, message] of Object.entries(messages)) {
      if (typeof message !== 'string') assert.deepEqual(Object.keys(message).sort(), categories, `${name} ${key}`);
    }
  }
});

test('russian_plurals_follow_the_number', async () => {
  await useLanguage('ru');
  assert.deepEqual(
    [1, 2, 5, 11, 21, 104].map((count) => t('days', { count })),
    ['1 день', '2 дня', '5 дней', '11 дней', '21 день', '104 дня'],
  );
});

test('every_key_the_page_asks_for_exists', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.js$/.test(name) && !name.startsWith('lang'),
  );
  const asked = files.flatMap((name) =>
    [...readFileSync(`${SOURCES}/${name}`, 'utf8').matchAll(/\bt\(\s*'([^']+)'/g)].map((found) => found[1]),
  );
  assert.ok(asked.length > 100);
  for (const key of asked) assert.ok(Object.hasOwn(en, key), `no text for ${key}`);
});

test('a_parameter_is_text_and_not_a_pattern', () => {
  setMessages('en', { greeting: 'Hello {name}, {missing}' });
  assert.equal(t('greeting', { name: '{missing} $& <b>' }), 'Hello {missing} $& <b>, {missing}');
});

test('the_first_language_we_speak_is_picked', () => {
  assert.equal(pickLanguage(null, ['de-DE', 'ru-RU', 'en']), 'ru');
  assert.equal(pickLanguage('en', ['ru']), 'en');
  assert.equal(pickLanguage('xx', ['fr']), 'en');
});
