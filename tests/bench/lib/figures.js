// Numbers for people: medians with their spread, and Markdown tables.

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** A number with three significant digits: `21,100`, `1.04`, `0.183`. @param {number} value */
export function figure(value) {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return Math.round(Number(value.toPrecision(3))).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** The median with the least and the greatest value. @param {number[]} values */
export function spread(values) {
  return `${figure(median(values))} (${figure(Math.min(...values))}-${figure(Math.max(...values))})`;
}

/**
 * A Markdown table; the first column holds words, the others numbers.
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function markdown(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/**
 * Measures contestants in turn, A B A B, so that other work on the machine disturbs all of them alike.
 * @template T
 * @param {Record<string, () => Promise<T>>} contestants
 * @param {number} times
 * @returns {Promise<Record<string, T[]>>}
 */
export async function interleave(contestants, times) {
  /** @type {Record<string, T[]>} */
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let i = 0; i < times; i++) {
    for (const [name, run] of Object.entries(contestants)) results[name].push(await run());
  }
  return results;
}
