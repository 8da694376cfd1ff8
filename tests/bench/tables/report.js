// A report's way: POST in, WebSocket frame with the node's new state out; beside bare Redis PUBLISH -> SUBSCRIBE.

import { startCoordinator } from '../lib/coordinator.js';
import { figure, interleave, markdown, median, spread } from '../lib/figures.js';
import { startRedis } from '../lib/peers.js';
import { MARK, probe } from '../lib/probe.js';
import { sampleReport } from '../../lib/report.js';
import { dashboard, post, redisPublish, redisSubscription } from '../lib/subscriptions.js';

const NODE = 'worker-001';
const LOAD = { subscribers: 1, rounds: 200 };
const TIMES = 4;

async function run() {
  const stack = await startCoordinator();
  const redis = await startRedis();
  // The node's state goes to whoever has subscribed to it, and the mark with it.
  const report = sampleReport(NODE, { description: MARK });
  const size = JSON.stringify(report).length;
  const { token = '' } = await stack.worker(NODE);
  await stack.visitor.as({ token }).post('/api/reporter/report', report);

  const browser = await dashboard(stack, { nodes: [NODE] });
  const results = await interleave(
    {
      'p2pdash: POST to WebSocket frame': () => probe(browser, post(stack, '/api/reporter/report', report, token), LOAD),
      'Redis: PUBLISH to SUBSCRIBE': () => probe(redisSubscription(redis.socket), redisPublish(redis.socket, size), LOAD),
    },
    TIMES,
  );
  await redis.program.stop();
  await stack.stop();
  return markdown(
    ['way', 'median ms', 'p99 ms', 'POST answered after, ms'],
    Object.entries(results).map(([name, runs]) => [
      name,
      spread(runs.map((one) => one.arrival.median_us / 1000)),
      spread(runs.map((one) => one.arrival.p99_us / 1000)),
      figure(median(runs.map((one) => one.answer.median_us / 1000))),
    ]),
  );
}

/** @type {import('../run.js').Table} */
export const table = { title: "A report's way", run };
