// A badge: a status as a coloured dot and a word.
import { certificateLevel } from '../cluster.js';
import { h, setAttribute, setText } from '../dom.js';
import { t } from '../i18n.js';

/** Status → colour; the words are `status.<name>` of the language. @type {{[status: string]: string}} */
const COLORS = {
  online: 'ok',
  stale: 'warning',
  offline: 'danger',
  running: 'ok',
  stopped: 'idle',
  error: 'danger',
  absent: 'idle',
  ok: 'ok',
  warning: 'warning',
  danger: 'danger',
  expired: 'danger',
  unreadable: 'danger',
};

/**
 * Shows how many days a certificate is still valid.
 * @param {Element} element as made by badge()
 * @param {number} daysLeft
 */
export function setDays(element, daysLeft) {
  setBadge(element, certificateLevel(daysLeft), t(daysLeft < 0 ? 'days.ago' : 'days', { count: Math.abs(daysLeft) }));
}

/** Makes a badge. @param {string} [status] none yet, unless given */
export function badge(status) {
  const element = h(
    'span',
    { class: 'badge-status' },
    h('span', { class: 'badge-dot' }),
    h('span', { class: 'badge-text' }),
  );
  if (status) setBadge(element, status);
  return element;
}

/**
 * Shows a status.
 * @param {Element} element as made by badge()
 * @param {string} status
 * @param {string} [text] instead of the status's name
 */
export function setBadge(element, status, text = t(`status.${status}`)) {
  setAttribute(element, 'data-color', COLORS[status] ?? 'idle');
  setText(/** @type {Element} */ (element.lastElementChild), text);
}
