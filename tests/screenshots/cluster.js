// A cluster for pictures: a real coordinator, and workers that speak the worker channel as if they were the machines
// of machines.js, with an hour behind them.

import { entry, certificate, service } from '../lib/report.js';
import { waitFor } from '../lib/wait.js';
import { FakeWorker } from '../lib/worker.js';
import { LINES, MACHINES, metricsAt, SERVICES } from './machines.js';

/** @typedef {import('../lib/stack.js').Stack} Stack */

const POINT_MS = 30_000;
const BEAT_MS = 10_000;
const COORDINATOR_MS = 5000;
const POINTS = 99;
const LINE_MS = 1700;
const LINES_A_NODE = 160;
/** So few at once that the nodes' lines alternate. */
const BATCH = 4;

const ago = (/** @type {number} */ seconds) => new Date(Date.now() - seconds * 1000).toISOString();

/** What its manager says of a service in each status. @type {{[status: string]: () => object}} */
const STORIES = {
  running: () => ({ since: ago(86_400 * 3 + 17_000) }),
  stopped: () => ({ since: ago(7300), detail: 'inactive (dead)' }),
  error: () => ({
    since: ago(340),
    detail: 'activating (auto-restart)',
    restarts: 12,
    last_failure: { at: ago(4), message: 'exit-code, exit status 78' },
  }),
};

/** @param {string} name as MACHINES lists it */
function serviceOf(name) {
  const plain = name.replace(/[!-]$/, '');
  const [description, driver] = SERVICES[plain];
  const status = name.endsWith('!') ? 'error' : name.endsWith('-') ? 'stopped' : 'running';
  const uptime = status === 'running' ? 86_400 * 3 + 17_000 : null;
  return [plain, service({ description, driver, status, uptime, ...STORIES[status]() })];
}

/** @param {[subject: string, days: number]} what */
function certificateOf([subject, days]) {
  const after = new Date(Date.now() + days * 86_400_000 + 3_600_000).toISOString();
  const name = subject.slice('CN='.length);
  return certificate({
    subject,
    path: `/etc/letsencrypt/live/${name}/cert.pem`,
    issuer: "C=US, O=Let's Encrypt, CN=R11",
    not_after: after,
    days_left: days,
    sans: [name],
    serial: '04:9C:71:EE:20:5D:B2',
    fingerprint_sha256: Array.from({ length: 32 }, (_, index) => ((index * 89 + name.length * 37) % 256).toString(16).padStart(2, '0'))
      .join(':')
      .toUpperCase(),
  });
}

/** @param {string} node @param {number} ms */
function reportOf(node, ms) {
  const { services, certificates = [] } = MACHINES[node];
  const coordinator = node === 'coordinator';
  return {
    interval: coordinator ? 5 : 30,
    ...(coordinator ? { min_interval: 5, max_interval: 5 } : {}),
    metrics: metricsAt(node, ms),
    services: Object.fromEntries(services.map(serviceOf)),
    certificates: certificates.map(certificateOf),
    reporter: {
      reporter_active: true,
      current_interval: 30,
      uptime_seconds: 277_000,
      statistics: { total_reports: 9231, successful_reports: 9228, failed_reports: 3, success_rate_percent: 99.96 },
      last_report_time: new Date(ms).toISOString(),
      last_report_status: 'success',
      next_report_interval: 30,
    },
  };
}

/** What the node wrote lately, oldest first. @param {string} node @param {number} now */
function linesOf(node, now) {
  const written = MACHINES[node].services.flatMap((name) => {
    const plain = name.replace(/[!-]$/, '');
    return (LINES[plain] ?? []).map(([level, text]) => ({ level, text, logger: `Service.${plain}` }));
  });
  if (written.length === 0) return [];
  const usual = written.filter(({ level }) => level === 'INFO');
  const seed = [...node].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return Array.from({ length: LINES_A_NODE }, (_, index) => {
    const from = index % 5 === seed % 5 ? written : usual;
    const { level, text, logger } = from[(index * 7 + (index >> 3) + seed) % from.length];
    const timestamp = new Date(now - (LINES_A_NODE - index) * LINE_MS - ((seed * 131) % LINE_MS)).toISOString();
    return entry(text, { timestamp, level, logger_name: logger, module: logger.slice(8), funcName: 'run', lineno: 118 });
  });
}

/** The hour before now, which no report can bring: points are of the time they come at. @param {Stack} stack @param {string} node @param {number} now */
function writeHistory(stack, node, now) {
  const points = Array.from({ length: POINTS }, (_, index) => {
    const ms = now - (index + 1) * POINT_MS;
    const { cpu_percent, memory, disk, network_io, disk_io } = metricsAt(node, ms);
    return JSON.stringify({
      timestamp: new Date(ms).toISOString(),
      cpu_percent,
      memory_percent: memory.percent,
      disk_percent: disk.percent,
      network_bytes_sent: network_io.bytes_sent,
      network_bytes_recv: network_io.bytes_recv,
      disk_read_bytes: disk_io.read_bytes,
      disk_write_bytes: disk_io.write_bytes,
    });
  });
  return stack.redisCommand('RPUSH', `p2pdash:{${node}}:history`, ...points);
}

/**
 * Starts the workers. They go on reporting until `stop`, or until they are killed. After a restart of the relay,
 * `listen` opens the streams of those that live.
 * @param {Stack} stack
 * @returns {Promise<{stop: () => void, kill: (nodes: string[]) => void, listen: () => Promise<void>}>}
 */
export async function startCluster(stack) {
  const now = Date.now();
  const ago = now - 9 * 86_400_000;
  // Its first clean-up says when the coordinator began; then it may be said that it was longer ago.
  await waitFor(async () => (await stack.redisCommand('HGET', 'p2pdash:stats', 'last_cleanup')) !== '', {
    what: 'the first clean-up',
  });
  await stack.redisCommand('HSET', 'p2pdash:stats', 'started_at', String(ago), 'total_updates', '184213');
  /** @type {Map<string, FakeWorker>} */
  const workers = new Map();
  for (const node of Object.keys(MACHINES)) {
    const worker = new FakeWorker(stack, node, await stack.worker(node));
    await writeHistory(stack, node, now);
    await worker.report(reportOf(node, now));
    workers.set(node, worker);
  }
  const lines = [...workers.keys()].flatMap((node) => linesOf(node, now).map((line) => ({ node, line })));
  lines.sort((a, b) => a.line.timestamp.localeCompare(b.line.timestamp));
  for (let at = 0, batch = 0; at < lines.length; at += BATCH, batch++) {
    const page = lines.slice(at, at + BATCH);
    for (const [node, worker] of workers) {
      const logs = page.filter((item) => item.node === node).map((item) => item.line);
      if (logs.length > 0) await worker.client.post('/api/reporter/logs', { node_id: node, batch: `b${batch}`, logs });
    }
  }
  // What was written beside the relay's back is read when it starts.
  await stack.relay.restart();
  await stack.ready();
  // A relay that has just started says so while it loads.
  const listen = async () => {
    for (const worker of workers.values())
      await waitFor(() => worker.listen().then(() => true), { what: `the stream of ${worker.node}` });
  };
  await listen();
  refuseOf(workers.get('web-2'));
  await act(stack);
  const every = (/** @type {number} */ ms, /** @type {(node: string) => unknown} */ work) =>
    setInterval(() => workers.forEach((_, node) => work(node)), ms);
  const report = (/** @type {string} */ node) => workers.get(node)?.report(reportOf(node, Date.now())).catch(() => {});
  const timers = [
    every(POINT_MS, report),
    every(BEAT_MS, (node) => workers.get(node)?.client.post('/api/reporter/beat', '').catch(() => {})),
    every(COORDINATOR_MS, (node) => node === 'coordinator' && report(node)),
  ];
  const kill = (/** @type {string[]} */ nodes) => {
    for (const node of nodes) {
      workers.get(node)?.close();
      workers.delete(node);
    }
  };
  return {
    kill,
    listen,
    stop() {
      timers.forEach(clearInterval);
      kill([...workers.keys()]);
    },
  };
}

/** What was done lately: it stands beside the services, and in the audit. @param {Stack} stack */
async function act(stack) {
  const operator = await stack.user('operator');
  const actions = [
    ['web-1', 'nginx', 'restart'],
    ['web-2', 'shop', 'start'],
    ['db-1', 'postgresql', 'restart'],
    ['queue-1', 'mailer', 'restart'],
  ];
  for (const [worker_id, service_name, action] of actions)
    await operator.post('/api/dashboard/control-service', { worker_id, service_name, action });
}

/** The service in error does not start, and says why. @param {FakeWorker | undefined} worker */
function refuseOf(worker) {
  if (!worker) return;
  worker.answer = ({ action, service_name }) =>
    service_name === 'shop'
      ? { success: false, code: 'failed', error: 'docker: container shop exited with status 1 two seconds after it started' }
      : { success: true, message: `${action} done`, status: 'running' };
}
