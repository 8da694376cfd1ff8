// A node's history as a chart: its shares, or the rates of its network or its disk.
import { TimeChart } from '../chart.js';
import { isFresh, rateHistory } from '../cluster.js';
import { h, setText, show } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';

/** @typedef {import('../types.js').Point} Point */

const DAY_MS = 86_400_000;

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

/** How often the empty part of a silent node's chart grows. */
const GAP_STEP_MS = 5000;

/** The time now if a machine is not heard, for a chart's `update`. @param {import('../types.js').Worker | null | undefined} machine @param {number} now */
export function silentSince(machine, now) {
  return machine && !isFresh(machine) ? now : null;
}

/**
 * The range of a history in words: from – to, and how many points.
 * @param {Point[]} history
 */
export function rangeText(history) {
  if (history.length === 0) return '';
  const [from, to] = [history[0].timestamp, history[history.length - 1].timestamp];
  const style = Date.parse(to) - Date.parse(from) < DAY_MS ? 'minute' : 'full';
  return t('history.range', { from: time(from, style), to: time(to, style), count: history.length });
}

/**
 * Makes a chart.
 * @param {'shares' | 'network' | 'disk_io'} kind
 * @param {string} name of the node, for screen readers
 * @returns {{element: HTMLElement, update: (node: {history: Point[]}, silentAt?: number | null) => void, destroy: () => void}}
 *   update: silentAt is the time now (ms) if the node is not heard, so that the chart shows how long nothing has come
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
  const gap = h('p', { class: 'chart-gap', hidden: true });
  const element = h(
    'div',
    { class: `chart chart-${unit}` },
    h(
      'div',
      { class: 'chart-legend', 'aria-hidden': 'true' },
      series.map(([key, color]) => h('span', { class: `series series-${color}` }, t(`metric.${key}`))),
    ),
    h('div', { class: 'chart-box' }, canvas, waiting, gap),
  );
  let newest = '';
  let count = -1;
  /** @type {number | null} */
  let drawnUntil = null;
  return {
    element,
    update({ history }, silentAt = null) {
      const last = history.at(-1)?.timestamp ?? '';
      const until = silentAt === null ? null : Math.floor(silentAt / GAP_STEP_MS) * GAP_STEP_MS;
      if (last === newest && history.length === count && until === drawnUntil) return;
      newest = last;
      drawnUntil = until;
      count = history.length;
      const told = history.some((/** @type {any} */ point) =>
        series.some(([, , member]) => typeof point[member] === 'number'),
      );
      setText(waiting, t(told || count < begins ? 'chart.waiting' : 'chart.untold'));
      show(waiting, !told || count < begins);
      canvas.dataset.points = String(count);
      setText(gap, until === null ? '' : t('chart.gap', { since: time(last, 'minute') }));
      show(gap, until !== null && told);
      chart.feed(points(history), until);
    },
    destroy: () => chart.destroy(),
  };
}
