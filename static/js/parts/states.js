// What a view shows when it has nothing to show: it loads, it is empty, or it failed; and what to do then.
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';

export function loading() {
  return h(
    'div',
    { class: 'state', role: 'status' },
    h('div', { class: 'spinner-border spinner-border-sm', 'aria-hidden': 'true' }),
    h('p', {}, t('loading')),
  );
}

/**
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

/**
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
