// All workers: searched, filtered by status, sorted by any column. Only the rows in view are in the page.
import { byTrouble } from '../cluster.js';
import { delegate, h, perFrame, setAttribute, setText, show } from '../dom.js';
import { t } from '../i18n.js';
import { addWorker, addWorkerButton, noWorkers } from '../parts/add-worker.js';
import { pageHead, searchBox, select } from '../parts/page.js';
import { empty, loading } from '../parts/states.js';
import { workerHead, workerRows } from '../parts/worker-row.js';
import { replaceQuery } from '../router.js';
import { VirtualList } from '../virtual.js';

/** @typedef {import('../types.js').Worker} Worker */

const ROW_PX = 52;
const ROW_NARROW_PX = 92;
const NARROW = matchMedia('(max-width: 767.98px)');
/** While values move, rows keep their places for as long (ms). */
const ORDER_MS = 2000;
/** How long the view must stand still before its rows' histories are asked for (ms). */
const SETTLE_MS = 150;
const WATCHED_AT_MOST = 80;
/** A thousand workers tell something every few milliseconds; nobody reads as fast. */
const PACE_MS = 250;

/** What a column sorts by. @type {{[column: string]: (a: Worker, b: Worker) => number}} */
const ORDERS = {
  status: (a, b) => -byTrouble(a, b),
  cpu: (a, b) => a.summary.cpu_percent - b.summary.cpu_percent,
  memory: (a, b) => a.summary.memory_percent - b.summary.memory_percent,
  disk: (a, b) => a.summary.disk_percent - b.summary.disk_percent,
  load: (a, b) => a.summary.load1 - b.summary.load1,
  network: (a, b) => traffic(a) - traffic(b),
  services: (a, b) =>
    a.summary.services_error - b.summary.services_error || a.summary.services_stopped - b.summary.services_stopped,
  seen: (a, b) => a.summary.timestamp.localeCompare(b.summary.timestamp),
};

/** @param {Worker} worker */
function traffic({ rates }) {
  return rates ? rates.bytes_recv + rates.bytes_sent : 0;
}

/**
 * @param {Iterable<Worker>} workers by name, which breaks all ties since sorting is stable
 * @param {{q: string, status: string, sort: string, desc: boolean}} wanted
 * @returns {Worker[]}
 */
export function selectWorkers(workers, { q, status, sort, desc }) {
  const needle = q.toLowerCase();
  const order = ORDERS[sort] ?? (() => 0);
  const direction = desc ? -1 : 1;
  const found = [...workers].filter(
    (worker) => (!status || worker.status === status) && worker.id.toLowerCase().includes(needle),
  );
  if (sort === 'id') return desc ? found.reverse() : found;
  return found.sort((a, b) => direction * order(a, b));
}

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const owner = Symbol('workers');
  const wanted = {
    q: route.query.get('q') ?? '',
    status: route.query.get('status') ?? '',
    sort: route.query.get('sort') ?? 'id',
    desc: route.query.get('desc') === 'true',
  };

  const search = searchBox(t('workers.search'), wanted.q);
  const statuses = select(
    t('column.status'),
    'status',
    [
      ['', t('status.any')],
      ...['online', 'stale', 'offline'].map(
        (status) => /** @type {[string, string]} */ ([status, t(`status.${status}`)]),
      ),
    ],
    wanted.status,
  );
  const count = h('p', { class: 'count', role: 'status' });
  const head = h('div', { role: 'rowgroup', class: 'table-sticky' });
  const body = h('div', { role: 'rowgroup', class: 'virtual' });
  const table = h('div', { class: 'panel table-panel', role: 'table', 'aria-label': t('tab.workers') }, head, body);
  const nobody = noWorkers(store);
  const nothing = empty(t('nothing.found'), t('nothing.found.hint'));
  const wait = loading();
  root.replaceChildren(
    pageHead(t('tab.workers'), search, statuses, store.allows('admin') && addWorkerButton('btn-outline-secondary')),
    count,
    wait,
    nobody,
    nothing,
    table,
  );

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settle;
  const list = new VirtualList(body, null, workerRows(store), {
    estimate: NARROW.matches ? ROW_NARROW_PX : ROW_PX,
    onrange(items) {
      clearTimeout(settle);
      settle = setTimeout(
        () =>
          store.watch(
            owner,
            items.slice(0, WATCHED_AT_MOST).map(({ id }) => id),
          ),
        SETTLE_MS,
      );
    },
  });
  NARROW.addEventListener(
    'change',
    () => {
      list.estimate = NARROW.matches ? ROW_NARROW_PX : ROW_PX;
      list.forgetHeights();
    },
    { signal },
  );

  let orderedAt = 0;
  /** @type {string[]} */
  let order = [];
  const update = () => {
    if (Date.now() - orderedAt > ORDER_MS) {
      order = selectWorkers(store.workersByName(), wanted).map(({ id }) => id);
      orderedAt = Date.now();
      setAttribute(table, 'aria-rowcount', order.length + 1);
      setText(count, t('workers.count', { count: order.length, total: store.workers.size }));
      show(count, store.workers.size > 0);
      show(wait, !store.ready);
      show(nobody, store.ready && store.workers.size === 0);
      show(nothing, store.workers.size > 0 && order.length === 0);
      show(table, order.length > 0);
    }
    list.setItems(order.flatMap((id) => store.workers.get(id) ?? []));
  };
  const reorder = () => {
    orderedAt = 0;
    head.replaceChildren(workerHead({ sort: wanted.sort, descending: wanted.desc }));
    replaceQuery({ ...wanted, sort: wanted.sort === 'id' ? '' : wanted.sort });
    update();
  };
  const schedule = perFrame(update, signal, PACE_MS);
  store.on(
    'cluster',
    () => {
      orderedAt = 0;
      schedule();
    },
    signal,
  );
  for (const event of ['workers', 'node']) store.on(event, schedule, signal);
  const timer = setInterval(schedule, 1000);

  search.addEventListener(
    'input',
    () => {
      wanted.q = search.value;
      reorder();
    },
    { signal },
  );
  statuses.addEventListener(
    'change',
    () => {
      wanted.status = statuses.value;
      reorder();
    },
    { signal },
  );
  delegate(
    root,
    {
      'add-worker': () => addWorker(),
      sort(button) {
        const column = button.dataset.column ?? 'id';
        Object.assign(wanted, { sort: column, desc: wanted.sort === column ? !wanted.desc : column !== 'id' });
        reorder();
        /** @type {HTMLElement | null} */ (head.querySelector(`[data-column="${column}"]`))?.focus();
      },
    },
    { signal },
  );

  reorder();
  return () => {
    abort.abort();
    clearInterval(timer);
    clearTimeout(settle);
    list.destroy();
    store.watch(owner, []);
    root.replaceChildren();
  };
}
