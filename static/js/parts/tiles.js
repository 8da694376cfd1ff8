// The tiles of the overview: what an operator wants to know first, each with its number and the way to more.
import { totals } from '../cluster.js';
import { h, icon, setAttribute, setText } from '../dom.js';
import { duration, NOTHING, number } from '../format.js';
import { t } from '../i18n.js';
import { url, workerUrl } from '../router.js';
import { certificateLevel } from '../thresholds.js';
import { badge, daysText, setBadge, setPresence } from './badge.js';

/** @typedef {import('../store.js').Store} Store */

/** How old an error may be to count. */
const RECENT_MS = 600_000;

/**
 * A tile: a number, and details below it.
 * @param {string} label
 * @param {string} picture name of an icon
 * @param {string} href empty if it leads nowhere
 */
function tile(label, picture, href) {
  const value = h('div', { class: 'tile-value' });
  const detail = h('div', { class: 'tile-detail' });
  const element = h(
    href ? 'a' : 'div',
    { class: 'panel tile', href: href || null },
    h('div', { class: 'tile-label' }, icon(picture), label),
    value,
    detail,
  );
  return { element, value, detail };
}

/**
 * Counts, each with its colour and its word. Those that are zero are left out.
 * @param {[name: string, color: string, count: number][]} counts
 */
function legend(counts) {
  const rows = counts.filter(([, , count]) => count > 0);
  return rows.map(([name, color, count]) =>
    h(
      'span',
      { class: 'badge-status', 'data-color': color },
      h('span', { class: 'badge-dot' }),
      h('span', {}, `${number(count)} ${t(`count.${name}`, { count })}`),
    ),
  );
}

/** How many lines with errors came lately: at most as many as the page holds. @param {Store} store */
function recentErrors(store) {
  const lines = store.logs?.lines ?? [];
  const count = lines.filter((line) => Date.parse(line.timestamp) > store.now() - RECENT_MS).length;
  return { count, text: `${number(count)}${store.logs && count >= store.logs.cap ? '+' : ''}` };
}

/** The certificate that ends first, and on which machine. @param {Store} store */
function nextCertificate(store) {
  const watched = store.machines().filter(({ summary }) => typeof summary.certificate_days_left === 'number');
  watched.sort((a, b) => Number(a.summary.certificate_days_left) - Number(b.summary.certificate_days_left));
  const [first] = watched;
  return first ? { node: first.id, days: Number(first.summary.certificate_days_left) } : null;
}

/** Workers and services: their number, and how many are in each status. */
function countTiles() {
  const workers = tile(t('tile.workers'), 'hdd-network', url('/workers'));
  const services = tile(t('tile.services'), 'boxes', url('/services'));
  let shown = '';
  return {
    elements: [workers.element, services.element],
    /** @param {Store} store */
    update(store) {
      const all = totals(store.machines());
      const own = totals(store.workers.values());
      setText(workers.value, number(store.workers.size));
      setText(services.value, number(all.running + all.stopped + all.error + all.unknown));
      const gone = own.silent + own.missing + own.offline;
      setAttribute(workers.element, 'data-level', gone > 0 ? 'danger' : null);
      setAttribute(services.element, 'data-level', all.error > 0 ? 'danger' : null);
      const now = JSON.stringify([all, own]);
      if (now === shown) return;
      shown = now;
      workers.detail.replaceChildren(
        ...legend([
          ['online', 'ok', own.online],
          ['stale', 'warning', own.stale],
          ['silent', 'danger', own.silent],
          ['missing', 'danger', own.missing],
          ['offline', 'danger', own.offline],
        ]),
      );
      services.detail.replaceChildren(
        ...legend([
          ['running', 'ok', all.running],
          ['error', 'danger', all.error],
          ['stopped', 'idle', all.stopped],
          ['unknown', 'idle', all.unknown],
        ]),
      );
    },
  };
}

/** The coordinator itself: whether its reporter is heard, and how long the stack is up. */
function coordinatorTile() {
  const { element, value, detail } = tile(t('coordinator'), 'diagram-3-fill', workerUrl('coordinator'));
  const status = badge();
  value.append(status);
  return {
    element,
    /** @param {Store} store */
    update(store) {
      const { coordinator, stats } = store;
      if (coordinator) setPresence(status, coordinator, store.now());
      else setBadge(status, 'unreported');
      const level = coordinator?.status === 'stale' || !coordinator ? 'warning' : 'danger';
      setAttribute(element, 'data-level', coordinator?.status === 'online' ? null : level);
      const up = stats && stats.uptime_seconds + (Date.now() - store.statsAt) / 1000;
      setText(detail, t('tile.uptime', { time: duration(up) }));
    },
  };
}

/**
 * Makes the tiles.
 * @param {Store} store
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function tiles(store) {
  const counts = countTiles();
  const coordinator = coordinatorTile();
  const errors = tile(t('tile.errors'), 'chat-left-text', url('/logs', { level: 'ERROR' }));
  const certificates = tile(t('tile.certificates'), 'shield-lock', url('/certificates'));
  const element = h(
    'section',
    { class: 'tiles', 'aria-label': t('tile.title') },
    ...counts.elements,
    errors.element,
    certificates.element,
    coordinator.element,
  );
  return {
    element,
    update() {
      counts.update(store);
      coordinator.update(store);
      const recent = recentErrors(store);
      setText(errors.value, recent.text);
      setText(errors.detail, t('tile.errors.detail'));
      setAttribute(errors.element, 'data-level', recent.count > 0 ? 'warning' : null);
      const next = nextCertificate(store);
      const level = next ? certificateLevel(next.days) : 'ok';
      setText(certificates.value, next ? daysText(next.days) : NOTHING);
      setText(certificates.detail, next ? next.node : t('tile.certificates.none'));
      setAttribute(certificates.element, 'data-level', level === 'ok' ? null : level === 'warning' ? level : 'danger');
    },
  };
}
