// A badge: a status as a coloured dot and a word.
import { heardAt } from '../cluster.js';
import { h, setAttribute, setText } from '../dom.js';
import { silence, time } from '../format.js';
import { t } from '../i18n.js';
import { certificateLevel } from '../thresholds.js';

/** Status → colour; the words are `status.<name>` of the language. @type {{[status: string]: string}} */
const COLORS = {
  online: 'ok',
  stale: 'warning',
  silent: 'danger',
  offline: 'danger',
  missing: 'danger',
  running: 'ok',
  stopped: 'idle',
  error: 'danger',
  absent: 'idle',
  unknown: 'idle',
  unreported: 'warning',
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
  setBadge(element, certificateLevel(daysLeft), daysText(daysLeft));
}

/** How many days a certificate is still valid, or since when it is not. @param {number} daysLeft */
export function daysText(daysLeft) {
  return t(daysLeft < 0 ? 'days.ago' : 'days', { count: Math.abs(daysLeft) });
}

/**
 * Shows whether a machine is heard, and for how long not.
 * @param {Element} element as made by badge()
 * @param {import('../types.js').Worker} machine
 * @param {number} now ms
 */
export function setPresence(element, { status, summary }, now) {
  const heard = { time: silence(now - heardAt(summary)), since: time(heardAt(summary)) };
  setBadge(element, status, t(`presence.${status}`, heard));
  const lost = summary.stream_lost ? t('presence.lost', { since: time(summary.stream_lost) }) : t('presence.since', heard);
  setAttribute(element, 'title', status === 'online' ? null : lost);
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
