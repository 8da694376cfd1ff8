// The services of the whole cluster, by service or by node: searched, filtered, and acted on, several at once.
import * as api from '../api.js';
import { delegate, h, perFrame, setAttribute, setText, show } from '../dom.js';
import { t } from '../i18n.js';
import { selectServices, SERVICE_SORTS, serviceItems } from '../lists.js';
import { choice, pageHead, searchBox, select, setChoice, statusSelect } from '../parts/page.js';
import { bulkBar, control, isPossible } from '../parts/service-actions.js';
import { serviceDrawer } from '../parts/service-drawer.js';
import { knownLoggers, meansRow, serviceHead, serviceRows, servicesKnown } from '../parts/service-row.js';
import { empty, failed, loading, nothingFound } from '../parts/states.js';
import { SERVICE_STATUSES, statusTotals } from '../parts/status-totals.js';
import { Reader } from '../reader.js';
import { replaceQuery } from '../router.js';
import { commandKey } from '../store.js';
import { VirtualList } from '../virtual.js';

/** @typedef {import('../types.js').ServiceItem} ServiceItem */
/**
 * @typedef {object} Wanted what the address says
 * @property {string} q
 * @property {string} status
 * @property {string} node
 * @property {string} by how the list is grouped: `service`, `node` or not at all
 * @property {string} sort
 * @property {string} service the one in the drawer, as `node/name`
 */

/**
 * @typedef {object} View what the functions of this view share
 * @property {import('../store.js').Store} store
 * @property {Wanted} wanted what a person asked for
 * @property {ServiceItem[] | null} items all services; null until they have come
 * @property {Set<string>} selected keys of the selected services
 * @property {ReturnType<typeof build>} page
 * @property {VirtualList<ServiceItem>} list
 * @property {Reader} reader of the services
 * @property {ReturnType<typeof serviceDrawer>} drawer
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
  const loggers = knownLoggers(signal, () => view.schedule());
  /** @type {View} */
  const view = {
    store,
    wanted,
    page,
    items: null,
    selected: new Set(),
    list: serviceList(page.body, store, { loggers, view: () => view }),
    schedule: perFrame(() => update(view), signal),
    reader: servicesReader(() => view, signal),
    drawer: serviceDrawer(store, {
      find: (node, name) => view.items?.find((item) => item.node === node && item.name === name),
      loggers,
      onchange: (item) => onDrawer(view, item),
      signal,
    }),
  };
  root.replaceChildren(...page.children);

  followChanges(view, signal);
  wireFilters(view, signal);
  delegate(root, handlers(view), { signal });
  view.reader.again();
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
    by: ['node', 'service'].find((by) => by === query.get('by')) ?? '',
    sort: SERVICE_SORTS.find((sort) => sort === query.get('sort')) ?? SERVICE_SORTS[0],
    service: query.get('service') ?? '',
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
      ['', t('services.by.none'), t('services.by.none')],
      ['service', t('services.by.service'), t('services.by.service')],
      ['node', t('services.by.node'), t('services.by.node')],
    ],
    wanted.by,
  );
  const sort = select(
    t('sort'),
    'sort',
    SERVICE_SORTS.map((name) => [name, t(`services.sort.${name}`)]),
    wanted.sort,
  );
  const all = h(
    'button',
    { type: 'button', class: 'btn btn-sm btn-link select-all', 'data-action': 'select-all' },
    t('select.all'),
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
    pageHead(t('tab.services'), search, statuses, sort, grouping),
    h('div', { class: 'count-row' }, count, totals.element, onlyNode, selectable && all),
    bulk.element,
    state,
    table,
  ];
  return { children, search, statuses, sort, grouping, onlyNode, all, count, totals, bulk, state, table, body };
}

/**
 * @param {HTMLElement} body
 * @param {import('../store.js').Store} store
 * @param {{loggers: () => string[], view: () => View}} how view: asked for when something happens, after the list is made
 */
function serviceList(body, store, { loggers, view }) {
  /** @param {string} key @param {boolean} selected */
  const onselect = (key, selected) => {
    if (selected) view().selected.add(key);
    else view().selected.delete(key);
    view().schedule();
  };
  const rows = serviceRows(store, {
    withNode: true,
    loggers,
    isSelected: (key) => view().selected.has(key),
    onselect: store.allows('operator') ? onselect : undefined,
  });
  return new VirtualList(body, null, rows, { estimate: ROW_PX, measured: true });
}

/** The services that are selected, also those that the filter hides. @param {View} view */
function selectedItems({ items, selected }) {
  return (items ?? []).filter(({ node, name }) => selected.has(commandKey(node, name)));
}

/**
 * Reads the services: when the summary of a node has another revision of its services, when a node is no longer heard
 * or is heard again, and when a command has ended. Until they have come once, a failure is shown in their place.
 * @param {() => View} view asked for when something is read
 * @param {AbortSignal} signal
 */
function servicesReader(view, signal) {
  return new Reader({
    async read() {
      const { services, last_actions } = await api.services();
      const first = view().items === null;
      view().items = serviceItems(services, last_actions);
      view().schedule();
      if (first) openWanted(view());
    },
    mark: () =>
      JSON.stringify(view().store.machines().map(({ id, summary, status }) => [id, summary.services_revision, status])),
    onfail: (error) => !view().items && view().page.state.replaceChildren(failed(error)),
    signal,
    pauseMs: REFRESH_MS,
  });
}

/** Opens the drawer that the address names. @param {View} view */
function openWanted({ wanted, drawer }) {
  const slash = wanted.service.indexOf('/');
  if (slash > 0) drawer.open(wanted.service.slice(0, slash), wanted.service.slice(slash + 1));
}

/**
 * Writes what the drawer shows into the address. Once it is closed, the focus is where it was, or on the service's row
 * if that has been made anew.
 * @param {View} view
 * @param {{node: string, name: string} | null} item
 */
function onDrawer({ wanted, page }, item) {
  const before = wanted.service;
  wanted.service = item ? `${item.node}/${item.name}` : '';
  replaceQuery(queryOf(wanted));
  if (item || document.activeElement !== document.body) return;
  const names = /** @type {NodeListOf<HTMLElement>} */ (page.body.querySelectorAll('.service-name'));
  [...names].find(({ dataset }) => `${dataset.node}/${dataset.service}` === before)?.focus();
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
  show(page.all, visible.length > 0);
  view.list.setItems(visible);
  view.drawer.update();
  page.bulk.update(selectedItems(view));
}

function noServices() {
  return empty(t('services.none'), t('services.none.hint'), h('pre', { class: 'code' }, t('services.none.example')));
}

/** @param {View} view @param {AbortSignal} signal */
function followChanges({ store, reader, schedule }, signal) {
  store.on('cluster', () => reader.changed(), signal);
  store.on('workers', () => reader.changed(), signal);
  store.on(
    'commands',
    ({ state }) => {
      schedule();
      if (state !== 'running') reader.again();
    },
    signal,
  );
}

/** What stands in the address: what differs from what is wanted by default. @param {Wanted} wanted */
function queryOf(wanted) {
  return { ...wanted, sort: wanted.sort === SERVICE_SORTS[0] ? '' : wanted.sort };
}

/** Shows what is wanted now, and writes it into the address. @param {View} view */
function refilter(view) {
  replaceQuery(queryOf(view.wanted));
  update(view);
}

/** @param {View} view @param {AbortSignal} signal */
function wireFilters(view, signal) {
  const { search, statuses, sort } = view.page;
  const refilterBy = (/** @type {Partial<Wanted>} */ change) => {
    Object.assign(view.wanted, change);
    refilter(view);
  };
  search.addEventListener('input', () => refilterBy({ q: search.value }), { signal });
  statuses.addEventListener('change', () => refilterBy({ status: statuses.value }), { signal });
  sort.addEventListener('change', () => refilterBy({ sort: sort.value }), { signal });
}

/**
 * What the buttons do, by their `data-action`.
 * @param {View} view
 * @returns {Parameters<typeof delegate>[1]}
 */
function handlers(view) {
  const { store, wanted, page } = view;
  return {
    retry: () => view.reader.again(),
    'show-service': (element, event) =>
      meansRow(element, event) && view.drawer.open(element.dataset.node ?? '', element.dataset.service ?? ''),
    by({ dataset }) {
      wanted.by = dataset.value ?? '';
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
    'select-all'() {
      for (const { node, name } of selectServices(view.items ?? [], wanted)) view.selected.add(commandKey(node, name));
      update(view);
      view.list.update();
    },
    unselect() {
      view.selected.clear();
      view.list.forgetRows();
      update(view);
    },
  };
}
