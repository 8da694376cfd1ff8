// All metrics of a node, for the coordinator and for workers.
import { rateHistory } from '../cluster.js';
import { h, setText } from '../dom.js';
import { NOTHING, bytes, duration, number, rate } from '../format.js';
import { t } from '../i18n.js';
import { meter } from './meter.js';

/** @typedef {import('../types.js').WatchedNode} WatchedNode */

/**
 * The facts below the meters: name → text.
 * @type {[key: string, text: (node: WatchedNode, rates?: {[counter: string]: any}) => string][]}
 */
const FACTS = [
  ['load', ({ state }) => state?.metrics?.load_average?.map((value) => number(value, 2)).join('  ') ?? NOTHING],
  ['network_in', (_, rates) => rate(rates?.network_bytes_recv)],
  ['network_out', (_, rates) => rate(rates?.network_bytes_sent)],
  ['disk_read', (_, rates) => rate(rates?.disk_read_bytes)],
  ['disk_write', (_, rates) => rate(rates?.disk_write_bytes)],
  ['processes', ({ state }) => number(state?.metrics?.process_count)],
  ['uptime', ({ state }) => machineUptime(state)],
];

/**
 * How long the machine was up when it reported.
 * @param {import('../types.js').Node | null} state
 */
function machineUptime(state) {
  const boot = Date.parse(state?.metrics?.boot_time ?? '');
  return duration((Date.parse(state?.timestamp ?? '') - boot) / 1000);
}

/** Makes the panel. @returns {{element: HTMLElement, update: (node: WatchedNode) => void}} */
export function metricsPanel() {
  const cpu = meter('cpu');
  const memory = meter('memory');
  const disk = meter('disk');
  const facts = FACTS.map(([key]) => ({ key, value: h('dd', {}) }));
  const element = h(
    'div',
    { class: 'metrics' },
    cpu.element,
    memory.element,
    disk.element,
    h(
      'dl',
      { class: 'facts' },
      facts.map(({ key, value }) =>
        h('div', { title: key === 'load' && t('metric.load.hint') }, h('dt', {}, t(`metric.${key}`)), value),
      ),
    ),
  );
  return {
    element,
    update(node) {
      const metrics = node.state?.metrics;
      const used = (/** @type {import('../types.js').Share | undefined} */ share) =>
        share?.total ? t('metric.of', { used: bytes(share.used), total: bytes(share.total) }) : '';
      cpu.set(metrics?.cpu_percent, metrics?.cpu_count ? t('metric.cores', { count: metrics.cpu_count }) : '');
      memory.set(metrics?.memory.percent, used(metrics?.memory));
      disk.set(metrics?.disk.percent, used(metrics?.disk));
      const rates = rateHistory(node.history.slice(-2)).at(-1);
      facts.forEach(({ value }, index) => setText(value, FACTS[index][1](node, rates)));
    },
  };
}
