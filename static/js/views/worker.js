// One worker, whole: metrics, history, services, reporter, certificates, its live log.
import { attempt } from '../actions.js';
import * as api from '../api.js';
import { confirmed } from '../dialog.js';
import { heardAt, isFresh } from '../cluster.js';
import { delegate, h, icon, perFrame, setAttribute, setText, show } from '../dom.js';
import { duration, relative, silence, time } from '../format.js';
import { t } from '../i18n.js';
import { EVERYTHING } from '../log-buffer.js';
import { badge, setBadge, setPresence } from '../parts/badge.js';
import { certificateList } from '../parts/certificate-row.js';
import { historyChart, rangeText, silentSince } from '../parts/history-chart.js';
import { LogList } from '../parts/log-list.js';
import { metricsPanel } from '../parts/node-metrics.js';
import { reporterActions, reporterPanel } from '../parts/reporter.js';
import { control } from '../parts/service-actions.js';
import { serviceDrawer } from '../parts/service-drawer.js';
import { knownLoggers, meansRow, servicesKnown, serviceTable } from '../parts/service-row.js';
import { empty, loading } from '../parts/states.js';
import { troublesPanel } from '../parts/troubles.js';
import { remembered } from '../prefs.js';
import { Reader } from '../reader.js';
import { replaceQuery, url } from '../router.js';

/** @typedef {import('../store.js').Store} Store */

/**
 * @typedef {object} View what the functions of this view share
 * @property {Store} store
 * @property {string} id the worker's
 * @property {ReturnType<typeof build>} page
 * @property {{[service: string]: import('../types.js').LastAction}} lastActions
 * @property {string} wanted the service in the drawer, as the address says
 * @property {Reader} reader of the last actions
 * @property {ReturnType<typeof serviceDrawer>} drawer
 * @property {() => void} schedule updates the view in the next frame
 */

const LINES_HELD = 1000;
const HISTORY_POINTS = 100;

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const { id } = route.params;
  const owner = Symbol('worker');
  const loggers = knownLoggers(signal);
  const page = build(store, id, loggers);
  /** @type {View} */
  const view = {
    store,
    id,
    page,
    lastActions: {},
    wanted: route.query.get('service') ?? '',
    schedule: perFrame(() => update(view), signal),
    reader: lastActionsReader(() => view, signal),
    drawer: workerDrawer({ store, id, view: () => view }, loggers, signal),
  };
  root.replaceChildren(...page.children);

  for (const event of ['node', 'workers', 'cluster', 'commands']) store.on(event, view.schedule, signal);
  store.on('commands', ({ state }) => state !== 'running' && view.reader.again(), signal);
  store.on('cluster', () => loadHistory(view, signal), signal); // more may have been missed than the relay sends
  const timer = setInterval(view.schedule, 1000);
  delegate(root, handlers(view), { signal });
  store.watch(owner, [id]);
  loadHistory(view, signal);
  view.reader.again();
  update(view);
  if (view.wanted) view.drawer.open(id, view.wanted);
  return () => {
    abort.abort();
    clearInterval(timer);
    for (const chart of page.charts) chart.destroy();
    page.logs.destroy();
    store.watch(owner, []);
    root.replaceChildren();
  };
}

/** The view's elements. @param {Store} store @param {string} id @param {() => string[]} loggers */
function build(store, id, loggers) {
  const head = workerHeader(id, store.allows('admin'));
  const metrics = metricsPanel();
  const history = historyChart('shares', id);
  const range = h('span', { class: 'panel-note' });
  const network = historyChart('network', id);
  const disk = historyChart('disk_io', id);
  const services = serviceTable(store, loggers);
  const servicesNone = h('p', { class: 'panel-empty' }, t('worker.services.none'));
  const reporter = reporterPanel(store, id);
  const certificates = certificateList();
  const filter = { ...EVERYTHING, node_id: id };
  const zone = remembered('logs.zone') === 'utc' ? 'utc' : 'local';
  const logs = new LogList(store, { withNode: false, filter, wrap: false, zone, cap: LINES_HELD });
  const wait = loading();
  const unknown = empty(
    t('worker.unknown'),
    t('worker.unknown.hint'),
    h('a', { class: 'btn btn-secondary', href: url('/workers') }, t('tab.workers')),
  );
  const panels = h(
    'div',
    { class: 'worker-page' },
    panel(t('metrics'), 'area-metrics', metrics.element),
    panel(t('history'), 'area-history', history.element, range, store.allows('operator') && clearHistoryButton()),
    panel(t('tab.services'), 'area-services', h('div', {}, services.element, servicesNone)),
    reporter.element,
    panel(h('a', { href: url('/logs', { node: id }) }, t('tab.logs')), 'area-logs', logs.element),
    panel(t('tab.certificates'), 'area-certificates', certificates.element),
    panel(t('history.network'), 'area-network', network.element),
    panel(t('history.disk_io'), 'area-disk-io', disk.element),
  );
  const silence = h('p', { class: 'notice-old', role: 'status', hidden: true });
  const troubles = troublesPanel();
  const children = [head.element, silence, wait, unknown, troubles.element, panels];
  const charts = [history, network, disk];
  const facts = { metrics, charts, range, services, servicesNone, reporter, certificates, logs };
  return { children, head, silence, wait, unknown, troubles, panels, ...facts };
}

/**
 * @param {string | Node} title
 * @param {string} area
 * @param {Node} content
 * @param {...(Node | false)} controls in its head
 */
function panel(title, area, content, ...controls) {
  return h(
    'section',
    { class: `panel ${area}` },
    h('div', { class: 'panel-head' }, h('h2', { class: 'panel-title' }, title), ...controls),
    content,
  );
}

function clearHistoryButton() {
  const label = t('history.clear');
  return h(
    'button',
    {
      type: 'button',
      class: 'btn btn-sm btn-icon btn-outline-secondary panel-more',
      'data-action': 'clear-history',
      title: label,
      'aria-label': label,
    },
    icon('trash3'),
  );
}

/** @param {string} id @param {boolean} removable */
function workerHeader(id, removable) {
  const status = badge();
  const facts = h('p', { class: 'page-facts' });
  const back = { class: 'back', href: url('/workers'), 'aria-label': t('tab.workers'), title: t('tab.workers') };
  const remove = { type: 'button', class: 'btn btn-sm btn-outline-secondary', 'data-action': 'remove-worker' };
  const element = h(
    'div',
    { class: 'page-head' },
    h(
      'div',
      { class: 'page-heading' },
      h('a', back, icon('chevron-left')),
      h('h1', { class: 'page-title', tabindex: '-1', dir: 'ltr' }, id),
      status,
    ),
    facts,
    removable && id !== 'coordinator' && h('button', remove, icon('trash3'), ' ', t('worker.remove')),
  );
  return {
    element,
    /** @param {import('../types.js').Worker | undefined} machine @param {import('../types.js').Node} state @param {number} clock */
    update(machine, state, clock) {
      const mode = t(`mode.${state.mode}`);
      const every = t('worker.every', { interval: duration(state.current_interval) });
      const seen = t('worker.seen', { when: relative(state.timestamp, clock) });
      if (machine) setPresence(status, machine, clock);
      else setBadge(status, state.status);
      setText(facts, [mode, every, seen].join(' · '));
    },
  };
}

/**
 * Reads the whole history, since the relay pushes only its newer half. If that fails, the charts begin later.
 * @param {View} view
 * @param {AbortSignal} signal
 */
async function loadHistory({ store, id }, signal) {
  const answer = await api.history(id, HISTORY_POINTS).catch(() => null);
  if (answer && !signal.aborted) store.addPoints(id, answer.history);
}

/**
 * Reads the last action on each of the worker's services. If that fails, the rows do without.
 * @param {() => View} view asked for when something is read
 * @param {AbortSignal} signal
 */
function lastActionsReader(view, signal) {
  return new Reader({
    async read() {
      const { id, schedule } = view();
      const answer = await api.services(id);
      view().lastActions = answer.last_actions[id] ?? {};
      schedule();
    },
    signal,
  });
}

/**
 * The drawer of this page; the address says which service it shows.
 * @param {{store: Store, id: string, view: () => View}} of view: asked for when something happens
 * @param {() => string[]} loggers
 * @param {AbortSignal} signal
 */
function workerDrawer({ store, id, view }, loggers, signal) {
  return serviceDrawer(store, {
    find(node, name) {
      const service = store.nodes.get(id)?.state?.services?.[name];
      if (!service) return undefined;
      return { node, name, service: { ...service, known: servicesKnown(store, id) }, last: view().lastActions[name] };
    },
    loggers,
    onchange(item) {
      replaceQuery({ service: item?.name ?? '' });
      if (!item && document.activeElement === document.body) view().page.services.focus(view().wanted);
      view().wanted = item?.name ?? '';
    },
    signal,
  });
}

/** @param {View} view */
function update({ store, id, page, lastActions, drawer }) {
  const node = store.nodes.get(id);
  const state = node?.state;
  show(page.wait, !node?.known);
  show(page.unknown, node?.known === true && !state);
  show(page.panels, Boolean(state));
  page.troubles.update(state?.troubles ?? []);
  if (!node || !state) return;
  const services = state.services ?? {};
  const machine = store.machine(id);
  page.head.update(machine, state, store.now());
  updateSilence(page, machine, state, store.now());
  page.metrics.update(node);
  setText(page.range, rangeText(node.history));
  for (const chart of page.charts) chart.update(node, silentSince(machine, store.now()));
  page.services.update(id, services, lastActions);
  drawer.update();
  show(page.servicesNone, Object.keys(services).length === 0);
  page.reporter.update(node);
  page.certificates.update(node.certificates);
}

/**
 * Says of a worker that is not heard how old everything on the page is.
 * @param {ReturnType<typeof build>} page
 * @param {import('../types.js').Worker | undefined} machine
 * @param {import('../types.js').Node} state
 * @param {number} now ms
 */
function updateSilence(page, machine, state, now) {
  const silent = machine !== undefined && !isFresh(machine);
  setAttribute(page.panels, 'data-status', machine?.status ?? state.status);
  show(page.silence, silent);
  if (!machine || !silent) return;
  const heard = heardAt(machine.summary);
  setAttribute(page.silence, 'data-level', machine.status === 'stale' ? 'warning' : 'danger');
  setText(
    page.silence,
    t(`silence.${machine.status}`, {
      since: time(heard),
      time: silence(now - heard),
      values: relative(state.timestamp, now),
    }),
  );
}

/**
 * What the buttons do, by their `data-action`.
 * @param {View} view
 * @returns {Parameters<typeof delegate>[1]}
 */
function handlers({ store, id, drawer }) {
  return {
    'show-service': (element, event) => meansRow(element, event) && drawer.open(id, element.dataset.service ?? ''),
    control: ({ dataset }) =>
      control(store, [{ node: id, name: dataset.service ?? '' }], /** @type {any} */ (dataset.do)),
    ...reporterActions(store, id),
    async 'clear-history'() {
      if (!(await confirmed(t('history.clear'), t('history.clear.text', { name: id }), t('history.clear')))) return;
      await attempt(() => api.clearHistory(id), t('history.cleared'));
    },
    async 'remove-worker'() {
      if (!(await confirmed(t('worker.remove'), t('worker.remove.text', { name: id }), t('worker.remove')))) return;
      await attempt(() => api.removeNode(id), t('worker.removed', { name: id }));
    },
  };
}
