// GET /api/dashboard/metrics with one worker beside webdis serving as many bytes, both behind the same nginx.

import { join } from 'node:path';

import { freePort } from '../../lib/stack.js';
import { addressOf, startCoordinator } from '../lib/coordinator.js';
import { figure, interleave, markdown, median, spread } from '../lib/figures.js';
import { giveWebdis, peerSite, startWebdis } from '../lib/peers.js';
import { sampleReport } from '../../lib/report.js';
import { wrk } from '../lib/wrk.js';

const LOAD = { concurrency: 16, seconds: 2 };
const TIMES = 6;

async function run() {
  const port = await freePort();
  // Webdis needs the socket's path before there is a Redis; it connects when it is asked.
  const webdisPort = await freePort();
  const stack = await startCoordinator({ site: peerSite(port, webdisPort), relay: false });
  const webdis = await startWebdis(join(stack.folder, 'redis.sock'), webdisPort);
  const worker = await stack.worker('worker-001');
  await worker.post('/api/reporter/report', sampleReport('worker-001'));

  const viewer = await stack.user('viewer');
  const { text } = await viewer.get('/api/dashboard/metrics');
  giveWebdis(stack, text);

  const theirs = `http://127.0.0.1:${port}`;
  const results = await interleave(
    {
      'p2pdash, authenticated': () =>
        wrk(`http://${addressOf(stack)}/api/dashboard/metrics`, { ...LOAD, server: stack.api, token: viewer.token }),
      'webdis, open to all': () => wrk(`${theirs}/webdis/GET/bench.txt`, { ...LOAD, server: webdis.program }),
      'nginx alone, empty answer': () => wrk(`${theirs}/nginx`, { ...LOAD, server: stack.nginx }),
    },
    TIMES,
  );
  await webdis.program.stop();
  await stack.stop();

  const [a, b] = Object.values(results).map((runs) => runs.map((one) => one.perSecond));
  const rows = Object.entries(results).map(([name, runs]) => [
    name,
    spread(runs.map((one) => one.perSecond)),
    figure(median(runs.map((one) => one.medianMs))),
    figure(median(runs.map((one) => one.p99Ms))),
    figure(median(runs.map((one) => one.cpuMs * 1000))),
  ]);
  return [
    markdown(['server', 'requests/s', 'median ms', 'p99 ms', 'its CPU, µs a request'], rows),
    `Ratio, p2pdash to webdis: ${spread(a.map((value, i) => value / b[i]))}; an answer has ${text.length} bytes.`,
  ].join('\n\n');
}

/** @type {import('../run.js').Table} */
export const table = {
  title: 'GET /api/dashboard/metrics, one worker, 16 connections',
  run,
};
