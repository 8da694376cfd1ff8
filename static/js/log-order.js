// The order in which log lines are shown. Pure.
//
// `seq` is the order in which lines came to the coordinator. Workers send lines in batches, so lines that were written at
// the same time come one node after the other, and their times would run backwards from row to row. So lines whose times
// are close together are shown by time. A line that comes much later than it was written (a worker was cut off) stays
// where it came: a reader would never see it if it appeared among rows that have been read.

/** @typedef {import('./types.js').LogEntry} LogEntry */

/** How much earlier a line's time may be than that of a line before it, for the two to change places (ms). */
export const ORDER_WINDOW_MS = 2000;

/** The times of lines, as parsing them is slow. @type {WeakMap<LogEntry, number>} */
const times = new WeakMap();

/** When a line was written (ms). @param {LogEntry} line */
export function timeOf(line) {
  let ms = times.get(line);
  if (ms === undefined) {
    ms = Date.parse(line.timestamp);
    times.set(line, ms);
  }
  return ms;
}

/**
 * Lines in the order in which they are shown: runs of lines whose times are close together are sorted by time.
 * @param {LogEntry[]} lines by `seq`; they are left as they are
 * @returns {LogEntry[]}
 */
export function inTimeOrder(lines) {
  /** @type {LogEntry[]} */
  const ordered = [];
  /** @type {LogEntry[]} */
  let run = [];
  let newest = -Infinity;
  let sorted = true;
  const end = () => {
    // Sorting is stable, so equal times stay in the order of `seq`.
    if (!sorted) run.sort((a, b) => timeOf(a) - timeOf(b));
    for (const line of run) ordered.push(line);
    run = [];
    newest = -Infinity;
    sorted = true;
  };
  for (const line of lines) {
    const ms = timeOf(line);
    if (run.length > 0 && !(Math.abs(ms - newest) <= ORDER_WINDOW_MS)) end();
    if (ms < newest) sorted = false;
    newest = Math.max(newest, ms);
    run.push(line);
  }
  end();
  return ordered;
}
