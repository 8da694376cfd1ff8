// Owns the address bar: every view and every filter has an address, and back and forward work.

import { addressOf } from './base-path.js';

/** @typedef {import('./types.js').Route} Route */

const BASE = addressOf('/dashboard');

/** Pattern of a path → name of the view. `:name` stands for one segment. @type {[string, string][]} */
const ROUTES = [
  ['', 'overview'],
  ['/login', 'login'],
  ['/workers', 'workers'],
  ['/workers/:id', 'worker'],
  ['/services', 'services'],
  ['/logs', 'logs'],
  ['/certificates', 'certificates'],
  ['/admin', 'admin'],
  ['/admin/:section', 'admin'],
];

/**
 * The view that an address names; `missing` if there is none.
 * @param {string} url path and query
 * @returns {Route}
 */
export function parse(url) {
  const { pathname, searchParams } = new URL(url, 'http://here');
  const segments = pathname.replace(/\/+$/, '').slice(BASE.length).split('/');
  for (const [pattern, name] of ROUTES) {
    const params = match(pattern.split('/'), segments);
    if (params) return { name, path: pathname, params, query: searchParams };
  }
  return { name: 'missing', path: pathname, params: {}, query: searchParams };
}

/**
 * @param {string[]} pattern
 * @param {string[]} segments
 */
function match(pattern, segments) {
  if (pattern.length !== segments.length) return null;
  /** @type {{[name: string]: string}} */
  const params = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decode(segments[index]);
    else if (part !== segments[index]) return null;
  }
  return params;
}

/** @param {string} segment */
function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * The address of a view. Empty values of the query are left out.
 * @param {string} path below /dashboard
 * @param {{[name: string]: string | number | boolean}} [query]
 */
export function url(path, query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value !== '' && value !== false);
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `${BASE}${path}${search ? `?${search}` : ''}`;
}

/** The address of a worker's page. @param {string} id */
export const workerUrl = (id) => url(`/workers/${encodeURIComponent(id)}`);

/**
 * Where to go after a login: the address asked for if it is one of this page, or else the overview.
 * @param {string | null} address
 */
export function safeReturn(address) {
  const isOurs = address?.startsWith(BASE) && /^([/?#]|$)/.test(address.slice(BASE.length));
  return isOurs ? String(address) : BASE;
}

/** Follows the address. Emits `route` (detail: Route) for the first one and whenever it changes. */
export class Router extends EventTarget {
  /** Takes over links to views and the browser's back and forward. */
  start() {
    addEventListener('popstate', () => this.#say());
    document.addEventListener('click', (event) => this.#follow(event));
    this.#say();
  }

  /** The route of the current address. */
  get route() {
    return parse(location.pathname + location.search);
  }

  /**
   * Goes to an address.
   * @param {string} address
   * @param {{replace?: boolean}} [how] replace: without a step in the history
   */
  go(address, { replace = false } = {}) {
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.#say();
  }

  #say() {
    this.dispatchEvent(new CustomEvent('route', { detail: this.route }));
  }

  /** @param {MouseEvent} event a click anywhere */
  #follow(event) {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download')) return;
    if (link.origin !== location.origin || !link.pathname.startsWith(BASE)) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

/**
 * Writes a view's filters into the address without a step in the history.
 * @param {{[name: string]: string | number | boolean}} values empty ones are left out
 */
export function replaceQuery(values) {
  const path = location.pathname.slice(BASE.length).replace(/\/+$/, '');
  history.replaceState(null, '', url(path, values));
}
