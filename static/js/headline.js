// Owns the window's title and icon. Both tell how many things need attention, so that a tab in the background tells it.
import { addressOf } from './base-path.js';
import { attentionCount } from './cluster.js';

const ICON = addressOf('/static/favicon.svg');
/** The colours of the count; an icon knows no theme. */
const COLORS = { danger: '#dc2626', warning: '#d97706' };

const now = { title: '', count: 0, href: ICON };

/** Sets the title of the view that is shown. @param {string} title */
export function setTitle(title) {
  now.title = title;
  write();
}

/**
 * Sets what needs attention.
 * @param {import('./cluster.js').Trouble[]} troubles
 */
export function setAttention(troubles) {
  const { count, level } = attentionCount(troubles);
  now.count = count;
  now.href = level ? iconOf(count, COLORS[level]) : ICON;
  write();
}

function write() {
  const title = now.count > 0 ? `(${now.count}) ${now.title}` : now.title;
  if (document.title !== title) document.title = title;
  const link = document.querySelector('link[rel=icon]');
  if (link && link.getAttribute('href') !== now.href) link.setAttribute('href', now.href);
}

/**
 * An icon with a number, as a data URL.
 * @param {number} count
 * @param {string} color
 */
export function iconOf(count, color) {
  const text = count > 99 ? '99+' : String(count);
  const size = [21, 18, 13][text.length - 1];
  const picture =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${color}"/>` +
    `<text x="16" y="${16 + size * 0.36}" font-family="sans-serif" font-weight="700" font-size="${size}" fill="#fff" ` +
    `text-anchor="middle">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(picture)}`;
}
