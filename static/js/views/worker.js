// One worker, whole: metrics, history, services, reporter, certificates, its live log.
import * as api from '../api.js';
import { controlReporter, REPORTER, setInterval as setReporterInterval } from '../actions.js';
import { certificateLevel } from '../cluster.js';
import { confirmed, openDialog } from '../dialog.js';
import { delegate, h, icon, perFrame, setText, show } from '../dom.js';
import { duration, number, relative, time } from '../format.js';
import { t } from '../i18n.js';
import { EVERYTHING } from '../logfeed.js';
import { badge, setBadge } from '../parts/badge.js';
import { logList } from '../parts/log-list.js';
import { historyChart, metricsPanel } from '../parts/node-metrics.js';
import { control, serviceTable } from '../parts/service-row.js';
import { empty, loading } from '../parts/states.js';
import { url } from '../router.js';
import { commandKey } from '../store.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').WatchedNode} WatchedNode */

const LINES_HELD = 1000;
const HISTORY_POINTS = 100;

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const { id } = route.params;
  const owner = Symbol('worker');

  const head = workerHeader(id);
  const metrics = metricsPanel();
  const chart = historyChart(id);
  const services = serviceTable(store);
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
    panel(t('history'), 'area-history', chart.element),
    panel(t('tab.services'), 'area-services', services.element, servicesNone),
    reporter.element,
    panel(t('tab.certificates'), 'area-certificates', certificates.element),
    panel(h('a', { href: url('/logs', { node: id }) }, t('tab.logs')), 'area-logs', logs.element),
  );
  root.replaceChildren(head.element, wait, unknown, page);

  const update = () => {
    const node = store.nodes.get(id);
    const state = node?.state;
    show(wait, !node?.known);
    show(unknown, node?.known === true && !state);
    show(page, Boolean(state));
    if (!node || !state) return;
    head.update(store.workers.get(id)?.status ?? state.status, state, store.now());
    metrics.update(node);
    chart.update(node);
    services.update(id, state.services ?? {});
    show(servicesNone, Object.keys(state.services ?? {}).length === 0);
    reporter.update(node);
    certificates.update(node.certificates);
  };
  const schedule = perFrame(update, signal);
  for (const event of ['node', 'workers', 'cluster', 'commands']) store.on(event, schedule, signal);
  const timer = setInterval(schedule, 1000);

  delegate(
    root,
    {
      control: ({ dataset }) =>
        control(store, [{ node: id, name: dataset.service ?? '' }], /** @type {any} */ (dataset.do)),
      'reporter-report_now': () => controlReporter(store, id, 'report_now'),
      'reporter-start': () => controlReporter(store, id, 'start'),
      'reporter-stop': async () => {
        if (
          await confirmed(t('confirm.reporter_stop'), t('confirm.reporter_stop.text', { name: id }), t('action.stop'))
        ) {
          await controlReporter(store, id, 'stop');
        }
      },
      'reporter-interval': () => askInterval(store, id),
    },
    { signal },
  );

  store.watch(owner, [id]);
  // The relay pushes up to 50 points; the coordinator keeps 100.
  api
    .history(id, HISTORY_POINTS)
    .then(({ history }) => signal.aborted || store.addPoints(id, history))
    .catch(() => {});
  update();
  return () => {
    abort.abort();
    clearInterval(timer);
    chart.destroy();
    logs.destroy();
    store.watch(owner, []);
    root.replaceChildren();
  };
}

/**
 * @param {string | Node} title
 * @param {string} area
 * @param {...Node} children
 */
function panel(title, area, ...children) {
  return h(
    'section',
    { class: `panel ${area}` },
    h('div', { class: 'panel-head' }, h('h2', { class: 'panel-title' }, title)),
    ...children,
  );
}

/** @param {string} id */
function workerHeader(id) {
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

/** What is told of a reporter. @type {[key: string, text: (node: import('../types.js').Node) => string][]} */
const REPORTER_FACTS = [
  ['interval', (node) => duration(node.current_interval) + (node.interval_fixed ? ` (${t('reporter.fixed')})` : '')],
  ['success_rate', ({ reporter }) => (reporter ? `${number(reporter.statistics.success_rate_percent, 1)} %` : '')],
  [
    'reports',
    ({ reporter }) =>
      reporter
        ? t('reporter.reports.of', {
            count: reporter.statistics.total_reports,
            failed: reporter.statistics.failed_reports,
          })
        : '',
  ],
  ['uptime', ({ reporter }) => (reporter ? duration(reporter.uptime_seconds) : '')],
  ['last_report', (node) => time(node.timestamp)],
];

/**
 * @param {Store} store
 * @param {string} id
 */
function reporterPanel(store, id) {
  const facts = REPORTER_FACTS.map(([key]) => ({ key, value: h('dd', {}) }));
  const note = h('p', { class: 'service-note', role: 'status' });
  const button = (/** @type {string} */ action, /** @type {string} */ picture, /** @type {string} */ text) =>
    h(
      'button',
      { type: 'button', class: 'btn btn-sm btn-outline-secondary', 'data-action': `reporter-${action}` },
      icon(picture),
      ' ',
      text,
    );
  const buttons = h(
    'div',
    { class: 'button-row' },
    button('report_now', 'send', t('action.report_now')),
    button('interval', 'stopwatch', t('action.set_interval')),
    button('start', 'play-fill', t('action.start')),
    button('stop', 'stop-fill', t('action.stop')),
  );
  const element = h(
    'section',
    { class: 'panel area-reporter' },
    h('div', { class: 'panel-head' }, h('h2', { class: 'panel-title' }, t('reporter.title'))),
    h(
      'dl',
      { class: 'facts' },
      facts.map(({ key, value }) => h('div', {}, h('dt', {}, t(`reporter.${key}`)), value)),
    ),
    buttons,
    note,
  );
  return {
    element,
    /** @param {WatchedNode} node */
    update({ state }) {
      if (!state) return;
      facts.forEach(({ value }, index) => setText(value, REPORTER_FACTS[index][1](state)));
      const command = store.commands.get(commandKey(id, REPORTER));
      show(buttons, store.allows('operator'));
      for (const child of buttons.children)
        /** @type {HTMLButtonElement} */ (child).disabled = command?.state === 'running' || state.status === 'offline';
      setText(
        note,
        command ? `${t(`action.${command.action}`)}: ${command.error ?? t(`command.state.${command.state}`)}` : '',
      );
      note.dataset.level = command?.state === 'failed' ? 'danger' : '';
    },
  };
}

/**
 * @param {Store} store
 * @param {string} id
 */
async function askInterval(store, id) {
  const state = store.nodes.get(id)?.state;
  const input = h('input', {
    class: 'form-control',
    type: 'number',
    id: 'interval',
    name: 'interval',
    min: 30,
    max: 300,
    step: 1,
    required: true,
    value: Math.max(30, state?.current_interval ?? 60),
  });
  const { value, data } = await openDialog({
    title: t('action.set_interval'),
    body: [
      h('label', { class: 'form-label', for: 'interval' }, t('interval.label')),
      input,
      h('p', { class: 'form-text mb-0' }, t('interval.hint')),
    ],
    buttons: [
      { value: '', label: t('cancel'), kind: 'secondary' },
      { value: 'auto', label: t('interval.auto'), kind: 'outline-secondary' },
      { value: 'set', label: t('interval.set'), kind: 'primary' },
    ],
  });
  if (value === 'set') await setReporterInterval(store, id, Number(data.get('interval')));
  if (value === 'auto') await setReporterInterval(store, id, null);
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
            setBadge(days, certificateLevel(certificate.days_left), t('days', { count: certificate.days_left }));
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
