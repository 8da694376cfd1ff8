// Numbers for the axes of charts, and the gaps in their lines. Pure.

const STEPS_MS = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400].map((seconds) => seconds * 1000);
/** How many ticks a time axis has at most. */
export const TIME_TICKS_AT_MOST = 7;

/** The longest silence that a chart shows, as a multiple of the time of its points, and in any case. */
const GAP_SPANS = 2;
const GAP_AT_LEAST_MS = 60_000;

const BYTE_STEPS = 4;
const STEP_FACTORS = [1, 2, 5, 10];

/** A pause this many times longer than its neighbours is a gap. */
const GAP_FACTOR = 5;

/**
 * Round moments for a time axis.
 * @param {number} min ms
 * @param {number} max ms
 */
export function timeTicks(min, max) {
  const step = STEPS_MS.find((size) => (max - min) / size <= TIME_TICKS_AT_MOST) ?? STEPS_MS[STEPS_MS.length - 1];
  const ticks = [];
  for (let at = Math.ceil(min / step) * step; at <= max; at += step) ticks.push(at);
  return ticks;
}

/**
 * From when to when a time axis goes. The time after the last point is as long as it is, up to twice the time of the
 * points: a longer silence would press them into a line.
 * @param {number[]} times of the points, ms, ascending
 * @param {number | null} until ms; null if the last point is of now
 */
export function axisOf(times, until) {
  const [min, last] = [times[0], times[times.length - 1]];
  if (until === null || !(until > last)) return { min, max: last };
  return { min, max: Math.min(until, last + Math.max(GAP_AT_LEAST_MS, GAP_SPANS * (last - min))) };
}

/**
 * Sizes for an axis of bytes, in steps that are round in the unit in which they are shown.
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

/**
 * Where the line of a chart is interrupted: at points whose distance to the point before is far longer than the
 * distances around it. A fixed limit would not do, since a worker reports every 30 s to 300 s and changes that gradually.
 * @param {number[]} times ms, ascending
 * @returns {Set<number>} the indexes of the points after a gap
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
