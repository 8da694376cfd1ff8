// The cluster at a glance: what needs attention, the numbers, the coordinator, and the workers with the most severe
// trouble first.
import { byTrouble } from '../cluster.js';
import { delegate, h, icon, keyedList, perFrame, setAttribute, setText, show } from '../dom.js';
import { t } from '../i18n.js';
import { EVERYTHING } from '../log-buffer.js';
import { addWorker, noWorkers } from '../parts/add-worker.js';
import { attentionPanel } from '../parts/attention.js';
import { badge, setBadge, setPresence } from '../parts/badge.js';
import { historyChart, silentSince } from '../parts/history-chart.js';
import { metricsPanel } from '../parts/node-metrics.js';
import { choice, pageHead, setChoice } from '../parts/page.js';
import { loading } from '../parts/states.js';
import { tiles } from '../parts/tiles.js';
import { workerCards, workerHead, workerRows } from '../parts/worker-row.js';
import { remember, remembered } from '../prefs.js';
import { replaceQuery, url, workerUrl } from '../router.js';

/** @typedef {import('../store.js').Store} Store */

/**
 * @typedef {object} View what the functions of this view share
 * @property {Store} store
 * @property {symbol} owner by which the store knows what this view watches
 * @property {ReturnType<typeof build>} page
 * @property {string[]} order the workers shown, by their ids
 * @property {number} orderedAt when the order was found (ms)
 * @property {number} drawn how many of them have been drawn
 * @property {() => void} schedule updates the view in one of the next frames
 */

const SHOWN = 24;
/** Workers added in one frame, so that the first screen comes soon and no frame takes long. */
const DRAWN_AT_ONCE = 8;
const ERRORS_HELD = 100;
/** The least time between two updates. A thousand workers report every few milliseconds, and nobody reads that fast. */
const UPDATE_MS = 250;
/** How long workers keep their order, so that nothing moves away under the mouse. */
const ORDER_MS = 5000;

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const owner = Symbol('overview');
  const errors = store.followLogs({ ...EVERYTHING, level: 'ERROR' }, ERRORS_HELD);
  const asked = route.query.get('layout');
  const page = build(store, asked ?? remembered('overview.layout') ?? 'cards');
  const schedule = perFrame(() => update(view), signal, UPDATE_MS);
  /** @type {View} */
  const view = { store, owner, page, order: [], orderedAt: 0, drawn: 0, schedule };
  root.replaceChildren(...page.children);

  for (const event of ['cluster', 'workers', 'node', 'logs']) store.on(event, schedule, signal);
  const timer = setInterval(schedule, 1000);
  delegate(
    root,
    { layout: ({ dataset }) => setLayout(view, dataset.value), 'add-worker': () => addWorker() },
    { signal },
  );
  store.watch(owner, ['coordinator']);
  update(view);
  return () => {
    abort.abort();
    clearInterval(timer);
    page.coordinator.destroy();
    store.unfollowLogs(errors);
    store.watch(owner, []);
    root.replaceChildren();
  };
}

/** The view's elements. @param {Store} store @param {string} layout */
function build(store, layout) {
  const attention = attentionPanel(store);
  const numbers = tiles(store);
  const coordinator = coordinatorPanel(store);
  const workers = workerList(store, layout);
  const wait = loading();
  const body = h(
    'div',
    { class: 'stack' },
    attention.element,
    numbers.element,
    h('div', { class: 'overview-body' }, workers.element, coordinator.element),
  );
  return { children: [pageHead(t('tab.overview')), wait, body], wait, body, attention, numbers, coordinator, workers };
}

/** @param {View} view */
function update(view) {
  const { store, page } = view;
  show(page.wait, !store.ready);
  show(page.body, store.ready);
  if (!store.ready) return;
  if (orderIsOld(view)) reorder(view);
  page.attention.update();
  page.numbers.update();
  page.coordinator.update();
  view.drawn = Math.min(view.drawn + DRAWN_AT_ONCE, view.order.length);
  page.workers.update(view.order.slice(0, view.drawn));
  if (view.drawn < view.order.length) view.schedule();
}

/** @param {View} view */
function orderIsOld({ store, order, orderedAt }) {
  const late = Date.now() - orderedAt > ORDER_MS;
  const gone = order.some((id) => !store.workers.has(id));
  const tooFew = order.length < Math.min(SHOWN, store.workers.size);
  return late || gone || tooFew;
}

/** Finds the workers to show, and watches them: their cards have curves. @param {View} view */
function reorder(view) {
  const { store } = view;
  const workers = [...store.workers.values()].sort(byTrouble).slice(0, SHOWN);
  view.order = workers.map(({ id }) => id);
  view.orderedAt = Date.now();
  store.watch(view.owner, ['coordinator', ...view.order]);
}

/** @param {View} view @param {string} [layout] `cards` or `table` */
function setLayout(view, layout = 'cards') {
  remember('overview.layout', layout);
  replaceQuery({ layout: layout === 'table' ? layout : '' });
  view.page.workers.relayout(layout);
  view.schedule();
}

/** The panel of the coordinator's own machine. @param {Store} store */
function coordinatorPanel(store) {
  const status = badge('online');
  const metrics = metricsPanel();
  const chart = historyChart('shares', t('coordinator'));
  const element = h(
    'section',
    { class: 'panel coordinator', 'aria-labelledby': 'coordinator-title', 'data-node': 'coordinator' },
    h(
      'div',
      { class: 'panel-head' },
      h('h2', { class: 'panel-title', id: 'coordinator-title' }, t('coordinator')),
      status,
      h('a', { class: 'panel-more', href: workerUrl('coordinator') }, t('details')),
    ),
    h('div', { class: 'coordinator-body' }, metrics.element, chart.element),
  );
  return {
    element,
    update() {
      const node = store.nodes.get('coordinator');
      const { coordinator } = store;
      if (coordinator) setPresence(status, coordinator, store.now());
      else setBadge(status, 'unreported');
      setAttribute(element, 'data-status', coordinator?.status ?? 'unreported');
      if (!node) return;
      metrics.update(node);
      chart.update(node, silentSince(coordinator, store.now()));
    },
    destroy: () => chart.destroy(),
  };
}

/** The workers, as cards or as a table. @param {Store} store @param {string} layout */
function workerList(store, layout) {
  let inCards = layout !== 'table';
  const layouts = choice(
    t('layout'),
    'layout',
    [
      ['cards', icon('grid'), t('layout.cards')],
      ['table', icon('list-ul'), t('layout.table')],
    ],
    inCards ? 'cards' : 'table',
  );
  const cards = h('div', { class: 'cards' });
  const rows = h('div', { role: 'rowgroup' });
  const table = h(
    'div',
    { class: 'panel table-panel', role: 'table', 'aria-label': t('tab.workers') },
    h('div', { role: 'rowgroup' }, workerHead(null)),
    rows,
  );
  const nobody = noWorkers(store);
  const all = h('a', { class: 'btn btn-outline-secondary', href: url('/workers') });
  const fillCards = keyedList(cards, workerCards(store));
  const fillRows = keyedList(rows, workerRows(store));
  const element = h(
    'section',
    { 'aria-labelledby': 'workers-title' },
    h(
      'div',
      { class: 'section-head' },
      h('h2', { class: 'section-title', id: 'workers-title' }, t('workers.worst')),
      layouts,
    ),
    nobody,
    cards,
    table,
    h('div', { class: 'section-foot' }, all),
  );
  return {
    element,
    /** @param {string} chosen */
    relayout(chosen) {
      inCards = chosen !== 'table';
      setChoice(layouts, chosen);
    },
    /** @param {string[]} order */
    update(order) {
      const list = order.flatMap((id) => store.workers.get(id) ?? []);
      show(nobody, list.length === 0);
      show(layouts, list.length > 0);
      show(cards, inCards && list.length > 0);
      show(table, !inCards && list.length > 0);
      show(all, store.workers.size > SHOWN);
      setText(all, t('workers.all', { count: store.workers.size }));
      if (inCards) fillCards(list);
      else fillRows(list);
    },
  };
}
