// Owns the language of the page: which one it is, its texts and its plural forms. format.js has numbers and times.

/** The languages by their codes, in their own words. */
export const LANGUAGES = { en: 'English', ru: 'Русский' };

/** @typedef {string | {[category: string]: string}} Message a text, or one for each plural category */

const current = {
  language: 'en',
  /** @type {{[key: string]: Message}} */
  messages: {},
  // These two are made at their first use, since making them is slow.
  /** @type {Intl.PluralRules | null} */
  plurals: null,
  /** @type {Intl.NumberFormat | null} */
  numbers: null,
};

/**
 * The first of a person's languages that the page has, or English.
 * @param {string | null} chosen in the account menu
 * @param {readonly string[]} preferred as navigator.languages
 */
export function pickLanguage(chosen, preferred) {
  const candidates = [chosen ?? '', ...preferred].map((tag) => tag.toLowerCase().split('-')[0]);
  return candidates.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? 'en';
}

/** Loads a language and uses it. @param {string} name its code */
export async function useLanguage(name) {
  const { default: messages } = await import(`./lang/${name}.js`);
  setMessages(name, messages);
}

/**
 * Uses these texts from now on.
 * @param {string} name the language's code
 * @param {{[key: string]: Message}} messages
 */
export function setMessages(name, messages) {
  Object.assign(current, { language: name, messages, plurals: null, numbers: null });
}

/** The code of the page's language. */
export function language() {
  return current.language;
}

/**
 * The text of a key, or the key itself if there is none. `{name}` stands for a parameter; `count` also picks the
 * plural form.
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
