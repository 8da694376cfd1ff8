// The services of the whole cluster, by service or by node: searched, filtered, and acted on, several at once.
import * as api from '../api.js';
import { delegate, h, perFrame, setAttribute, setText, show } from '../dom.js';
import { t } from '../i18n.js';
import { selectServices, serviceItems } from '../lists.js';
import { choice, pageHead, searchBox, setChoice, statusSelect } from '../parts/page.js';
import { bulkBar, control, isPossible } from '../parts/service-actions.js';
import { knownLoggers, serviceHead, serviceRows, servicesKnown } from '../parts/service-row.js';
import { empty, failed, loading, nothingFound } from '../parts/states.js';
import { SERVICE_STATUSES, statusTotals } from '../parts/status-totals.js';
import { replaceQuery } from '../router.js';
import { commandKey } from '../store.js';
import { VirtualList } from '../virtual.js';

/** @typedef {import('../types.js').ServiceItem} ServiceItem */
/** @typedef {{q: string, status: string, node: string, by: string}} Wanted */

/**
 * @typedef {object} View what the functions of this view share
 * @property {import('../store.js').Store} store
 * @property {Wanted} wanted what a person asked for
 * @property {ServiceItem[] | null} items all services; null until they have come
 * @property {Set<string>} selected keys of the selected services
 * @property {ReturnType<typeof build>} page
 * @property {VirtualList<ServiceItem>} list
 * @property {() => void} schedule updates the view in the next frame
 */

const ROW_PX = 56;
/** How long changes of services are collected before the list is read again. */
const REFRESH_MS = 400;

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const wanted = wantedFrom(route.query);
  const page = build(wanted, store.allows('operator'));
  /** @type {View} */
  const view = {
    store,
    wanted,
    page,
    items: null,
    selected: new Set(),
    list: serviceList(page.body, store, { signal, view: () => view }),
    schedule: perFrame(() => update(view), signal),
  };
  root.replaceChildren(...page.children);

  followChanges(view, signal);
  wireFilters(view, signal);
  delegate(root, handlers(view), { signal });
  load(view);
  return () => {
    abort.abort();
    view.list.destroy();
    root.replaceChildren();
  };
}

/** @param {URLSearchParams} query @returns {Wanted} */
function wantedFrom(query) {
  return {
    q: query.get('q') ?? '',
    status: query.get('status') ?? '',
    node: query.get('node') ?? '',
    by: query.get('by') === 'node' ? 'node' : 'service',
  };
}

/** The view's elements. @param {Wanted} wanted @param {boolean} selectable */
function build(wanted, selectable) {
  const search = searchBox(t('services.search'), wanted.q);
  const statuses = statusSelect(SERVICE_STATUSES, wanted.status);
  const grouping = choice(
    t('services.by'),
    'by',
    [
      ['service', t('services.by.service'), t('services.by.service')],
      ['node', t('services.by.node'), t('services.by.node')],
    ],
    wanted.by,
  );
  const onlyNode = h(
    'button',
    {
      type: 'button',
      class: 'chip chip-removable',
      'data-action': 'any-node',
      'aria-label': t('filter.remove', { name: wanted.node }),
      hidden: !wanted.node,
    },
    wanted.node,
    ' ×',
  );
  const count = h('p', { class: 'count', role: 'status' });
  const totals = statusTotals();
  const bulk = bulkBar();
  const body = h('div', { role: 'rowgroup', class: 'virtual' });
  const table = h(
    'div',
    { class: 'panel table-panel', role: 'table', 'aria-label': t('tab.services') },
    h('div', { role: 'rowgroup', class: 'table-sticky' }, serviceHead(true, selectable)),
    body,
  );
  const state = h('div', {}, loading());
  const children = [
    pageHead(t('tab.services'), search, statuses, grouping),
    h('div', { class: 'count-row' }, count, totals.element, onlyNode),
    bulk.element,
    state,
    table,
  ];
  return { children, search, statuses, grouping, onlyNode, count, totals, bulk, state, table, body };
}

/**
 * @param {HTMLElement} body
 * @param {import('../store.js').Store} store
 * @param {{signal: AbortSignal, view: () => View}} how view: asked for when something happens, after the list is made
 */
function serviceList(body, store, { signal, view }) {
  /** @param {string} key @param {boolean} selected */
  const onselect = (key, selected) => {
    if (selected) view().selected.add(key);
    else view().selected.delete(key);
    view().schedule();
  };
  const rows = serviceRows(store, {
    withNode: true,
    loggers: knownLoggers(signal, () => view().schedule()),
    isSelected: (key) => view().selected.has(key),
    onselect: store.allows('operator') ? onselect : undefined,
  });
  return new VirtualList(body, null, rows, { estimate: ROW_PX, measured: true });
}

/** The services that are selected, also those that the filter hides. @param {View} view */
function selectedItems({ items, selected }) {
  return (items ?? []).filter(({ node, name }) => selected.has(commandKey(node, name)));
}

/** Reads the services. Until they have come once, a failure is shown in their place. @param {View} view */
async function load(view) {
  try {
    const { services, last_actions } = await api.services();
    view.items = serviceItems(services, last_actions);
    view.schedule();
  } catch (error) {
    if (!view.items) view.page.state.replaceChildren(failed(/** @type {Error} */ (error)));
  }
}

/** @param {View} view */
function update(view) {
  const { wanted, items, page } = view;
  show(page.table, Boolean(items?.length));
  if (!items) return;
  for (const item of items) item.service.known = servicesKnown(view.store, item.node);
  const visible = selectServices(items, wanted);
  setText(page.count, t('services.count', { count: visible.length, total: items.length }));
  show(page.count, items.length > 0);
  page.totals.update(items, wanted.status);
  setAttribute(page.table, 'aria-rowcount', visible.length + 1);
  show(page.table, visible.length > 0);
  show(page.state, visible.length === 0);
  if (visible.length === 0) page.state.replaceChildren(items.length === 0 ? noServices() : nothingFound());
  view.list.setItems(visible);
  page.bulk.update(selectedItems(view));
}

function noServices() {
  return empty(t('services.none'), t('services.none.hint'), h('pre', { class: 'code' }, t('services.none.example')));
}

/**
 * Reads the services again when they may have changed: when the summary of a node has another revision of its services,
 * when a node is no longer heard or is heard again, and when a command has ended.
 * @param {View} view
 * @param {AbortSignal} signal
 */
function followChanges(view, signal) {
  const { store } = view;
  /** @type {Map<string, string>} */
  let revisions = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let refresh;
  const refreshIfChanged = () => {
    const now = new Map(store.machines().map(({ id, summary, status }) => [id, `${summary.services_revision} ${status}`]));
    const same = now.size === revisions.size && [...now].every(([id, revision]) => revisions.get(id) === revision);
    if (same || refresh) return;
    revisions = now;
    refresh = setTimeout(
      () => {
        refresh = undefined;
        load(view);
      },
      view.items ? REFRESH_MS : 0,
    );
  };
  store.on('cluster', refreshIfChanged, signal);
  store.on('workers', refreshIfChanged, signal);
  store.on(
    'commands',
    ({ state }) => {
      view.schedule();
      if (state !== 'running') load(view);
    },
    signal,
  );
  signal.addEventListener('abort', () => clearTimeout(refresh));
}

/** Shows what is wanted now, and writes it into the address. @param {View} view */
function refilter(view) {
  const { wanted } = view;
  replaceQuery({ ...wanted, by: wanted.by === 'service' ? '' : wanted.by });
  update(view);
}

/** @param {View} view @param {AbortSignal} signal */
function wireFilters(view, signal) {
  const { search, statuses } = view.page;
  const refilterBy = (/** @type {Partial<Wanted>} */ change) => {
    Object.assign(view.wanted, change);
    refilter(view);
  };
  search.addEventListener('input', () => refilterBy({ q: search.value }), { signal });
  statuses.addEventListener('change', () => refilterBy({ status: statuses.value }), { signal });
}

/**
 * What the buttons do, by their `data-action`.
 * @param {View} view
 * @returns {Parameters<typeof delegate>[1]}
 */
function handlers(view) {
  const { store, wanted, page } = view;
  return {
    retry: () => load(view),
    by({ dataset }) {
      wanted.by = dataset.value ?? 'service';
      setChoice(page.grouping, wanted.by);
      refilter(view);
    },
    status({ dataset }) {
      wanted.status = dataset.value === wanted.status ? '' : (dataset.value ?? '');
      page.statuses.value = wanted.status;
      refilter(view);
    },
    'any-node'() {
      wanted.node = '';
      show(page.onlyNode, false);
      refilter(view);
    },
    control: ({ dataset }) =>
      control(store, [{ node: dataset.node ?? '', name: dataset.service ?? '' }], /** @type {any} */ (dataset.do)),
    bulk({ dataset }) {
      const action = /** @type {import('../types.js').ServiceAction} */ (dataset.do);
      const able = selectedItems(view).filter((item) => isPossible(item, action));
      control(store, able, action);
    },
    unselect() {
      view.selected.clear();
      view.list.forgetRows();
      update(view);
    },
  };
}
