// The only module that knows Chart.js: a chart of shares or of rates over time. A chart is made once and then fed.
import { addressOf } from './base-path.js';
import { percent, rate, time } from './format.js';
import { axisOf, byteTicks, gapsIn, TIME_TICKS_AT_MOST, timeTicks } from './ticks.js';

/** @typedef {{label: string, color: string, values: (point: any) => number | null}} Series */

const LIBRARY = addressOf('/static/vendor/chart.js-4.6.1/chart.umd.min.js');
/** The axis of rates reaches at least this far. Without it, a chart of zeros would show single bytes. */
const LEAST_RATE = 1024;
/** The least width of the value axis, so that the chart does not shift when the values grow longer. */
const AXIS_PX = { percent: 0, rate: 72 };

/** How long the first chart waits at most for the page to become idle. */
const IDLE_MS = 1000;
const RETRY_MS = 5000;
/** How close to the window a chart comes before it is drawn. */
const NEAR_PX = 200;

/**
 * Loads Chart.js, with attempts until it has come. It is the largest file of the page, so it is loaded only for a chart
 * that is in view, and after everything else.
 * @param {AbortSignal} signal ends the attempts
 */
async function library(signal) {
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: IDLE_MS }));
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      // Some browsers remember that a module failed to load. They ask again only under another address.
      await import(attempt === 0 ? LIBRARY : `${LIBRARY}?${attempt}`);
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  return /** @type {any} */ (globalThis).Chart;
}

/** @param {string} name of a custom property @returns {string} its value in the current theme */
function themed(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * The text of a tick on the time axis, with seconds if the ticks are less than a minute apart.
 * @this {{min: number, max: number}} the axis
 * @param {number} at
 */
function timeText(at) {
  return time(at, this.max - this.min < TIME_TICKS_AT_MOST * 60_000 ? 'clock' : 'minute');
}

/** A chart of lines over time. Chart.js is loaded when the first one comes into view. */
export class TimeChart {
  /** @type {any} */
  #chart = null;
  /** @type {{timestamp: string}[]} */
  #points = [];
  /** @type {number | null} */
  #until = null;
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

  /**
   * Shows these points instead of those before.
   * @param {{timestamp: string}[]} points oldest first
   * @param {number | null} [until] the end of the time axis (ms), where nothing has come for a while
   */
  feed(points, until = null) {
    this.#points = points;
    this.#until = until;
    if (!this.#chart) return;
    const times = points.map((point) => Date.parse(point.timestamp));
    const gaps = gapsIn(times);
    this.series.forEach(({ values }, index) => {
      this.#chart.data.datasets[index].data = points.flatMap((point, at) => [
        ...(gaps.has(at) ? [{ x: times[at - 1], y: NaN }] : []),
        { x: times[at], y: values(point) },
      ]);
    });
    Object.assign(this.#chart.options.scales.x, axisOf(times, until));
    this.#chart.update('none');
  }

  /** Gives up all it holds. */
  destroy() {
    this.#abort.abort();
    this.#chart?.destroy();
  }

  /** Calls `work` once the canvas comes near the window. @param {() => void} work */
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
    this.feed(this.#points, this.#until);
  }

  // Chart.js draws on a canvas, which takes no colours from CSS.
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
