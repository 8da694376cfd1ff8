// The cluster at a glance: what is wrong first, then the numbers, the coordinator, and the workers, worst first.
import { byTrouble } from '../cluster.js';
import { delegate, h, keyedList, perFrame, setText, show } from '../dom.js';
import { t } from '../i18n.js';
import { EVERYTHING } from '../logfeed.js';
import { addWorker, noWorkers } from '../parts/add-worker.js';
import { attentionPanel } from '../parts/attention.js';
import { badge, setBadge } from '../parts/badge.js';
import { historyChart } from '../parts/history-chart.js';
import { metricsPanel } from '../parts/node-metrics.js';
import { choice, pageHead, setChoice } from '../parts/page.js';
import { loading } from '../parts/states.js';
import { tiles } from '../parts/tiles.js';
import { workerCards, workerHead, workerRows } from '../parts/worker-row.js';
import { icon } from '../dom.js';
import { remember, remembered } from '../prefs.js';
import { url, workerUrl } from '../router.js';

const SHOWN = 24;
/** Workers drawn at once: the first screen is there sooner, and no frame draws all of them anew. */
const DRAWN_AT_ONCE = 8;
const ERRORS_HELD = 100;
/** A thousand workers tell something every few milliseconds; nobody reads as fast. */
const PACE_MS = 250;
/** How long the order of workers stays, so that a list does not dance under the mouse. */
const ORDER_MS = 5000;

/** @type {import('../app.js').Mount} */
export function mount(root, store) {
  const abort = new AbortController();
  const { signal } = abort;
  const owner = Symbol('overview');
  const feed = store.followLogs({ ...EVERYTHING, level: 'ERROR' }, ERRORS_HELD);

  const attention = attentionPanel(store);
  const numbers = tiles(store);
  const coordinator = coordinatorPanel(store);
  const workers = workerList(store);
  const wait = loading();
  const page = h(
    'div',
    { class: 'stack' },
    attention.element,
    numbers.element,
    h('div', { class: 'overview-body' }, workers.element, coordinator.element),
  );
  root.replaceChildren(pageHead(t('tab.overview')), wait, page);

  let order = /** @type {string[]} */ ([]);
  let orderedAt = 0;
  let drawn = 0;
  const update = () => {
    show(wait, !store.ready);
    show(page, store.ready);
    if (!store.ready) return;
    if (
      Date.now() - orderedAt > ORDER_MS ||
      order.some((id) => !store.workers.has(id)) ||
      order.length < Math.min(SHOWN, store.workers.size)
    ) {
      order = [...store.workers.values()]
        .sort(byTrouble)
        .slice(0, SHOWN)
        .map(({ id }) => id);
      orderedAt = Date.now();
      store.watch(owner, ['coordinator', ...order]);
    }
    attention.update();
    numbers.update();
    coordinator.update();
    drawn = Math.min(drawn + DRAWN_AT_ONCE, order.length);
    workers.update(order.slice(0, drawn));
    if (drawn < order.length) schedule();
  };
  const schedule = perFrame(update, signal, PACE_MS);
  for (const event of ['cluster', 'workers', 'node', 'logs']) store.on(event, schedule, signal);
  const timer = setInterval(schedule, 1000);

  delegate(
    root,
    {
      layout: (button) => {
        remember('overview.layout', button.dataset.value ?? 'cards');
        workers.relayout();
        schedule();
      },
      'add-worker': () => addWorker(),
    },
    { signal },
  );

  store.watch(owner, ['coordinator']);
  update();
  return () => {
    abort.abort();
    clearInterval(timer);
    coordinator.destroy();
    store.unfollowLogs(feed);
    store.watch(owner, []);
    root.replaceChildren();
  };
}

/** @param {import('../store.js').Store} store */
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
      if (!node) return;
      setBadge(status, node.state?.status ?? 'offline');
      metrics.update(node);
      chart.update(node);
    },
    destroy: () => chart.destroy(),
  };
}

/** @param {import('../store.js').Store} store */
function workerList(store) {
  const layout = () => (remembered('overview.layout') === 'table' ? 'table' : 'cards');
  const layouts = choice(
    t('layout'),
    'layout',
    [
      ['cards', icon('grid'), t('layout.cards')],
      ['table', icon('list-ul'), t('layout.table')],
    ],
    layout(),
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
    relayout: () => setChoice(layouts, layout()),
    /** @param {string[]} order */
    update(order) {
      const list = order.flatMap((id) => store.workers.get(id) ?? []);
      const inCards = layout() === 'cards';
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
