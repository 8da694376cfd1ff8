// Fifty thousand lines a second from one file for ten seconds: what each program pays, and what is lost.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { waitFor } from '../../lib/stack.js';
import { startCoordinator } from '../lib/coordinator.js';
import { figure, markdown } from '../lib/figures.js';
import { Witness, writeLines } from '../lib/flood.js';
import { familyCpuMs, memoryKib } from '../lib/process.js';

const RATE = { perSecond: 50_000, seconds: 10 };
const PATIENCE_MS = 60_000;

async function run() {
  const stack = await startCoordinator();
  const file = join(stack.folder, 'app.log');
  writeFileSync(file, '');
  const reporter = await stack.startReporter('worker-001', {
    sections: `[log app]\nsource = file\npath = ${file}\nlogger = app\n`,
  });
  const browser = await stack.webSocket(await stack.user('viewer'), { mode: 'delta' });
  browser.send({ type: 'subscribe', logs: {} });
  await browser.next('subscribed');
  const witness = new Witness(browser);

  const programs = { reporter: reporter.daemon, nginx: stack.nginx, api: stack.api, redis: stack.redis, relay: stack.relay };
  const cpu = () => Object.values(programs).map(({ pid }) => familyCpuMs(Number(pid)));
  const stored = async () => Number(await stack.redisCommand('GET', 'p2pdash:log_seq'));

  const before = cpu();
  const began = performance.now();
  const total = await writeLines(file, RATE);
  const written = performance.now();
  await waitFor(async () => (await stored()) >= total, { what: 'every line to be stored', deadline: PATIENCE_MS });
  const took = performance.now();
  await waitFor(() => witness.received >= total || witness.lagged > 0, { what: 'every line to be seen' });
  const after = cpu();
  const memory = Object.values(programs).map(({ pid }) => memoryKib(Number(pid)).resident);
  const count = await stored();
  browser.socket.close();
  await stack.stop();

  const rows = Object.keys(programs).map((name, i) => [
    name,
    figure((after[i] - before[i]) / 1000),
    figure(((after[i] - before[i]) * 1000) / total),
    figure(memory[i] / 1024),
  ]);
  return [
    markdown(['program', 'CPU, s', 'CPU, µs a line', 'resident MiB'], rows),
    `${total.toLocaleString('en-US')} lines written in ${figure((written - began) / 1000)} s; ${count.toLocaleString('en-US')} ` +
      `stored, the last ${figure((took - written) / 1000)} s after it was written; ` +
      `${(total - count).toLocaleString('en-US')} lost. The browser got ${witness.received.toLocaleString('en-US')}, ` +
      `${witness.outOfOrder} of them out of order; ${witness.lagged} frames were dropped for it.`,
  ].join('\n\n');
}

/** @type {import('../run.js').Table} */
export const table = { title: '50,000 lines a second from one file, for 10 s', run };
