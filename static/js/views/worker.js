// One worker, whole: metrics, history, services, reporter, certificates, its live log.
import * as api from '../api.js';
import { attempt } from '../actions.js';
import { confirmed } from '../dialog.js';
import { delegate, h, icon, perFrame, setText, show } from '../dom.js';
import { duration, relative } from '../format.js';
import { t } from '../i18n.js';
import { EVERYTHING } from '../logfeed.js';
import { badge, setBadge, setDays } from '../parts/badge.js';
import { logList } from '../parts/log-list.js';
import { historyChart } from '../parts/history-chart.js';
import { metricsPanel } from '../parts/node-metrics.js';
import { reporterActions, reporterPanel } from '../parts/reporter.js';
import { control, serviceTable } from '../parts/service-row.js';
import { empty, loading } from '../parts/states.js';
import { url } from '../router.js';

const LINES_HELD = 1000;
const HISTORY_POINTS = 100;

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const { id } = route.params;
  const owner = Symbol('worker');

  const head = workerHeader(id, store.allows('admin'));
  const metrics = metricsPanel();
  const chart = historyChart('shares', id);
  const network = historyChart('network', id);
  const disk = historyChart('disk_io', id);
  const charts = [chart, network, disk];
  const services = serviceTable(store, signal);
  const servicesNone = h('p', { class: 'panel-empty' }, t('worker.services.none'));
  const reporter = reporterPanel(store, id);
  const certificates = certificateList();
  const logs = logList(store, {
    withNode: false,
    filter: { ...EVERYTHING, node_id: id },
    wrap: false,
    cap: LINES_HELD,
  });
  const wait = loading();
  const unknown = empty(
    t('worker.unknown'),
    t('worker.unknown.hint'),
    h('a', { class: 'btn btn-secondary', href: url('/workers') }, t('tab.workers')),
  );
  const page = h(
    'div',
    { class: 'worker-page' },
    panel(t('metrics'), 'area-metrics', metrics.element),
    panel(t('history'), 'area-history', chart.element, store.allows('operator') && clearHistoryButton()),
    panel(t('tab.services'), 'area-services', h('div', {}, services.element, servicesNone)),
    reporter.element,
    panel(h('a', { href: url('/logs', { node: id }) }, t('tab.logs')), 'area-logs', logs.element),
    panel(t('tab.certificates'), 'area-certificates', certificates.element),
    panel(t('history.network'), 'area-network', network.element),
    panel(t('history.disk_io'), 'area-disk-io', disk.element),
  );
  root.replaceChildren(head.element, wait, unknown, page);

  /** @type {{[service: string]: import('../parts/service-row.js').LastAction}} */
  let lastActions = {};
  const loadLastActions = async () => {
    const { last_actions } = await api.services(id);
    lastActions = last_actions[id] ?? {};
    schedule();
  };
  const update = () => {
    const node = store.nodes.get(id);
    const state = node?.state;
    show(wait, !node?.known);
    show(unknown, node?.known === true && !state);
    show(page, Boolean(state));
    if (!node || !state) return;
    head.update(store.workers.get(id)?.status ?? state.status, state, store.now());
    metrics.update(node);
    for (const each of charts) each.update(node);
    services.update(id, state.services ?? {}, lastActions);
    show(servicesNone, Object.keys(state.services ?? {}).length === 0);
    reporter.update(node);
    certificates.update(node.certificates);
  };
  const schedule = perFrame(update, signal);
  for (const event of ['node', 'workers', 'cluster', 'commands']) store.on(event, schedule, signal);
  store.on('commands', (command) => command.state !== 'running' && loadLastActions().catch(() => {}), signal);
  const timer = setInterval(schedule, 1000);

  delegate(
    root,
    {
      control: ({ dataset }) =>
        control(store, [{ node: id, name: dataset.service ?? '' }], /** @type {any} */ (dataset.do)),
      ...reporterActions(store, id),
      async 'clear-history'() {
        const text = t('history.clear.text', { name: id });
        if (!(await confirmed(t('history.clear'), text, t('history.clear')))) return;
        await attempt(() => api.clearHistory(id), t('history.cleared'));
      },
      async 'remove-worker'() {
        if (!(await confirmed(t('worker.remove'), t('worker.remove.text', { name: id }), t('worker.remove')))) return;
        await attempt(() => api.removeNode(id), t('worker.removed', { name: id }));
      },
    },
    { signal },
  );

  store.watch(owner, [id]);
  // The relay pushes up to 50 points; the coordinator keeps 100.
  api
    .history(id, HISTORY_POINTS)
    .then(({ history }) => signal.aborted || store.addPoints(id, history))
    .catch(() => {});
  loadLastActions().catch(() => {});
  update();
  return () => {
    abort.abort();
    clearInterval(timer);
    for (const each of charts) each.destroy();
    logs.destroy();
    store.watch(owner, []);
    root.replaceChildren();
  };
}

/**
 * @param {string | Node} title
 * @param {string} area
 * @param {Node} content
 * @param {Node | false} [control] at the end of its head
 */
function panel(title, area, content, control = false) {
  return h(
    'section',
    { class: `panel ${area}` },
    h('div', { class: 'panel-head' }, h('h2', { class: 'panel-title' }, title), control),
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
  const element = h(
    'div',
    { class: 'page-head' },
    h(
      'div',
      { class: 'page-heading' },
      h(
        'a',
        { class: 'back', href: url('/workers'), 'aria-label': t('tab.workers'), title: t('tab.workers') },
        icon('chevron-left'),
      ),
      h('h1', { class: 'page-title', tabindex: '-1', dir: 'ltr' }, id),
      status,
    ),
    facts,
    removable &&
      id !== 'coordinator' &&
      h(
        'button',
        { type: 'button', class: 'btn btn-sm btn-outline-secondary', 'data-action': 'remove-worker' },
        icon('trash3'),
        ' ',
        t('worker.remove'),
      ),
  );
  return {
    element,
    /** @param {import('../types.js').Status} now @param {import('../types.js').Node} state @param {number} clock */
    update(now, state, clock) {
      setBadge(status, now);
      setText(
        facts,
        [
          t(`mode.${state.mode}`),
          t('worker.every', { interval: duration(state.current_interval) }),
          t('worker.seen', { when: relative(state.timestamp, clock) }),
        ].join(' · '),
      );
    },
  };
}

function certificateList() {
  const list = h('ul', { class: 'certificate-list' });
  const none = h('p', { class: 'panel-empty' }, t('worker.certificates.none'));
  const element = h('div', {}, list, none);
  /** @type {import('../types.js').Certificate[] | null} */
  let shown = null;
  return {
    element,
    /** @param {import('../types.js').Certificate[]} certificates */
    update(certificates) {
      show(none, certificates.length === 0);
      if (certificates === shown) return;
      shown = certificates;
      list.replaceChildren(
        ...[...certificates]
          .sort((a, b) => a.days_left - b.days_left)
          .map((certificate) => {
            const days = badge();
            setDays(days, certificate.days_left);
            return h(
              'li',
              {},
              h('div', { class: 'certificate-subject' }, h('bdi', {}, certificate.subject)),
              days,
              h('div', { class: 'certificate-path', dir: 'ltr' }, certificate.path),
            );
          }),
      );
    },
  };
}
