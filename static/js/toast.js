// Owns the short notices in the corner. Screen readers announce them. They disappear by themselves, but for errors, which
// stay until they are closed.
import { h, icon } from './dom.js';
import { t } from './i18n.js';

const SHOWN_MS = 6000;
const AT_ONCE = 5;
const ICONS = { success: 'check-circle-fill', info: 'info-circle-fill', danger: 'x-octagon-fill' };

/**
 * Shows a notice.
 * @param {string} title
 * @param {'success' | 'info' | 'danger'} [level]
 * @param {string} [detail]
 */
export function toast(title, level = 'info', detail = '') {
  const place = document.getElementById('toasts');
  if (!place) return;
  const close = h('button', { type: 'button', class: 'btn-close', 'aria-label': t('close') });
  const element = h(
    'div',
    { class: `notice notice-${level}`, role: level === 'danger' ? 'alert' : 'status' },
    icon(ICONS[level]),
    h('div', { class: 'notice-text' }, h('div', {}, title), detail && h('div', { class: 'notice-detail' }, detail)),
    close,
  );
  close.addEventListener('click', () => element.remove());
  place.append(element);
  while (place.childElementCount > AT_ONCE) place.firstElementChild?.remove();
  if (level !== 'danger') setTimeout(() => element.remove(), SHOWN_MS);
}
