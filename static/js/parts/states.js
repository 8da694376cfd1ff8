// What a view shows instead of data, and what one can do then: it loads, it is empty, or it failed.
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';

/** Data is on its way. */
export function loading() {
  return h(
    'div',
    { class: 'state', role: 'status' },
    h('div', { class: 'spinner-border spinner-border-sm', 'aria-hidden': 'true' }),
    h('p', {}, t('loading')),
  );
}

/**
 * There is no data.
 * @param {string} title
 * @param {string} text what to do
 * @param {...Node} children
 */
export function empty(title, text, ...children) {
  return h(
    'div',
    { class: 'state' },
    icon('inbox', 'state-icon'),
    h('h2', { class: 'state-title' }, title),
    text && h('p', {}, text),
    ...children,
  );
}

/** There is data, but none of it passes the filter. */
export function nothingFound() {
  return empty(t('nothing.found'), t('nothing.found.hint'));
}

/**
 * Data did not come.
 * @param {Error} error
 * @param {string} action of the button that tries again
 */
export function failed(error, action = 'retry') {
  return h(
    'div',
    { class: 'state', role: 'alert' },
    icon('exclamation-triangle', 'state-icon'),
    h('h2', { class: 'state-title' }, t('error.title')),
    h('p', {}, error.message),
    h('button', { type: 'button', class: 'btn btn-secondary', 'data-action': action }, t('retry')),
  );
}
