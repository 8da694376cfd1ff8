// A worker as a row of a table, and as a card. Both have the same parts, which are changed in place.
import { isFresh, networkRate } from '../cluster.js';
import { h, setAttribute, setText } from '../dom.js';
import { number, rate, relative } from '../format.js';
import { t } from '../i18n.js';
import { workerUrl } from '../router.js';
import { feedSparkline, sparkline } from '../sparkline.js';
import { badge, setPresence } from './badge.js';
import { meter } from './meter.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').Worker} Worker */

/** The columns of the table. */
export const COLUMNS = /** @type {const} */ ([
  'status',
  'id',
  'cpu',
  'memory',
  'disk',
  'load',
  'network',
  'services',
  'seen',
]);

/**
 * A worker's services in words.
 * @param {Worker} worker
 * @param {boolean} compact in a table, whose column says that these are services
 */
function servicesText(worker, compact) {
  const { services_running: running, services_total: total } = worker.summary;
  if (!isFresh(worker)) return t(compact ? 'services.unknown.short' : 'services.unknown', { count: total });
  return t('services.of', { running, total, count: running });
}

/** @param {Worker} worker */
function servicesLevel(worker) {
  return isFresh(worker) && worker.summary.services_error > 0 ? 'danger' : 'ok';
}

/** When the values shown were reported. @param {Worker} worker @param {number} now ms */
function seenText(worker, now) {
  const when = relative(Math.min(Date.parse(worker.summary.timestamp), now), now);
  return isFresh(worker) ? when : t('values.from', { when });
}

/** The elements that rows and cards have in common. @param {string} id @param {boolean} compact */
function parts(id, compact) {
  const name = h('a', { class: 'worker-name', dir: 'ltr' });
  setName(name, id);
  const status = badge();
  const cpu = meter('cpu', { compact });
  const memory = meter('memory', { compact });
  const disk = meter('disk', { compact });
  const line = sparkline();
  const services = h('span', { class: 'worker-services' });
  const seen = h('span', { class: 'worker-seen' });
  return { compact, name, status, cpu, memory, disk, line, services, seen };
}

/** @param {Element} link @param {string} id */
function setName(link, id) {
  setAttribute(link, 'href', workerUrl(id));
  setAttribute(link, 'title', id);
  setText(link, id);
}

/**
 * @param {ReturnType<typeof parts>} refs
 * @param {Worker} worker
 * @param {Store} store
 */
function fill(refs, worker, store) {
  const { summary } = worker;
  setPresence(refs.status, worker, store.now());
  refs.cpu.set(summary.cpu_percent);
  refs.memory.set(summary.memory_percent);
  refs.disk.set(summary.disk_percent);
  feedSparkline(
    refs.line,
    (store.nodes.get(worker.id)?.history ?? []).map((point) => point.cpu_percent),
  );
  setText(refs.services, servicesText(worker, refs.compact));
  setAttribute(refs.services, 'data-level', servicesLevel(worker));
  setText(refs.seen, seenText(worker, store.now()));
}

/**
 * Makes rows for keyedList and VirtualList.
 * @param {Store} store
 */
export function workerRows(store) {
  /** @type {WeakMap<Element, any>} */
  const known = new WeakMap();
  return {
    key: (/** @type {Worker} */ worker) => worker.id,
    create(/** @type {Worker} */ worker) {
      const refs = { ...parts(worker.id, true), load: h('span', {}), network: h('span', {}) };
      const cell = (/** @type {string} */ name, /** @type {Node[]} */ ...children) =>
        h('div', { role: 'cell', class: `cell cell-${name}` }, ...children);
      const element = h(
        'div',
        { role: 'row', class: 'worker-row' },
        cell('status', refs.status),
        cell('id', refs.name),
        cell('cpu', refs.cpu.element, refs.line),
        cell('memory', refs.memory.element),
        cell('disk', refs.disk.element),
        cell('load', refs.load),
        cell('network', refs.network),
        cell('services', refs.services),
        cell('seen', refs.seen),
      );
      known.set(element, refs);
      return element;
    },
    reuse: (/** @type {Element} */ element, /** @type {Worker} */ worker) => setName(known.get(element).name, worker.id),
    update(/** @type {Element} */ element, /** @type {Worker} */ worker, /** @type {number} */ index = -1) {
      const refs = known.get(element);
      fill(refs, worker, store);
      setAttribute(element, 'data-status', worker.status);
      if (index >= 0) setAttribute(element, 'aria-rowindex', index + 2);
      setText(refs.load, number(worker.summary.load1, 2));
      setText(refs.network, rate(networkRate(worker.summary)));
      setAttribute(refs.network, 'title', networkRate(worker.summary) === null ? t('network.waiting') : null);
    },
  };
}

/**
 * Makes cards for keyedList.
 * @param {Store} store
 */
export function workerCards(store) {
  /** @type {WeakMap<Element, ReturnType<typeof parts>>} */
  const known = new WeakMap();
  return {
    key: (/** @type {Worker} */ worker) => worker.id,
    create(/** @type {Worker} */ worker) {
      const refs = parts(worker.id, false);
      const element = h(
        'article',
        { class: 'panel worker-card', 'aria-label': worker.id },
        h('div', { class: 'worker-card-head' }, refs.name, refs.status),
        refs.line,
        h('div', { class: 'worker-card-meters' }, refs.cpu.element, refs.memory.element, refs.disk.element),
        h('div', { class: 'worker-card-foot' }, refs.services, refs.seen),
      );
      known.set(element, refs);
      return element;
    },
    update(/** @type {Element} */ element, /** @type {Worker} */ worker) {
      fill(/** @type {any} */ (known.get(element)), worker, store);
      setAttribute(element, 'data-status', worker.status);
    },
  };
}

/**
 * Makes the head of the table.
 * @param {{sort: string, descending: boolean} | null} order null if the table cannot be sorted
 */
export function workerHead(order) {
  return h(
    'div',
    { role: 'row', class: 'worker-row table-head' },
    COLUMNS.map((column) => {
      const label = t(`column.${column}`);
      const sorted = order && order.sort === column ? (order.descending ? 'descending' : 'ascending') : null;
      return h(
        'div',
        { role: 'columnheader', class: `cell cell-${column}`, 'aria-sort': sorted },
        order
          ? h('button', { type: 'button', class: 'sort', 'data-action': 'sort', 'data-column': column }, label)
          : label,
      );
    }),
  );
}
