// Makes text from anywhere safe to stand on one line of a file, a terminal or a clipboard: characters that a terminal or
// an editor would obey are written as what they are. common/escape.c does the same with the same table;
// tests/fixtures/escapes.txt holds both to it.

/** Ranges of code points, with both ends. @type {[first: number, last: number][]} */
const ESCAPED = [
  [0x00, 0x1f], // C0: line feed, carriage return, escape, bell …
  [0x7f, 0x9f], // DEL, and C1: U+0085 ends a line, U+009B begins a terminal's command
  [0x061c, 0x061c], // Arabic letter mark
  [0x200e, 0x200f], // left-to-right and right-to-left mark
  [0x2028, 0x202e], // line and paragraph separator; embeddings and overrides of direction
  [0x2066, 0x2069], // isolates of direction
];

/** @param {number} code */
const inClass = (code) => `\\u${hex(code, 4)}`;
/** @param {number} code @param {number} digits */
const hex = (code, digits) => code.toString(16).padStart(digits, '0');

const ranges = ESCAPED.map(([first, last]) => `${inClass(first)}-${inClass(last)}`).join('');
/** Also halves of surrogate pairs, which no file can hold. */
const PATTERN = new RegExp(`[${ranges}]|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]`, 'g');

/**
 * One byte becomes `\xNN`, a larger character `\uNNNN`. A backslash stays as it is, so this is for people and cannot be
 * turned back.
 * @param {string} text
 */
export function escapeText(text) {
  return text.replace(PATTERN, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x80 ? `\\x${hex(code, 2)}` : inClass(code);
  });
}

/**
 * A value as JSON in which the same characters are escaped, in JSON's own way.
 * @param {unknown} value
 * @param {number} [indent]
 */
export function escapedJson(value, indent) {
  // JSON.stringify has escaped C0. What is left of it is the layout.
  return JSON.stringify(value, null, indent).replace(PATTERN, (character) =>
    character === '\n' ? character : inClass(character.charCodeAt(0)),
  );
}
