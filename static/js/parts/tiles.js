// The tiles of the overview: the cluster in four numbers.
import { totals } from '../cluster.js';
import { h, icon, setAttribute, setText } from '../dom.js';
import { duration, number, time } from '../format.js';
import { t } from '../i18n.js';
import { url } from '../router.js';

/** @typedef {import('../store.js').Store} Store */

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

/** The statuses of the workers alone: unlike its services, the coordinator itself is not counted. @param {Store} store */
function onlineOf(store) {
  const { online, stale, offline } = totals(store.workers.values());
  return { online, stale, offline };
}

/**
 * Makes the tiles.
 * @param {Store} store
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function tiles(store) {
  const workers = tile(t('tile.workers'), 'hdd-network', url('/workers'));
  const services = tile(t('tile.services'), 'boxes', url('/services'));
  const updates = tile(t('tile.updates'), 'arrow-repeat', '');
  const uptime = tile(t('tile.uptime'), 'clock-history', '');
  const element = h(
    'section',
    { class: 'tiles', 'aria-label': t('tile.title') },
    workers.element,
    services.element,
    updates.element,
    uptime.element,
  );
  let shown = '';
  return {
    element,
    update() {
      const sum = { ...totals(store.machines()), ...onlineOf(store) };
      const { stats } = store;
      setText(workers.value, number(store.workers.size));
      setText(services.value, number(sum.running + sum.stopped + sum.error));
      setText(updates.value, number(stats?.total_updates));
      setText(uptime.value, duration(stats && stats.uptime_seconds + (Date.now() - store.statsAt) / 1000));
      setText(updates.detail, t('tile.cleanup', { time: time(stats?.last_cleanup, 'clock') }));
      setText(uptime.detail, t('tile.uptime.detail'));
      setAttribute(workers.element, 'data-level', sum.offline > 0 ? 'danger' : null);
      setAttribute(services.element, 'data-level', sum.error > 0 ? 'danger' : null);
      const now = JSON.stringify(sum);
      if (now === shown) return;
      shown = now;
      workers.detail.replaceChildren(
        ...legend([
          ['online', 'ok', sum.online],
          ['stale', 'warning', sum.stale],
          ['offline', 'danger', sum.offline],
        ]),
      );
      services.detail.replaceChildren(
        ...legend([
          ['running', 'ok', sum.running],
          ['stopped', 'idle', sum.stopped],
          ['error', 'danger', sum.error],
        ]),
      );
    },
  };
}
