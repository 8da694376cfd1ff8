// From where on a number needs attention: the page's one table. Bars, badges, tiles and the attention panel read it, so
// that what is red in one place is red in all. common/thresholds.h has the same numbers for the API and its metrics; a
// test compares the two. Pure.

/** @typedef {'danger' | 'warning'} Level */

/** Percentages from which on, and days below which, a level begins. @type {{[what: string]: {[level in Level]?: number}}} */
export const THRESHOLDS = {
  cpu_percent: { warning: 95 },
  memory_percent: { warning: 90, danger: 95 },
  disk_percent: { warning: 85, danger: 90 },
  certificate_days: { warning: 30, danger: 7 },
  unheard_seconds: { warning: 30, danger: 45 },
};

/**
 * The level of a share.
 * @param {'cpu_percent' | 'memory_percent' | 'disk_percent'} metric
 * @param {number | null | undefined} share percent; null if it was not measured
 * @returns {Level | 'ok'}
 */
export function shareLevel(metric, share) {
  const { danger = Infinity, warning = Infinity } = THRESHOLDS[metric];
  if (typeof share !== 'number') return 'ok';
  if (share >= danger) return 'danger';
  return share >= warning ? 'warning' : 'ok';
}

/**
 * How urgent it is to renew a certificate.
 * @param {number} daysLeft
 * @returns {'expired' | Level | 'ok'}
 */
export function certificateLevel(daysLeft) {
  const { danger = 0, warning = 0 } = THRESHOLDS.certificate_days;
  if (daysLeft < 0) return 'expired';
  if (daysLeft < danger) return 'danger';
  return daysLeft < warning ? 'warning' : 'ok';
}
