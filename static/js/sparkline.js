// A small chart for a row or a card: one line and the area below it, as an SVG that CSS colours.
import { setAttribute, svg } from './dom.js';

const WIDTH = 100;
const HEIGHT = 24;

/**
 * The line of a series of shares, as the points of an SVG polyline. It passes over values that are not known.
 * @param {(number | null)[]} values 0-100, oldest first
 */
export function outline(values) {
  if (values.length === 0) return '';
  const last = Math.max(1, values.length - 1);
  return values
    .map((value, index) => {
      if (value === null) return '';
      const y = HEIGHT - 1 - (Math.max(0, Math.min(100, value)) / 100) * (HEIGHT - 2);
      return `${((index / last) * WIDTH).toFixed(1)},${y.toFixed(1)}`;
    })
    .filter(Boolean)
    .join(' ');
}

/** Makes a sparkline without data. @param {string} [classes] */
export function sparkline(classes = '') {
  return svg(
    'svg',
    {
      class: `sparkline ${classes}`.trim(),
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    svg('polygon', { class: 'sparkline-area' }),
    svg('polyline', { class: 'sparkline-line' }),
  );
}

/**
 * Shows a series; one value alone makes no line.
 * @param {Element} element as made by sparkline()
 * @param {(number | null)[]} values 0-100, oldest first
 */
export function feedSparkline(element, values) {
  const points = values.filter((value) => value !== null).length > 1 ? outline(values) : '';
  const [area, line] = element.children;
  setAttribute(line, 'points', points);
  setAttribute(area, 'points', points && `0,${HEIGHT} ${points} ${WIDTH},${HEIGHT}`);
}
