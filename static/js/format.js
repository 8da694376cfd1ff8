// Owns units: how numbers, sizes, shares, durations and times read in the page's language.
import { language, t } from './i18n.js';

/** Stands for a value that is not known. */
export const NOTHING = '–';

/**
 * Formats by language and options: making one is slow, using it is fast.
 * @type {Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>}
 */
const cache = new Map();

/**
 * @param {Intl.NumberFormatOptions} options
 * @returns {Intl.NumberFormat}
 */
function numberFormat(options) {
  const key = `n ${language()} ${JSON.stringify(options)}`;
  if (!cache.has(key)) cache.set(key, new Intl.NumberFormat(language(), options));
  return /** @type {Intl.NumberFormat} */ (cache.get(key));
}

/**
 * @param {Intl.DateTimeFormatOptions} options
 * @returns {Intl.DateTimeFormat}
 */
function timeFormat(options) {
  const key = `t ${language()} ${JSON.stringify(options)}`;
  if (!cache.has(key)) cache.set(key, new Intl.DateTimeFormat(language(), { hour12: false, ...options }));
  return /** @type {Intl.DateTimeFormat} */ (cache.get(key));
}

/** @returns {Intl.RelativeTimeFormat} */
function relativeFormat() {
  const key = `r ${language()}`;
  if (!cache.has(key)) cache.set(key, new Intl.RelativeTimeFormat(language(), { numeric: 'auto', style: 'short' }));
  return /** @type {Intl.RelativeTimeFormat} */ (cache.get(key));
}

/** @param {unknown} value @returns {value is number} */
function isNumber(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

/**
 * "1,234.5".
 * @param {number | null | undefined} value
 * @param {number} [digits] after the point, at most
 */
export function number(value, digits = 0) {
  return isNumber(value) ? numberFormat({ maximumFractionDigits: digits }).format(value) : NOTHING;
}

/** "3.1%", "56%". @param {number | null | undefined} value 0-100 */
export function percent(value) {
  if (!isNumber(value)) return NOTHING;
  const digits = value < 10 ? 1 : 0;
  return numberFormat({ style: 'percent', maximumFractionDigits: digits }).format(value / 100);
}

/** "99.9%", rounded down: it is 100% only where nothing failed. @param {number} value 0-100 */
export function successRate(value) {
  const format = numberFormat({ style: 'percent', maximumFractionDigits: 1 });
  return isNumber(value) ? format.format(Math.floor(value * 10) / 1000) : NOTHING;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** "1.5 KiB". @param {number | null | undefined} value bytes */
export function bytes(value) {
  if (!isNumber(value)) return NOTHING;
  let unit = 0;
  let size = value;
  while (Math.abs(size) >= 1024 && unit < BYTE_UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && Math.abs(size) < 10 ? 1 : 0;
  return `${number(size, digits)} ${t(`unit.${BYTE_UNITS[unit]}`)}`;
}

/** "2 KiB/s". @param {number | null | undefined} value bytes a second */
export function rate(value) {
  return isNumber(value) ? t('unit.per_second', { value: bytes(value) }) : NOTHING;
}

const STEPS = /** @type {const} */ ([
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]);

/**
 * The two largest units: "3 d 4 h", "12 min", "45 s".
 * @param {number | null | undefined} seconds
 */
export function duration(seconds) {
  if (!isNumber(seconds)) return NOTHING;
  let rest = Math.max(0, Math.round(seconds));
  const parts = [];
  for (const [unit, length] of STEPS) {
    const value = Math.floor(rest / length);
    rest -= value * length;
    if (value > 0 || (unit === 'second' && parts.length === 0)) {
      parts.push(numberFormat({ style: 'unit', unit, unitDisplay: 'short' }).format(value));
    } else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/**
 * How long something has been silent, to be read at a glance: seconds in the first minute, then whole minutes.
 * @param {number} ms
 */
export function silence(ms) {
  const seconds = Math.max(0, ms / 1000);
  return duration(seconds < 60 ? seconds : Math.floor(seconds / 60) * 60);
}

/** @typedef {string | number | null | undefined} Instant ISO 8601, or milliseconds */

/** @param {Instant} instant */
function toMs(instant) {
  if (typeof instant === 'number') return instant;
  return instant ? Date.parse(instant) : NaN;
}

/** @type {{[style: string]: Intl.DateTimeFormatOptions}} */
const TIME_STYLES = {
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  minute: { hour: '2-digit', minute: '2-digit' },
  millisecond: { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 },
  date: { year: 'numeric', month: 'short', day: 'numeric' },
  day: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  full: { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
};

/** @typedef {'local' | 'utc'} Zone the time zone of the browser, or UTC */

/** @param {Zone} zone @returns {Intl.DateTimeFormatOptions} */
const zoneOptions = (zone) => (zone === 'utc' ? { timeZone: 'UTC' } : {});

/**
 * A moment in local time, or in UTC.
 * @param {Instant} instant
 * @param {'clock' | 'minute' | 'millisecond' | 'date' | 'day' | 'full'} [style]
 * @param {Zone} [zone]
 */
export function time(instant, style = 'full', zone = 'local') {
  const ms = toMs(instant);
  return Number.isFinite(ms) ? timeFormat({ ...TIME_STYLES[style], ...zoneOptions(zone) }).format(ms) : NOTHING;
}

/**
 * The name of a time zone at a moment: "UTC", "Europe/Berlin, UTC+1".
 * @param {Zone} zone
 * @param {Instant} instant
 */
export function zoneName(zone, instant) {
  const ms = toMs(instant);
  const { timeZone } = timeFormat(zoneOptions(zone)).resolvedOptions();
  if (zone === 'utc' || timeZone === 'UTC' || !Number.isFinite(ms)) return timeZone;
  const parts = timeFormat({ timeZoneName: 'shortOffset' }).formatToParts(ms);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${timeZone}, ${offset.replace('GMT', 'UTC')}`;
}

/**
 * A number for the day of a moment, which grows from day to day.
 * @param {number} ms
 * @param {Zone} zone
 */
export function dayNumber(ms, zone) {
  const minutes = zone === 'utc' ? 0 : new Date(ms).getTimezoneOffset();
  return Math.floor((ms - minutes * 60_000) / 86_400_000);
}

/**
 * "12 seconds ago", "in 3 days".
 * @param {Instant} instant
 * @param {number} now ms
 */
export function relative(instant, now) {
  const ms = toMs(instant);
  if (!Number.isFinite(ms)) return NOTHING;
  const seconds = (ms - now) / 1000;
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS[3];
  return relativeFormat().format(Math.trunc(seconds / length), unit);
}
