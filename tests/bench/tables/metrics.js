// GET /api/dashboard/metrics with one worker beside webdis serving as many bytes, both behind the same nginx.

import { freePort } from '../../lib/stack.js';
import { addressOf, realReport, startCoordinator } from '../lib/coordinator.js';
import { figure, interleave, markdown, median, spread } from '../lib/figures.js';
import { startWebdis } from '../lib/peers.js';
import { familyCpuMs } from '../lib/process.js';
import { wrk } from '../lib/wrk.js';
import { join } from 'node:path';

const LOAD = { concurrency: 16, seconds: 2 };
const TIMES = 6;

/** The peer's server: what ours has that matters here, and a location that never leaves nginx. */
const site = (/** @type {number} */ port, /** @type {number} */ webdis) => `
upstream webdis { server 127.0.0.1:${webdis}; keepalive 8; }
server {
    listen 127.0.0.1:${port};
    include snippets/security-headers.conf;
    location /webdis/ { proxy_pass http://webdis/; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /nginx { return 204; }
}
`;

async function run() {
  const port = await freePort();
  // Webdis needs the socket's path before there is a Redis; it connects when it is asked.
  const webdisPort = await freePort();
  const stack = await startCoordinator({ site: site(port, webdisPort) });
  const webdis = await startWebdis(join(stack.folder, 'redis.sock'), webdisPort);
  const worker = await stack.worker('worker-001');
  await worker.post('/api/reporter/report', await realReport(stack, 'worker-001'));

  const viewer = await stack.user('viewer');
  const { text } = await viewer.get('/api/dashboard/metrics');
  await stack.redisCommand('SET', 'bench', text.slice(0, Buffer.byteLength(text)));

  const measure = (/** @type {string} */ url, /** @type {import('../../lib/stack.js').Program} */ server, token = '') => async () => {
    const before = familyCpuMs(Number(server.pid));
    const result = await wrk(url, { ...LOAD, token });
    const cpuUs = ((familyCpuMs(Number(server.pid)) - before) * 1000) / (result.perSecond * LOAD.seconds);
    return { ...result, cpuUs };
  };
  const ours = `http://${addressOf(stack)}/api/dashboard/metrics`;
  const theirs = `http://127.0.0.1:${port}`;
  const results = await interleave(
    {
      'p2pdash, authenticated': measure(ours, stack.api, viewer.token),
      'webdis, open to all': measure(`${theirs}/webdis/GET/bench.txt`, webdis.program),
      'nginx alone, empty answer': measure(`${theirs}/nginx`, stack.nginx),
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
    figure(median(runs.map((one) => one.cpuUs))),
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
