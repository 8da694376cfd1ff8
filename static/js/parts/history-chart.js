// A node's history as a chart: its shares, or the rates of its network or its disk.
import { TimeChart } from '../chart.js';
import { rateHistory } from '../cluster.js';
import { h, setText, show } from '../dom.js';
import { t } from '../i18n.js';

/** @typedef {import('../types.js').Point} Point */

/**
 * Kind → what the chart shows: a line for each of these members of a point. `begins` is how many points make a line; a
 * rate needs one more, since it is the difference between two.
 * @type {{[kind: string]: {unit: 'percent' | 'rate', begins: number,
 *   points: (history: Point[]) => {timestamp: string}[], series: [name: string, color: string, member: string][]}}}
 */
const CHARTS = {
  shares: {
    unit: 'percent',
    begins: 2,
    points: (history) => history,
    series: [
      ['cpu', 'cpu', 'cpu_percent'],
      ['memory', 'memory', 'memory_percent'],
      ['disk', 'disk', 'disk_percent'],
    ],
  },
  network: {
    unit: 'rate',
    begins: 3,
    points: rateHistory,
    series: [
      ['network_in', 'in', 'network_bytes_recv'],
      ['network_out', 'out', 'network_bytes_sent'],
    ],
  },
  disk_io: {
    unit: 'rate',
    begins: 3,
    points: rateHistory,
    series: [
      ['disk_read', 'in', 'disk_read_bytes'],
      ['disk_write', 'out', 'disk_write_bytes'],
    ],
  },
};

/**
 * Makes a chart.
 * @param {'shares' | 'network' | 'disk_io'} kind
 * @param {string} name of the node, for screen readers
 * @returns {{element: HTMLElement, update: (node: {history: Point[]}) => void, destroy: () => void}}
 */
export function historyChart(kind, name) {
  const { unit, begins, points, series } = CHARTS[kind];
  const canvas = h('canvas', { role: 'img', 'aria-label': t(`chart.label.${kind}`, { name }) });
  const chart = new TimeChart(
    canvas,
    series.map(([key, color, member]) => ({
      label: t(`metric.${key}`),
      color: `--series-${color}`,
      values: (point) => point[member] ?? null,
    })),
    unit,
  );
  const waiting = h('p', { class: 'chart-waiting' });
  const element = h(
    'div',
    { class: `chart chart-${unit}` },
    h(
      'div',
      { class: 'chart-legend', 'aria-hidden': 'true' },
      series.map(([key, color]) => h('span', { class: `series series-${color}` }, t(`metric.${key}`))),
    ),
    h('div', { class: 'chart-box' }, canvas, waiting),
  );
  let newest = '';
  let count = -1;
  return {
    element,
    update({ history }) {
      const last = history.at(-1)?.timestamp ?? '';
      if (last === newest && history.length === count) return;
      newest = last;
      count = history.length;
      const told = history.some((point) => typeof (/** @type {any} */ (point)[series[0][2]]) === 'number');
      setText(waiting, t(told || count < begins ? 'chart.waiting' : 'chart.untold'));
      show(waiting, !told || count < begins);
      canvas.dataset.points = String(count);
      chart.feed(points(history));
    },
    destroy: () => chart.destroy(),
  };
}
