// The services of the whole cluster, by service or by node: searched, filtered, and acted on, several at once.
import * as api from '../api.js';
import { byName } from '../cluster.js';
import { delegate, h, icon, perFrame, setAttribute, setText, show } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { badge, setBadge } from '../parts/badge.js';
import { choice, pageHead, searchBox, select, setChoice } from '../parts/page.js';
import {
  ACTIONS,
  control,
  knownLoggers,
  possibleActions,
  serviceHead,
  serviceRows,
  serviceStatus,
} from '../parts/service-row.js';
import { empty, failed, loading } from '../parts/states.js';
import { replaceQuery } from '../router.js';
import { commandKey } from '../store.js';
import { VirtualList } from '../virtual.js';

/** @typedef {import('../parts/service-row.js').ServiceItem} ServiceItem */
/** @typedef {{q: string, status: string, node: string, by: string}} Wanted */

const ROW_PX = 56;
const STATUSES = ['running', 'stopped', 'error', 'absent'];
/** How long after a service's change somewhere the list is read again; many come together (ms). */
const REFRESH_MS = 400;

/**
 * The services of all nodes, by node, then by name. Comparing names takes long, so this is done once for an answer.
 * @param {{[node: string]: {[name: string]: import('../types.js').Service}}} services
 * @param {{[node: string]: {[name: string]: ServiceItem['last']}}} lastActions
 * @returns {ServiceItem[]}
 */
export function serviceItems(services, lastActions) {
  return Object.keys(services)
    .sort(byName)
    .flatMap((node) =>
      Object.keys(services[node])
        .sort(byName)
        .map((name) => ({ node, name, service: services[node][name], last: lastActions[node]?.[name] })),
    );
}

/**
 * @param {ServiceItem[]} items as serviceItems() orders them
 * @param {Wanted} wanted
 */
export function selectServices(items, { q, status, node, by }) {
  const needle = q.toLowerCase();
  const found = items.filter(
    (item) =>
      (!node || item.node === node) &&
      (!status || serviceStatus(item.service) === status) &&
      `${item.name} ${item.node} ${item.service.description ?? ''}`.toLowerCase().includes(needle),
  );
  if (by === 'node') return found;
  /** @type {Map<string, ServiceItem[]>} */
  const groups = new Map();
  for (const item of found) {
    const group = groups.get(item.name);
    if (group) group.push(item);
    else groups.set(item.name, [item]);
  }
  return [...groups.keys()].sort(byName).flatMap((name) => groups.get(name) ?? []);
}

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  /** @type {Wanted} */
  const wanted = {
    q: route.query.get('q') ?? '',
    status: route.query.get('status') ?? '',
    node: route.query.get('node') ?? '',
    by: route.query.get('by') === 'node' ? 'node' : 'service',
  };
  /** @type {ServiceItem[] | null} */
  let items = null;
  /** @type {Set<string>} */
  const selected = new Set();

  const search = searchBox(t('services.search'), wanted.q);
  const statuses = select(
    t('column.status'),
    'status',
    [
      ['', t('status.any')],
      ...STATUSES.map(
        (status) => /** @type {[string, string]} */ ([status, t(`status.${status}`)]),
      ),
    ],
    wanted.status,
  );
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
  const selectable = store.allows('operator');
  const table = h(
    'div',
    { class: 'panel table-panel', role: 'table', 'aria-label': t('tab.services') },
    h('div', { role: 'rowgroup', class: 'table-sticky' }, serviceHead(true, selectable)),
    body,
  );
  const state = h('div', {}, loading());
  root.replaceChildren(
    pageHead(t('tab.services'), search, statuses, grouping),
    h('div', { class: 'count-row' }, count, totals.element, onlyNode),
    bulk.element,
    state,
    table,
  );

  const list = new VirtualList(
    body,
    null,
    serviceRows(store, {
      withNode: true,
      loggers: knownLoggers(signal, () => schedule()),
      isSelected: (key) => selected.has(key),
      onselect: selectable
        ? (key, on) => {
            if (on) selected.add(key);
            else selected.delete(key);
            schedule();
          }
        : undefined,
    }),
    { estimate: ROW_PX, measured: true },
  );

  const chosen = () => (items ?? []).filter((item) => selected.has(commandKey(item.node, item.name)));
  const update = () => {
    show(table, Boolean(items?.length));
    if (!items) return;
    const visible = selectServices(items, wanted);
    setText(count, t('services.count', { count: visible.length, total: items.length }));
    show(count, items.length > 0);
    totals.update(items, wanted.status);
    setAttribute(table, 'aria-rowcount', visible.length + 1);
    show(table, visible.length > 0);
    show(state, visible.length === 0);
    if (visible.length === 0) {
      state.replaceChildren(
        items.length === 0
          ? empty(t('services.none'), t('services.none.hint'), h('pre', { class: 'code' }, t('services.none.example')))
          : empty(t('nothing.found'), t('nothing.found.hint')),
      );
    }
    list.setItems(visible);
    bulk.update(chosen());
  };
  const schedule = perFrame(update, signal);

  const load = async () => {
    try {
      const { services, last_actions } = await api.services();
      items = serviceItems(services, last_actions);
      schedule();
    } catch (error) {
      if (!items) state.replaceChildren(failed(/** @type {Error} */ (error)));
    }
  };

  // Summaries say when a node's services have changed; the services themselves are read again then.
  let revisions = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let refresh;
  const refreshIfChanged = () => {
    const now = new Map([...store.workers].map(([id, { summary }]) => [id, summary.services_revision]));
    const same = now.size === revisions.size && [...now].every(([id, revision]) => revisions.get(id) === revision);
    if (same || refresh) return;
    revisions = now;
    refresh = setTimeout(
      () => {
        refresh = undefined;
        load();
      },
      items ? REFRESH_MS : 0,
    );
  };
  store.on('cluster', refreshIfChanged, signal);
  store.on('workers', refreshIfChanged, signal);
  store.on(
    'commands',
    (command) => {
      schedule();
      if (command.state !== 'running') load();
    },
    signal,
  );

  const filtered = () => {
    replaceQuery({ ...wanted, by: wanted.by === 'service' ? '' : wanted.by });
    update();
  };
  search.addEventListener(
    'input',
    () => {
      wanted.q = search.value;
      filtered();
    },
    { signal },
  );
  statuses.addEventListener(
    'change',
    () => {
      wanted.status = statuses.value;
      filtered();
    },
    { signal },
  );
  delegate(
    root,
    {
      retry: () => load(),
      by(button) {
        wanted.by = button.dataset.value ?? 'service';
        setChoice(grouping, wanted.by);
        filtered();
      },
      status(button) {
        wanted.status = button.dataset.value === wanted.status ? '' : (button.dataset.value ?? '');
        statuses.value = wanted.status;
        filtered();
      },
      'any-node'() {
        wanted.node = '';
        show(onlyNode, false);
        filtered();
      },
      control: ({ dataset }) =>
        control(store, [{ node: dataset.node ?? '', name: dataset.service ?? '' }], /** @type {any} */ (dataset.do)),
      async bulk({ dataset }) {
        const action = /** @type {import('../types.js').ServiceAction} */ (dataset.do);
        await control(
          store,
          chosen().filter(({ service }) => possibleActions(service).includes(action)),
          action,
        );
      },
      unselect() {
        selected.clear();
        list.forgetRows();
        update();
      },
    },
    { signal },
  );

  load();
  return () => {
    abort.abort();
    clearTimeout(refresh);
    list.destroy();
    root.replaceChildren();
  };
}

/** How many services are in which status, whatever is searched for; a press shows only these. */
function statusTotals() {
  const parts = STATUSES.map((status) => {
    const text = badge(status);
    const button = h(
      'button',
      { type: 'button', class: 'chip status-total', 'data-action': 'status', 'data-value': status, hidden: true },
      text,
    );
    return { status, text, button };
  });
  return {
    element: h(
      'div',
      { class: 'status-totals' },
      parts.map(({ button }) => button),
    ),
    /** @param {ServiceItem[]} items @param {string} wanted */
    update(items, wanted) {
      for (const { status, text, button } of parts) {
        const count = items.filter(({ service }) => serviceStatus(service) === status).length;
        setBadge(text, status, `${t(`status.${status}`)} ${number(count)}`);
        setAttribute(button, 'aria-pressed', String(status === wanted));
        show(button, count > 0);
      }
    },
  };
}

/** What can be done to the services that are selected. */
function bulkBar() {
  const text = h('span', { class: 'bulk-count' });
  const buttons = Object.entries(ACTIONS).map(([action, { icon: picture }]) =>
    h(
      'button',
      { type: 'button', class: 'btn btn-sm btn-outline-secondary', 'data-action': 'bulk', 'data-do': action },
      icon(picture),
      ' ',
      t(`action.${action}`),
    ),
  );
  const element = h(
    'div',
    { class: 'bulk', role: 'status', hidden: true },
    text,
    ...buttons,
    h('button', { type: 'button', class: 'btn btn-sm btn-link', 'data-action': 'unselect' }, t('select.none')),
  );
  return {
    element,
    /** @param {ServiceItem[]} chosen */
    update(chosen) {
      show(element, chosen.length > 0);
      setText(text, t('select.count', { count: chosen.length }));
      for (const button of buttons) {
        const action = /** @type {any} */ (button.dataset.do);
        button.disabled = !chosen.some(({ service }) => possibleActions(service).includes(action));
      }
    },
  };
}
