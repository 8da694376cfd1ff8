// All workers: searched, filtered by status, sorted by any column. Only the rows in view are in the page.
import { delegate, h, perFrame, setAttribute, setText, show } from '../dom.js';
import { t } from '../i18n.js';
import { selectWorkers } from '../lists.js';
import { addWorker, addWorkerButton, noWorkers } from '../parts/add-worker.js';
import { pageHead, searchBox, select, statusSelect } from '../parts/page.js';
import { loading, nothingFound } from '../parts/states.js';
import { COLUMNS, workerHead, workerRows } from '../parts/worker-row.js';
import { replaceQuery } from '../router.js';
import { VirtualList } from '../virtual.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {{q: string, status: string, sort: string, desc: boolean}} Wanted */

/**
 * @typedef {object} View what the functions of this view share
 * @property {Store} store
 * @property {Wanted} wanted what a person asked for
 * @property {string[]} order the workers shown, by their ids
 * @property {number} orderedAt when the order was found (ms)
 * @property {ReturnType<typeof build>} page
 * @property {VirtualList<import('../types.js').Worker>} list
 */

const ROW_PX = 52;
const ROW_NARROW_PX = 92;
const NARROW = matchMedia('(max-width: 767.98px)');
/** How long rows keep their order while values change (ms). */
const ORDER_MS = 2000;
/** How long the view must stand still before the histories of its rows are asked for (ms). */
const SETTLE_MS = 150;
const WATCHED_AT_MOST = 80;
/** The least time between two updates. A thousand workers report every few milliseconds, and nobody reads that fast. */
const UPDATE_MS = 250;

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const wanted = wantedFrom(route.query);
  const page = build(wanted, store);
  const list = workerList(page.body, store, signal);
  /** @type {View} */
  const view = { store, wanted, page, list, order: [], orderedAt: 0 };
  root.replaceChildren(...page.children);

  const schedule = perFrame(() => update(view), signal, UPDATE_MS);
  for (const event of ['workers', 'node']) store.on(event, schedule, signal);
  store.on(
    'cluster',
    () => {
      view.orderedAt = 0;
      schedule();
    },
    signal,
  );
  const timer = setInterval(schedule, 1000);
  wireFilters(view, signal);
  delegate(root, handlers(view), { signal });
  reorder(view);
  return () => {
    abort.abort();
    clearInterval(timer);
    list.destroy();
    root.replaceChildren();
  };
}

/** @param {URLSearchParams} query @returns {Wanted} */
function wantedFrom(query) {
  return {
    q: query.get('q') ?? '',
    status: query.get('status') ?? '',
    sort: query.get('sort') ?? 'id',
    desc: query.get('desc') === 'true',
  };
}

/** The view's elements. @param {Wanted} wanted @param {Store} store */
function build(wanted, store) {
  const search = searchBox(t('workers.search'), wanted.q);
  const statuses = statusSelect(['online', 'stale', 'silent', 'offline', 'missing'], wanted.status);
  const count = h('p', { class: 'count', role: 'status' });
  const head = h('div', { role: 'rowgroup', class: 'table-sticky' });
  const body = h('div', { role: 'rowgroup', class: 'virtual' });
  const table = h('div', { class: 'panel table-panel', role: 'table', 'aria-label': t('tab.workers') }, head, body);
  const nobody = noWorkers(store);
  const nothing = nothingFound();
  const wait = loading();
  const adder = store.allows('admin') && addWorkerButton('btn-outline-secondary');
  const sorter = sortSelect();
  const children = [pageHead(t('tab.workers'), search, statuses, sorter, adder), count, wait, nobody, nothing, table];
  return { children, search, statuses, sorter, count, head, body, table, nobody, nothing, wait };
}

/** The order as a list to choose from, for a phone, where the table has no head. */
function sortSelect() {
  /** @type {[value: string, text: string][]} */
  const options = COLUMNS.flatMap((column) =>
    ['', ' desc'].map((direction) => /** @type {[string, string]} */ ([
      `${column}${direction}`,
      `${t(`column.${column}`)} ${direction ? '↓' : '↑'}`,
    ])),
  );
  const element = select(t('sort'), 'sort', options, 'id');
  element.classList.add('sort-select');
  return element;
}

/**
 * The rows. The histories of those in view are watched, since each row has a curve.
 * @param {HTMLElement} body
 * @param {Store} store
 * @param {AbortSignal} signal
 */
function workerList(body, store, signal) {
  const owner = Symbol('workers');
  const height = () => (NARROW.matches ? ROW_NARROW_PX : ROW_PX);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settle;
  const list = new VirtualList(body, null, workerRows(store), {
    estimate: height(),
    onrange(items) {
      const ids = items.slice(0, WATCHED_AT_MOST).map(({ id }) => id);
      clearTimeout(settle);
      settle = setTimeout(() => store.watch(owner, ids), SETTLE_MS);
    },
  });
  NARROW.addEventListener('change', () => list.forgetHeights(height()), { signal });
  signal.addEventListener('abort', () => {
    clearTimeout(settle);
    store.watch(owner, []);
  });
  return list;
}

/** @param {View} view */
function update(view) {
  const { store, page, list } = view;
  if (Date.now() - view.orderedAt > ORDER_MS) {
    view.order = selectWorkers(store.workersByName(), view.wanted).map(({ id }) => id);
    view.orderedAt = Date.now();
    const [found, all] = [view.order.length, store.workers.size];
    setAttribute(page.table, 'aria-rowcount', found + 1);
    setText(page.count, t('workers.count', { count: found, total: all }));
    show(page.count, all > 0);
    show(page.wait, !store.ready);
    show(page.nobody, store.ready && all === 0);
    show(page.nothing, all > 0 && found === 0);
    show(page.table, found > 0);
  }
  list.setItems(view.order.flatMap((id) => store.workers.get(id) ?? []));
}

/** Shows what is wanted now, and writes it into the address. @param {View} view */
function reorder(view) {
  const { wanted, page } = view;
  view.orderedAt = 0;
  page.head.replaceChildren(workerHead({ sort: wanted.sort, descending: wanted.desc }));
  page.sorter.value = `${wanted.sort}${wanted.desc ? ' desc' : ''}`;
  replaceQuery({ ...wanted, sort: wanted.sort === 'id' ? '' : wanted.sort });
  update(view);
}

/** @param {View} view @param {AbortSignal} signal */
function wireFilters(view, signal) {
  const { search, statuses, sorter } = view.page;
  const reorderBy = (/** @type {Partial<Wanted>} */ change) => {
    Object.assign(view.wanted, change);
    reorder(view);
  };
  search.addEventListener('input', () => reorderBy({ q: search.value }), { signal });
  statuses.addEventListener('change', () => reorderBy({ status: statuses.value }), { signal });
  const sortBy = () => {
    const [sort, desc] = sorter.value.split(' ');
    reorderBy({ sort, desc: desc === 'desc' });
  };
  sorter.addEventListener('change', sortBy, { signal });
}

/**
 * What the buttons do, by their `data-action`.
 * @param {View} view
 * @returns {Parameters<typeof delegate>[1]}
 */
function handlers(view) {
  const { wanted, page } = view;
  return {
    'add-worker': () => addWorker(),
    sort({ dataset: { column = 'id' } }) {
      // Another press on the same column turns the order round. Values begin with the highest, names with the first.
      Object.assign(wanted, { sort: column, desc: wanted.sort === column ? !wanted.desc : column !== 'id' });
      reorder(view);
      // The head was made anew.
      /** @type {HTMLElement | null} */ (page.head.querySelector(`[data-column="${column}"]`))?.focus();
    },
  };
}
