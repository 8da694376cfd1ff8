// A meter: a share as a number and a bar.
import { h, setAttribute, setText } from '../dom.js';
import { percent } from '../format.js';
import { t } from '../i18n.js';
import { shareLevel } from '../thresholds.js';

/**
 * Makes a meter.
 * @param {'cpu' | 'memory' | 'disk'} metric what it measures
 * @param {{compact?: boolean}} [how] compact: for a table, whose column has the label
 * @returns {{element: HTMLElement, set: (share: number | null | undefined, detail?: string) => void}}
 */
export function meter(metric, { compact = false } = {}) {
  const label = t(`metric.${metric}`);
  const value = h('span', { class: 'meter-value' });
  const detail = h('span', { class: 'meter-detail' });
  const fill = h('div', { class: 'meter-fill' });
  const bar = h(
    'div',
    { class: 'meter-bar', role: 'meter', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 },
    fill,
  );
  const element = h(
    'div',
    { class: compact ? 'meter meter-compact' : 'meter' },
    h('div', { class: 'meter-head' }, h('span', { class: 'meter-label' }, label), detail),
    value,
    bar,
  );
  /** @param {number | null | undefined} share @param {string} [text] */
  const set = (share, text = '') => {
    setText(value, percent(share));
    setText(detail, text);
    setAttribute(bar, 'aria-valuenow', Math.round(share ?? 0));
    setAttribute(bar, 'aria-valuetext', percent(share));
    setAttribute(bar, 'data-level', shareLevel(`${metric}_percent`, share));
    fill.style.transform = `scaleX(${Math.max(0, Math.min(100, share ?? 0)) / 100})`;
  };
  set(null); // screen readers need a value from the beginning
  return { element, set };
}
