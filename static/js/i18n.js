// Owns the language: which one is shown, its words and its plural forms. Numbers and times: format.js.

export const LANGUAGES = { en: 'English', ru: 'Русский' };

/** @typedef {string | {[category: string]: string}} Message a text, or one for each plural category */

const current = {
  language: 'en',
  /** @type {{[key: string]: Message}} */
  messages: {},
  // Made when they are first wanted: they are the slowest that is made while the page opens.
  /** @type {Intl.PluralRules | null} */
  plurals: null,
  /** @type {Intl.NumberFormat | null} */
  numbers: null,
};

/**
 * The first of the person's languages that we speak.
 * @param {string | null} chosen
 * @param {readonly string[]} preferred as navigator.languages
 */
export function pickLanguage(chosen, preferred) {
  const candidates = [chosen ?? '', ...preferred].map((tag) => tag.toLowerCase().split('-')[0]);
  return candidates.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? 'en';
}

/** @param {string} name */
export async function useLanguage(name) {
  const { default: messages } = await import(`./lang/${name}.js`);
  setMessages(name, messages);
}

/**
 * @param {string} name
 * @param {{[key: string]: Message}} messages
 */
export function setMessages(name, messages) {
  Object.assign(current, { language: name, messages, plurals: null, numbers: null });
}

export function language() {
  return current.language;
}

/**
 * The text of a key. `{name}` stands for a parameter; `count` also picks the plural form.
 * @param {string} key
 * @param {{[name: string]: string | number}} [params]
 */
export function t(key, params = {}) {
  const message = current.messages[key];
  if (message === undefined) return key;
  const text = typeof message === 'string' ? message : pluralForm(message, Number(params.count));
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    if (value === undefined) return whole;
    if (typeof value !== 'number') return value;
    current.numbers ??= new Intl.NumberFormat(current.language);
    return current.numbers.format(value);
  });
}

/**
 * @param {{[category: string]: string}} forms
 * @param {number} count
 */
function pluralForm(forms, count) {
  current.plurals ??= new Intl.PluralRules(current.language);
  return forms[current.plurals.select(count)] ?? forms.other ?? '';
}
