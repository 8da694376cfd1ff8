// A worker's reporter: the figures of its work, and the commands to it.
import { controlReporter, REPORTER, setReportInterval } from '../actions.js';
import { confirmed, openDialog } from '../dialog.js';
import { h, icon, setText, show } from '../dom.js';
import { bytes, duration, NOTHING, successRate, time } from '../format.js';
import { t } from '../i18n.js';
import { commandKey } from '../store.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').WatchedNode} WatchedNode */

const MIB = 1024 * 1024;
/** The intervals that the API takes for any reporter, in seconds. */
const INTERVALS = { min: 30, max: 300 };

/** The figures: name → text. @type {[key: string, text: (node: import('../types.js').Node) => string][]} */
const REPORTER_FACTS = [
  ['interval', (node) => duration(node.current_interval) + (node.interval_fixed ? ` (${t('reporter.fixed')})` : '')],
  ['success_rate', ({ reporter }) => (reporter ? successRate(reporter.statistics.success_rate_percent) : '')],
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
  ['memory', ({ metrics }) => bytes((metrics?.memory_usage_mb ?? NaN) * MIB)],
  ['last_report', (node) => time(node.timestamp)],
];

/**
 * The intervals that this reporter takes, in seconds. There are none if max is below min.
 * @param {import('../types.js').Node} node
 */
function intervalsOf({ min_interval, max_interval }) {
  return { min: Math.max(INTERVALS.min, min_interval), max: Math.min(INTERVALS.max, max_interval) };
}

/**
 * The panel of a reporter.
 * @param {Store} store
 * @param {string} id of the worker
 */
export function reporterPanel(store, id) {
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
  const setter = button('interval', 'stopwatch', t('action.set_interval'));
  const buttons = h(
    'div',
    { class: 'button-row' },
    button('report_now', 'send', t('action.report_now')),
    setter,
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
      facts.forEach(({ value }, index) => setText(value, REPORTER_FACTS[index][1](state) || NOTHING));
      const command = store.commands.get(commandKey(id, REPORTER));
      show(buttons, store.allows('operator'));
      show(setter, intervalsOf(state).min <= intervalsOf(state).max);
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
 * Asks for another interval in a dialog.
 * @param {Store} store
 * @param {string} id of the worker
 */
async function askInterval(store, id) {
  const state = store.nodes.get(id)?.state;
  if (!state) return;
  const { min, max } = intervalsOf(state);
  const input = h('input', {
    class: 'form-control',
    type: 'number',
    id: 'interval',
    name: 'interval',
    min,
    max,
    step: 1,
    required: true,
    value: Math.min(max, Math.max(min, state.current_interval)),
  });
  const { value, data } = await openDialog({
    title: t('action.set_interval'),
    body: [
      h('label', { class: 'form-label', for: 'interval' }, t('interval.label', { min, max })),
      input,
      h('p', { class: 'form-text mb-0' }, t('interval.hint')),
    ],
    buttons: [
      { value: '', label: t('cancel'), kind: 'secondary' },
      { value: 'auto', label: t('interval.auto'), kind: 'outline-secondary' },
      { value: 'set', label: t('interval.set'), kind: 'primary' },
    ],
  });
  if (value === 'set') await setReportInterval(store, id, Number(data.get('interval')));
  if (value === 'auto') await setReportInterval(store, id, null);
}

/**
 * What the panel's buttons do, by their `data-action`.
 * @param {Store} store
 * @param {string} id of the worker
 */
export function reporterActions(store, id) {
  return {
    'reporter-report_now': () => controlReporter(store, id, 'report_now'),
    'reporter-start': () => controlReporter(store, id, 'start'),
    'reporter-interval': () => askInterval(store, id),
    async 'reporter-stop'() {
      const sure = await confirmed(
        t('confirm.reporter_stop'),
        t('confirm.reporter_stop.text', { name: id }),
        t('action.stop'),
      );
      if (sure) await controlReporter(store, id, 'stop');
    },
  };
}
