// A line of a log: from the program that writes it on a worker to the browsers that watch, beside nchan (POST to
// WebSocket, with Redis between) and bare Redis. The line is what `logger -u` would send, byte for byte; one row runs
// logger itself, whose start is part of the time then.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { waitFor } from '../../lib/stack.js';
import { startCoordinator } from '../lib/coordinator.js';
import { interleave, markdown, spread } from '../lib/figures.js';
import { startNchan, startRedis } from '../lib/peers.js';
import { MARK, probe } from '../lib/probe.js';
import * as ways from '../lib/subscriptions.js';

const NODE = 'worker-001';
const TIMES = 4;
/** Browsers, and messages a run. */
const LOADS = [
  { subscribers: 1, rounds: 200 },
  { subscribers: 100, rounds: 100 },
  { subscribers: 1000, rounds: 40 },
];

/** The size of the `new_logs` frame that carries our line, hence of the peers' messages. */
const FRAME_SIZE = 280;

async function run() {
  const stack = await startCoordinator();
  const redis = await startRedis();
  const nchan = await startNchan(redis.port);

  const socket = join(stack.folder, 'log.sock');
  const reporter = await stack.startReporter(NODE, { sections: `[log apps]\nsource = socket\npath = ${socket}\n` });
  const browser = await ways.dashboard(stack, { logs: {} });
  const { token = '' } = await stack.worker(NODE);
  execFileSync('logger', ['-u', socket, '-t', 'bench', 'the first line']);
  await waitFor(() => stack.redisCommand('GET', 'p2pdash:log_seq'), { what: 'the first line to be stored' });

  const entry = {
    timestamp: new Date().toISOString(),
    level: 'INFO',
    logger_name: 'bench',
    message: `a line ${MARK}`,
  };
  const batch = { node_id: NODE, batch: MARK, logs: [entry] };
  const rows = [];
  for (const load of LOADS) {
    const results = await interleave(
      {
        'p2pdash: datagram of logger to browser': () =>
          probe(browser, { address: `datagram:${socket}`, message: syslogLine() }, load),
        'p2pdash: logger, started anew, to browser': () =>
          probe(browser, { command: ['logger', '-u', socket, '-t', 'bench', `a line ${MARK}`] }, load),
        'p2pdash: POST of the line to browser': () =>
          probe(browser, ways.post(stack, '/api/reporter/logs', batch, token), load),
        'nchan: POST to subscriber': () =>
          probe(ways.nchanSubscription(nchan.port), ways.nchanPublish(nchan.port, FRAME_SIZE), load),
        'Redis: PUBLISH to SUBSCRIBE': () =>
          probe(ways.redisSubscription(redis.socket), ways.redisPublish(redis.socket, FRAME_SIZE), load),
      },
      TIMES,
    );
    for (const [name, runs] of Object.entries(results)) {
      rows.push([
        name,
        String(load.subscribers),
        spread(runs.map((one) => one.arrival.median_us / 1000)),
        spread(runs.map((one) => one.arrival.p99_us / 1000)),
        spread(runs.map((one) => one.last.median_us / 1000)),
      ]);
    }
  }
  await reporter.daemon.stop();
  for (const peer of [nchan, redis]) await peer.program.stop();
  await stack.stop();
  return markdown(['way', 'browsers', 'median ms', 'p99 ms', 'until the last has it, ms'], rows);
}

/** What logger sends: RFC 3164, priority user.notice. */
function syslogLine() {
  const [, month, day, , time] = new Date().toString().split(' ');
  return `<13>${month} ${day.replace(/^0/, ' ')} ${time} bench: a line ${MARK}`;
}

/** @type {import('../run.js').Table} */
export const table = { title: "A line's way to the browsers", run };
