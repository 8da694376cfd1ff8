// Where the page is: '' at the root of its host, '/mon' below that path of a proxy. nginx writes it into the document
// (nginx/snippets/document.conf). Addresses elsewhere in the source are those at the root.

/** No slash at its end. */
export const BASE_PATH = globalThis.document?.documentElement?.dataset?.basePath ?? '';

/** The address on this host of something of ours. @param {string} path such as /static/favicon.svg */
export const addressOf = (path) => BASE_PATH + path;
