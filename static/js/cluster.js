// What follows from the cluster's data: a worker's status as time goes by, its rates and its severity, what needs
// attention, and what may be done to a service. Pure: no DOM, no network, no clock of its own.

/** @typedef {import('./types.js').Summary} Summary */
/** @typedef {import('./types.js').Worker} Worker */
/** @typedef {import('./types.js').Rates} Rates */
/** @typedef {import('./types.js').Service} Service */

/** Above these percentages, and below these days, something needs attention. */
export const LIMITS = { disk: 90, memory: 95, cpu: 95, certificateDays: 30, certificateSoonDays: 7 };

/**
 * A node's status now: what was online grows stale when its next report is overdue.
 * @param {{status: import('./types.js').Status, fresh_until?: string}} node
 * @param {number} now ms, on the coordinator's clock
 * @returns {import('./types.js').Status}
 */
export function statusAt(node, now) {
  if (node.status !== 'online' || !node.fresh_until) return node.status;
  return Date.parse(node.fresh_until) < now ? 'stale' : 'online';
}

/**
 * Bytes a second between two readings of counters; null where a counter went back (the host restarted).
 * @param {{[counter: string]: number}} before
 * @param {{[counter: string]: number}} after
 * @param {number} seconds between them
 * @returns {Rates | null}
 */
export function rates(before, after, seconds) {
  if (!(seconds > 0)) return null;
  /** @type {Rates} */
  const result = {};
  for (const [counter, value] of Object.entries(after)) {
    const difference = value - before[counter];
    if (!(difference >= 0)) return null;
    result[counter] = difference / seconds;
  }
  return result;
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
 * A worker from its newest summary. Its rates come from the difference to the summary before; they stay as they are
 * while the report is still the same one.
 * @param {Worker | undefined} before undefined if the worker is new
 * @param {string} id
 * @param {Summary} summary
 * @param {number} now ms, on the coordinator's clock
 * @returns {Worker}
 */
export function workerFrom(before, id, summary, now) {
  const worker = { id, summary, status: statusAt(summary, now), rates: before?.rates ?? null };
  if (before && before.summary.timestamp !== summary.timestamp) {
    worker.rates = rates(
      networkCounters(before.summary),
      networkCounters(summary),
      (Date.parse(summary.timestamp) - Date.parse(before.summary.timestamp)) / 1000,
    );
  }
  return worker;
}

/** @param {Summary} summary */
function networkCounters(summary) {
  return { bytes_sent: summary.network_bytes_sent, bytes_recv: summary.network_bytes_recv };
}

/**
 * What can be wrong with a worker, the most severe first. The first row that holds gives the worker's severity.
 * @type {{kind: string, level: 'danger' | 'warning', score: number, holds: (worker: Worker) => boolean}[]}
 */
const TROUBLES = [
  { kind: 'offline', level: 'danger', score: 60, holds: (w) => w.status === 'offline' },
  { kind: 'service', level: 'danger', score: 50, holds: (w) => w.summary.services_error > 0 },
  { kind: 'unreadable', level: 'danger', score: 45, holds: (w) => (w.summary.certificates_error ?? 0) > 0 },
  { kind: 'disk', level: 'danger', score: 40, holds: (w) => w.summary.disk_percent >= LIMITS.disk },
  { kind: 'stale', level: 'warning', score: 30, holds: (w) => w.status === 'stale' },
  {
    kind: 'certificate',
    level: 'warning',
    score: 20,
    holds: ({ summary: { certificate_days_left: days } }) => days !== null && days < LIMITS.certificateDays,
  },
  { kind: 'memory', level: 'warning', score: 10, holds: (w) => w.summary.memory_percent >= LIMITS.memory },
  { kind: 'cpu', level: 'warning', score: 5, holds: (w) => w.summary.cpu_percent >= LIMITS.cpu },
];

/** How badly a worker is off; 0 if nothing is wrong. @param {Worker} worker */
export function severity(worker) {
  return TROUBLES.find((trouble) => trouble.holds(worker))?.score ?? 0;
}

/**
 * Sorts by severity, then by load, then by name. Loads are compared in steps of ten percent, or a list would reorder
 * itself all the time.
 * @param {Worker} a
 * @param {Worker} b
 */
export function byTrouble(a, b) {
  return severity(b) - severity(a) || load(b) - load(a) || byName(a.id, b.id);
}

/** @param {Worker} worker */
function load({ summary }) {
  return Math.round(Math.max(summary.cpu_percent, summary.memory_percent, summary.disk_percent) / 10);
}

const collator = new Intl.Collator('en', { numeric: true });

/** Sorts by name, with numbers by their value: `w-9` before `w-10`. @param {string} a @param {string} b */
export function byName(a, b) {
  return collator.compare(a, b);
}

/**
 * What needs attention: one row for each kind of trouble, with its workers in the order in which they were given.
 * @param {Iterable<Worker>} workers
 * @returns {{kind: string, level: 'danger' | 'warning', workers: Worker[]}[]}
 */
export function attention(workers) {
  const rows = TROUBLES.map(({ kind, level }) => ({ kind, level, workers: /** @type {Worker[]} */ ([]) }));
  for (const worker of workers) {
    TROUBLES.forEach((trouble, index) => {
      if (trouble.holds(worker)) rows[index].workers.push(worker);
    });
  }
  return rows.filter((row) => row.workers.length > 0);
}

/**
 * How many workers and how many of their services are in each status.
 * @param {Iterable<Worker>} workers
 */
export function totals(workers) {
  const sum = { online: 0, stale: 0, offline: 0, running: 0, stopped: 0, error: 0 };
  for (const { status, summary } of workers) {
    sum[status] += 1;
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
 * How urgent it is to renew a certificate.
 * @param {number} daysLeft
 * @returns {'expired' | 'danger' | 'warning' | 'ok'}
 */
export function certificateLevel(daysLeft) {
  if (daysLeft < 0) return 'expired';
  if (daysLeft < LIMITS.certificateSoonDays) return 'danger';
  return daysLeft < LIMITS.certificateDays ? 'warning' : 'ok';
}

/**
 * How full a share is, as the name of a colour.
 * @param {number} share percent
 */
export function shareLevel(share) {
  if (share >= LIMITS.disk) return 'danger';
  return share >= 75 ? 'warning' : 'ok';
}

/**
 * A service's status; `absent` if it is not installed.
 * @param {Service} service
 */
export function serviceStatus(service) {
  return service.installed === false ? 'absent' : service.status;
}

/**
 * The actions on a service that its worker allows and that make sense in its status.
 * @param {Service} service
 * @returns {import('./types.js').ServiceAction[]}
 */
export function possibleActions(service) {
  if (service.installed === false) return [];
  const sensible = service.status === 'running' ? ['stop', 'restart'] : ['start', 'restart'];
  return (service.actions ?? []).filter((action) => sensible.includes(action));
}
