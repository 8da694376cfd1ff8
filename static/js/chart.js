// The only module that knows Chart.js: a chart of shares, or of rates, over time, made once and fed.
import { percent, rate, time } from './format.js';

/** @typedef {{label: string, color: string, values: (point: any) => number | null}} Series */

const LIBRARY = '/static/vendor/chart.js-4.6.1/chart.umd.min.js';
const STEPS_MS = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400].map((seconds) => seconds * 1000);
const TICKS_AT_MOST = 7;
/** A chart of nothing is not a chart of single bytes. */
const LEAST_RATE = 1024;
/** Room for the values, so that a chart does not jump as they grow. */
const AXIS_PX = { percent: 0, rate: 72 };

/** How long a chart waits at most until the page has nothing else to do. */
const IDLE_MS = 1000;
const RETRY_MS = 5000;
/** How close to the window a chart comes before it is drawn. */
const NEAR_PX = 200;

/**
 * Loaded with the first chart that is seen and after what else the page shows, for it is the largest part of the page.
 * While it cannot be had, it is asked for again.
 * @param {AbortSignal} signal ends that
 */
async function library(signal) {
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: IDLE_MS }));
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      // Some browsers keep it in mind that a module did not come; under another address they ask again.
      await import(attempt === 0 ? LIBRARY : `${LIBRARY}?${attempt}`);
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  return /** @type {any} */ (globalThis).Chart;
}

/** @param {string} name of a custom property @returns {string} its value now */
function themed(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * A tick of the time axis; seconds are shown where minutes would repeat.
 * @this {{min: number, max: number}} the axis
 * @param {number} at
 */
function timeText(at) {
  return time(at, this.max - this.min < TICKS_AT_MOST * 60_000 ? 'clock' : 'minute');
}

/**
 * Round moments for the time axis.
 * @param {number} min ms
 * @param {number} max ms
 */
export function timeTicks(min, max) {
  const step = STEPS_MS.find((size) => (max - min) / size <= TICKS_AT_MOST) ?? STEPS_MS[STEPS_MS.length - 1];
  const ticks = [];
  for (let at = Math.ceil(min / step) * step; at <= max; at += step) ticks.push(at);
  return ticks;
}

/**
 * Round sizes for an axis of bytes: in steps that are round in the unit they are shown in.
 * @param {number} max bytes
 */
export function byteTicks(max) {
  if (!(max > 0)) return [0];
  const unit = 1024 ** Math.max(0, Math.floor(Math.log(max) / Math.log(1024)));
  const rough = max / unit / BYTE_STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = unit * power * (STEP_FACTORS.find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, index) => index * step);
}

const BYTE_STEPS = 4;
const STEP_FACTORS = [1, 2, 5, 10];

const GAP_FACTOR = 5;

/**
 * Where the line is interrupted: before which points the silence was far longer than the pauses around it. The
 * pauses themselves vary, from 30 s to 300 s, but by steps.
 * @param {number[]} times ms, ascending
 * @returns {Set<number>} indexes
 */
export function gapsIn(times) {
  const pauses = times.slice(1).map((time, index) => time - times[index]);
  return new Set(
    pauses.flatMap((pause, index) => {
      const around = Math.max(pauses[index - 1] ?? 0, pauses[index + 1] ?? 0);
      return around > 0 && pause > GAP_FACTOR * around ? [index + 1] : [];
    }),
  );
}

export class TimeChart {
  /** @type {any} */
  #chart = null;
  /** @type {{timestamp: string}[]} */
  #points = [];
  #abort = new AbortController();

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Series[]} series
   * @param {'percent' | 'rate'} unit
   */
  constructor(canvas, series, unit) {
    this.canvas = canvas;
    this.series = series;
    this.unit = unit;
    document.addEventListener('themed', () => this.#paint(), { signal: this.#abort.signal });
    this.#whenSeen(async () => this.#create(await library(this.#abort.signal)));
  }

  /** @param {{timestamp: string}[]} points oldest first */
  feed(points) {
    this.#points = points;
    if (!this.#chart) return;
    const times = points.map((point) => Date.parse(point.timestamp));
    const gaps = gapsIn(times);
    this.series.forEach(({ values }, index) => {
      this.#chart.data.datasets[index].data = points.flatMap((point, at) => [
        ...(gaps.has(at) ? [{ x: times[at - 1], y: NaN }] : []),
        { x: times[at], y: values(point) },
      ]);
    });
    Object.assign(this.#chart.options.scales.x, { min: times[0], max: times[times.length - 1] });
    this.#chart.update('none');
  }

  destroy() {
    this.#abort.abort();
    this.#chart?.destroy();
  }

  /** @param {() => void} work */
  #whenSeen(work) {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        work();
      },
      { rootMargin: `${NEAR_PX}px` },
    );
    observer.observe(this.canvas);
    this.#abort.signal.addEventListener('abort', () => observer.disconnect());
  }

  /** @param {any} Chart */
  #create(Chart) {
    if (this.#abort.signal.aborted) return;
    const format = this.unit === 'percent' ? percent : rate;
    this.#chart = new Chart(this.canvas, {
      type: 'line',
      data: { datasets: this.series.map(({ label }, index) => ({ label, data: [], fill: index === 0 })) },
      options: {
        animation: false,
        normalized: true,
        parsing: false,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: 'index', intersect: false },
        datasets: { line: { borderWidth: 1.75, pointRadius: 0, pointHoverRadius: 4, tension: 0.25 } },
        scales: {
          x: {
            type: 'linear',
            grid: { drawOnChartArea: false },
            afterBuildTicks(/** @type {any} */ axis) {
              axis.ticks = timeTicks(axis.min, axis.max).map((value) => ({ value }));
            },
            ticks: { maxRotation: 0, callback: timeText },
          },
          y: {
            min: 0,
            max: this.unit === 'percent' ? 100 : undefined,
            suggestedMax: this.unit === 'percent' ? undefined : LEAST_RATE,
            border: { display: false },
            afterBuildTicks: (/** @type {any} */ axis) => {
              if (this.unit === 'rate') axis.ticks = byteTicks(axis.max).map((value) => ({ value }));
            },
            afterFit: (/** @type {any} */ axis) => {
              axis.width = Math.max(axis.width, AXIS_PX[this.unit]);
            },
            ticks: { maxTicksLimit: 5, callback: (/** @type {number} */ value) => format(value) },
          },
        },
        plugins: {
          legend: { display: false },
          tooltip: {
            padding: 10,
            usePointStyle: true,
            boxPadding: 4,
            callbacks: {
              title: (/** @type {any[]} */ items) => time(items[0]?.parsed.x, 'full'),
              label: (/** @type {any} */ item) => ` ${item.dataset.label}: ${format(item.parsed.y)}`,
            },
          },
        },
      },
    });
    this.#paint();
    this.feed(this.#points);
  }

  // A canvas does not inherit colours.
  #paint() {
    if (!this.#chart) return;
    const { scales, plugins } = this.#chart.options;
    this.#chart.data.datasets.forEach((/** @type {any} */ dataset, /** @type {number} */ index) => {
      const color = themed(this.series[index].color);
      Object.assign(dataset, {
        borderColor: color,
        backgroundColor: `${color}14`,
        pointBackgroundColor: color,
        hoverBackgroundColor: color,
      });
    });
    scales.x.ticks.color = scales.y.ticks.color = themed('--muted');
    scales.y.grid = { color: themed('--grid') };
    scales.x.border = { color: themed('--grid') };
    Object.assign(plugins.tooltip, {
      backgroundColor: themed('--raised'),
      titleColor: themed('--strong'),
      bodyColor: themed('--strong'),
      borderColor: themed('--edge'),
      borderWidth: 1,
    });
    this.#chart.update('none');
  }
}
