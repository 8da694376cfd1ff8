// What an agent costs its machine: CPU for a sample a second of the same metrics, and memory. Ours counts processes by
// listing /proc; collectd reads the files of each, so it is shown without that too. All run at once, so that
// what the machine does meanwhile meets all alike; each is read before and after the same seconds.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import http from 'node:http';

import { pause } from '../../lib/wait.js';
import { startCoordinator } from '../lib/coordinator.js';
import { figure, markdown, median, spread } from '../lib/figures.js';
import { startCollectd, startMonit, startNodeExporter } from '../lib/peers.js';
import { cpuMs, memoryKib } from '../lib/process.js';

const SETTLE_MS = 5000;
const WINDOW_S = 8;
const WINDOWS = 4;

/** Asks once a second on one kept connection, as Prometheus would. @param {number} port */
function scrape(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const timer = setInterval(() => {
    http.get({ agent, host: '127.0.0.1', port, path: '/metrics' }, (response) => response.resume());
  }, 1000);
  return () => {
    clearInterval(timer);
    agent.destroy();
  };
}

/** A UDP port that swallows. */
async function startSink() {
  const sink = createSocket('udp4', () => {});
  sink.bind(0, '127.0.0.1');
  await once(sink, 'listening');
  return sink;
}

async function run() {
  const stack = await startCoordinator();
  const sink = await startSink();
  const { port } = sink.address();
  const exporter = await startNodeExporter();
  const stopScraping = scrape(exporter.port);
  // Only the coordinator's own reporter may be this eager.
  const reporter = await stack.startReporter('coordinator', { settings: { min_interval: 1, max_interval: 1 } });
  const programs = {
    'p2pdash-reporter, POST by HTTP': reporter.daemon,
    'collectd, own protocol by UDP': await startCollectd(port, { processes: true }),
    '... without counting processes': await startCollectd(port, { processes: false }),
    Monit: await startMonit(),
    'node_exporter, scraped': exporter.program,
  };
  const updates = async () => Number(await stack.redisCommand('HGET', 'p2pdash:stats', 'total_updates'));

  await pause(SETTLE_MS);
  const cpu = () => Object.values(programs).map(({ pid }) => cpuMs(Number(pid)));
  const reportsBefore = await updates();
  /** @type {number[][]} ms of CPU a second, by window */
  const windows = [];
  for (let i = 0; i < WINDOWS; i++) {
    const [before, began] = [cpu(), performance.now()];
    await pause(WINDOW_S * 1000);
    const [after, seconds] = [cpu(), (performance.now() - began) / 1000];
    windows.push(after.map((ms, program) => (ms - before[program]) / seconds));
  }
  const reports = (await updates()) - reportsBefore;
  const memory = Object.values(programs).map(({ pid }) => memoryKib(Number(pid)));

  stopScraping();
  sink.close();
  for (const name of Object.keys(programs).slice(1)) await programs[/** @type {keyof programs} */ (name)].stop();
  await stack.stop();

  const rows = Object.keys(programs).map((name, i) => [
    name,
    spread(windows.map((window) => window[i])),
    figure(memory[i].own / 1024),
    figure(memory[i].share / 1024),
    figure(memory[i].resident / 1024),
  ]);
  const [ours, collectd, lessCollectd] = [0, 1, 2].map((i) => median(windows.map((window) => window[i])));
  return [
    markdown(['agent', 'CPU, ms a second', 'own MiB', 'PSS MiB', 'resident MiB'], rows),
    `The reporter sent ${reports} reports in ${WINDOWS * WINDOW_S} s. Its CPU is ${figure(ours / collectd)} of collectd's, ` +
      `${figure(ours / lessCollectd)} of that without processes.`,
  ].join('\n\n');
}

/** @type {import('../run.js').Table} */
export const table = { title: 'An agent, sampling once a second', run };
