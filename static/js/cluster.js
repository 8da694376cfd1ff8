// What follows from the cluster's data: a worker's status as time goes by, its rates and its severity, what needs
// attention, and what may be done to a service. Pure: no DOM, no network, no clock of its own.
import { certificateLevel, shareLevel, THRESHOLDS } from './thresholds.js';

/** @typedef {import('./types.js').Summary} Summary */
/** @typedef {import('./types.js').Worker} Worker */
/** @typedef {import('./types.js').Service} Service */
/** @typedef {import('./thresholds.js').Level} Level */

/** How long after a daemon has become stale it needs attention: both limits count from when it was last heard. */
const SILENT_AFTER_MS =
  ((THRESHOLDS.unheard_seconds.danger ?? 0) - (THRESHOLDS.unheard_seconds.warning ?? 0)) * 1000;

/**
 * A node's status now. What was online grows stale when nothing is heard of it, and then `silent`, which needs
 * attention: a daemon a while later, a cron worker at once, and whoever lost its stream of commands at once.
 * @param {{status: string, mode?: string, fresh_until?: string, stream_lost?: string | null}} node
 * @param {number} now ms, on the coordinator's clock
 * @returns {import('./types.js').Presence}
 */
export function statusAt(node, now) {
  if (node.status === 'offline') return 'offline';
  if (node.stream_lost) return 'silent';
  const overdue = node.fresh_until ? now - Date.parse(node.fresh_until) : 0;
  if (node.status === 'online' && overdue <= 0) return 'online';
  return overdue > (node.mode === 'cron' ? 0 : SILENT_AFTER_MS) ? 'silent' : 'stale';
}

/**
 * When a node was last heard (ms): its last report, lines or beat.
 * @param {{timestamp: string, last_heard?: string | null}} node
 */
export function heardAt({ timestamp, last_heard }) {
  return Date.parse(last_heard ?? timestamp);
}

/** Whether the values of a node are those of now. Those of all others are old. @param {{status: string}} node */
export function isFresh({ status }) {
  return status === 'online';
}

const POINT_COUNTERS = /** @type {const} */ ([
  'network_bytes_recv',
  'network_bytes_sent',
  'disk_read_bytes',
  'disk_write_bytes',
]);

/**
 * The rates of a history's counters, in bytes a second since the point before. A rate is null for the first point,
 * after a restart, and for counters that the worker does not report.
 * @param {import('./types.js').Point[]} history oldest first
 * @returns {({timestamp: string} & {[counter: string]: number | null})[]}
 */
export function rateHistory(history) {
  return history.map((point, index) => {
    const before = history[index - 1];
    const seconds = before ? (Date.parse(point.timestamp) - Date.parse(before.timestamp)) / 1000 : 0;
    const growth = POINT_COUNTERS.map((counter) => {
      const difference = (point[counter] ?? NaN) - (before?.[counter] ?? NaN);
      return [counter, seconds > 0 && difference >= 0 ? difference / seconds : null];
    });
    return { timestamp: point.timestamp, ...Object.fromEntries(growth) };
  });
}

/**
 * A worker from its newest summary.
 * @param {string} id
 * @param {Summary} summary
 * @param {number} now ms, on the coordinator's clock
 * @param {boolean} [missing] whether the coordinator counts it among the missing
 * @returns {Worker}
 */
export function workerFrom(id, summary, now, missing = false) {
  return { id, summary, status: missing ? 'missing' : statusAt(summary, now) };
}

/**
 * A worker's network traffic in both directions, in bytes a second; null where it is not known.
 * @param {Summary} summary
 */
export function networkRate(summary) {
  const { network_receive_bytes_per_second: received, network_transmit_bytes_per_second: sent } = summary;
  return typeof received === 'number' && typeof sent === 'number' ? received + sent : null;
}

/**
 * What can be wrong with a machine. `scores` tell how bad each level is; they order workers by severity. A machine that
 * was not heard comes before one that said goodbye: a crash must not look milder than a shutdown. What is only known
 * from old values is no trouble of now, except for certificates, which expire whether their worker is heard or not.
 * @type {{kind: string, scores: {danger?: number, warning?: number}, level: (worker: Worker) => Level | null}[]}
 */
const TROUBLES = [
  { kind: 'silent', scores: { danger: 90 }, level: ({ status }) => (status === 'silent' ? 'danger' : null) },
  { kind: 'missing', scores: { danger: 85 }, level: ({ status }) => (status === 'missing' ? 'danger' : null) },
  { kind: 'offline', scores: { danger: 80 }, level: ({ status }) => (status === 'offline' ? 'danger' : null) },
  { kind: 'service', scores: { danger: 70 }, level: (w) => (isFresh(w) && w.summary.services_error > 0 ? 'danger' : null) },
  { kind: 'expired', scores: { danger: 65 }, level: (w) => (daysLevel(w) === 'expired' ? 'danger' : null) },
  {
    kind: 'unreadable',
    scores: { danger: 62 },
    level: (w) => ((w.summary.certificates_error ?? 0) > 0 ? 'danger' : null),
  },
  { kind: 'disk', scores: { danger: 60, warning: 30 }, level: (w) => shareTrouble(w, 'disk_percent') },
  {
    kind: 'certificate',
    scores: { danger: 55, warning: 25 },
    level(worker) {
      const level = daysLevel(worker);
      return level === 'danger' || level === 'warning' ? level : null;
    },
  },
  { kind: 'memory', scores: { danger: 50, warning: 20 }, level: (w) => shareTrouble(w, 'memory_percent') },
  { kind: 'stale', scores: { warning: 40 }, level: ({ status }) => (status === 'stale' ? 'warning' : null) },
  {
    kind: 'reporter',
    scores: { warning: 15 },
    level: (w) => (isFresh(w) && (w.summary.troubles_total ?? 0) > 0 ? 'warning' : null),
  },
  { kind: 'cpu', scores: { danger: 45, warning: 10 }, level: (w) => shareTrouble(w, 'cpu_percent') },
];

/** Of the coordinator's own machine these are told in other words, and it is no worker. */
const OF_PRESENCE = ['silent', 'missing', 'offline', 'stale'];

/** @param {Worker} worker @param {'cpu_percent' | 'memory_percent' | 'disk_percent'} metric */
function shareTrouble(worker, metric) {
  const level = shareLevel(metric, worker.summary[metric]);
  return level === 'ok' || !isFresh(worker) ? null : level;
}

/** @param {Worker} worker */
function daysLevel({ summary: { certificate_days_left: days } }) {
  return typeof days === 'number' ? certificateLevel(days) : 'ok';
}

/** How badly a worker is off; 0 if nothing is wrong. @param {Worker} worker */
export function severity(worker) {
  let worst = 0;
  for (const { level, scores } of TROUBLES) {
    const found = level(worker);
    if (found) worst = Math.max(worst, scores[found] ?? 0);
  }
  return worst;
}

/**
 * Sorts by severity, then by load, then by name. Loads are compared in steps of ten percent, or a list would reorder
 * itself all the time. The values of workers that are not heard are old, so among these the name alone counts.
 * @param {Worker} a
 * @param {Worker} b
 */
export function byTrouble(a, b) {
  return severity(b) - severity(a) || load(b) - load(a) || byName(a.id, b.id);
}

/** @param {Worker} worker */
function load({ summary, status }) {
  if (!isFresh({ status })) return 0;
  const { cpu_percent, memory_percent, disk_percent } = summary;
  return Math.round(Math.max(cpu_percent ?? 0, memory_percent ?? 0, disk_percent ?? 0) / 10);
}

const collator = new Intl.Collator('en', { numeric: true });

/** Sorts by name, with numbers by their value: `w-9` before `w-10`. @param {string} a @param {string} b */
export function byName(a, b) {
  return collator.compare(a, b);
}

/**
 * @typedef {object} Trouble a row of what needs attention
 * @property {string} kind a kind of trouble, or `coordinator`
 * @property {Level} level the worst of its workers
 * @property {Worker[]} workers in the order in which they were given
 * @property {string} [status] of the coordinator; `unreported` if its reporter has never reported
 */

/**
 * What needs attention: one row for each kind of trouble, the red ones first.
 * @param {Iterable<Worker>} workers
 * @param {Worker | null} [coordinator] null if its reporter has not reported, undefined if nothing is known yet
 * @returns {Trouble[]}
 */
export function attention(workers, coordinator) {
  /** @type {Trouble[]} */
  const rows = TROUBLES.map(({ kind }) => ({ kind, level: 'warning', workers: [] }));
  for (const worker of coordinator ? [...workers, coordinator] : workers) {
    TROUBLES.forEach((trouble, index) => {
      const level = trouble.level(worker);
      if (!level || (worker === coordinator && OF_PRESENCE.includes(trouble.kind))) return;
      rows[index].workers.push(worker);
      if (level === 'danger') rows[index].level = level;
    });
  }
  const found = rows.filter((row) => row.workers.length > 0);
  if (coordinator !== undefined && coordinator?.status !== 'online') found.unshift(coordinatorTrouble(coordinator));
  return found.sort((a, b) => Number(b.level === 'danger') - Number(a.level === 'danger'));
}

/** @param {Worker | null} coordinator @returns {Trouble} */
function coordinatorTrouble(coordinator) {
  if (!coordinator) return { kind: 'coordinator', level: 'warning', workers: [], status: 'unreported' };
  const { status } = coordinator;
  return { kind: 'coordinator', level: status === 'stale' ? 'warning' : 'danger', workers: [coordinator], status };
}

/**
 * How many things need attention: each trouble of each machine is one.
 * @param {Trouble[]} rows
 * @returns {{count: number, level: Level | null}}
 */
export function attentionCount(rows) {
  const count = rows.reduce((sum, { workers }) => sum + Math.max(1, workers.length), 0);
  if (count === 0) return { count, level: null };
  return { count, level: rows.some(({ level }) => level === 'danger') ? 'danger' : 'warning' };
}

/**
 * How many workers and how many of their services are in each status. The services of machines that are not online are
 * unknown.
 * @param {Iterable<Worker>} workers
 */
export function totals(workers) {
  const sum = { online: 0, stale: 0, silent: 0, offline: 0, missing: 0, running: 0, stopped: 0, error: 0, unknown: 0 };
  for (const { status, summary } of workers) {
    sum[status] += 1;
    if (!isFresh({ status })) {
      sum.unknown += summary.services_total ?? 0;
      continue;
    }
    sum.running += summary.services_running;
    sum.stopped += summary.services_stopped;
    sum.error += summary.services_error;
  }
  return sum;
}

/**
 * Sorts certificates: those that cannot be read first, then the first to expire; by place where that is the same.
 * @param {import('./types.js').Certificate} a
 * @param {import('./types.js').Certificate} b
 */
export function byUrgency(a, b) {
  return daysOf(a) - daysOf(b) || a.worker.localeCompare(b.worker) || a.path.localeCompare(b.path);
}

/** @param {import('./types.js').Certificate} certificate */
function daysOf(certificate) {
  return 'error' in certificate ? -Number.MAX_VALUE : certificate.days_left;
}

/**
 * A service's status; `absent` if it is not installed, `unknown` if its node is not heard.
 * @param {Service} service
 */
export function serviceStatus(service) {
  if (service.known === false) return 'unknown';
  return service.installed === false ? 'absent' : service.status;
}

/** Words of managers for a service in error that lives all the same, and so can be stopped. */
const ALIVE = /^(active|activating|reloading|deactivating|restarting|unhealthy)/;

/**
 * The actions on a service that make sense in its status, whether its worker allows them or not.
 * @param {Service} service
 * @returns {import('./types.js').ServiceAction[]}
 */
export function sensibleActions(service) {
  if (service.installed === false) return [];
  if (service.status === 'running') return ['stop', 'restart'];
  return service.status === 'error' && ALIVE.test(service.detail ?? '')
    ? ['start', 'stop', 'restart']
    : ['start', 'restart'];
}

/**
 * The actions on a service that its worker allows and that make sense in its status.
 * @param {Service} service
 * @returns {import('./types.js').ServiceAction[]}
 */
export function possibleActions(service) {
  const sensible = sensibleActions(service);
  return (service.actions ?? []).filter((action) => sensible.includes(action));
}

/**
 * How a service's last run ended, as its manager told: `3`, or `signal 9`; empty if nobody knows.
 * @param {Service} service
 */
export function runEnd({ detail, last_failure }) {
  const told = /exit status (\d+)/.exec(last_failure?.message ?? '') ?? /\((\d+)\)/.exec(detail ?? '');
  return told?.[1] ?? /signal \d+/.exec(last_failure?.message ?? '')?.[0] ?? '';
}
