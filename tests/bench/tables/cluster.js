// A thousand workers: reading them all, and what nodes and idle browsers cost the relay.

import { join } from 'node:path';

import { freePort } from '../../lib/stack.js';
import { addressOf, startCoordinator } from '../lib/coordinator.js';
import { figure, interleave, markdown, median, spread } from '../lib/figures.js';
import { giveWebdis, peerSite, startWebdis } from '../lib/peers.js';
import { hold } from '../lib/probe.js';
import { memoryKib } from '../lib/process.js';
import { sampleReport } from '../../lib/report.js';
import { dashboard } from '../lib/subscriptions.js';
import { wrk } from '../lib/wrk.js';

const NODES = 1000;
const BROWSERS = 1000;
const AT_ONCE = 4;
const LOAD = { concurrency: 16, seconds: 3 };
const TIMES = 4;

/** @param {number} count @param {(index: number) => Promise<void>} work */
async function each(count, work) {
  let next = 0;
  const hand = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
}

/** @param {import('../../lib/stack.js').Stack} stack */
const fill = (stack) =>
  each(NODES, async (index) => {
    const node = `worker-${String(index).padStart(4, '0')}`;
    const { status, text } = await (await stack.worker(node)).post('/api/reporter/report', sampleReport(node));
    if (status !== 200) throw new Error(`${node}: ${status} ${text}`);
  });

async function run() {
  const [peerPort, webdisPort] = [await freePort(), await freePort()];
  const stack = await startCoordinator({ site: peerSite(peerPort, webdisPort) });
  const webdis = await startWebdis(join(stack.folder, 'redis.sock'), webdisPort);
  const relayKib = () => memoryKib(Number(stack.relay.pid)).own;

  const empty = relayKib();
  await fill(stack);
  const filled = relayKib();

  const viewer = await stack.user('viewer');
  const { text } = await viewer.get('/api/dashboard/metrics');
  giveWebdis(stack, text);
  const theirs = `http://127.0.0.1:${peerPort}/webdis/GET/bench.txt`;
  const results = await interleave(
    {
      'p2pdash, authenticated': () =>
        wrk(`http://${addressOf(stack)}/api/dashboard/metrics`, { ...LOAD, server: stack.api, token: viewer.token }),
      'webdis, open to all': () => wrk(theirs, { ...LOAD, server: webdis.program }),
    },
    TIMES,
  );

  const before = relayKib();
  const release = await hold(await dashboard(stack), BROWSERS);
  const held = relayKib();
  await release();
  await webdis.program.stop();
  await stack.stop();

  const rows = Object.entries(results).map(([name, runs]) => [
    name,
    spread(runs.map((one) => one.perSecond)),
    figure(median(runs.map((one) => one.medianMs))),
    figure(median(runs.map((one) => one.cpuMs))),
    String(runs.reduce((sum, one) => sum + one.broken, 0)),
  ]);
  return [
    markdown([`${figure(text.length / 1e6)} MB an answer`, 'requests/s', 'median ms', 'its CPU, ms a request', 'cut short'], rows),
    markdown(
      ['the relay', 'own memory'],
      [
        ['empty', `${figure(empty / 1024)} MiB`],
        [`a node, of ${NODES}`, `${figure((filled - empty) / NODES)} KiB`],
        [`an idle browser in delta mode, of ${BROWSERS}`, `${figure((held - before) / BROWSERS)} KiB`],
      ],
    ),
  ].join('\n\n');
}

/** @type {import('../run.js').Table} */
export const table = { title: 'A thousand workers', run };
