// simulate.js: a cluster of simulated workers on a running coordinator, until it is interrupted. Logs in as `admin`
// with the password that the first `make up` wrote.
//
//   node tests/load/simulate.js --workers 1000 --lines 200

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Client } from '../lib/client.js';
import { Simulator, tokensFrom } from './simulator.js';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: `http://127.0.0.1:${process.env.P2PDASH_PORT ?? 8080}` },
    state: { type: 'string', default: process.env.P2PDASH_STATE_DIR ?? 'run' },
    workers: { type: 'string', default: '100' },
    interval: { type: 'string', default: '30' },
    lines: { type: 'string', default: '0' },
    spread: { type: 'string' },
    prefix: { type: 'string', default: 'sim' },
    streams: { type: 'boolean', default: false },
  },
});

const url = /** @type {string} */ (values.url);
const password = readFileSync(join(/** @type {string} */ (values.state), 'admin-password'), 'utf8').trim();
const login = await new Client(url).post('/auth/login', { username: 'admin', password });
if (login.status !== 200) throw new Error(`login: ${login.status} ${login.text}`);

const simulator = new Simulator({
  url,
  tokenOf: tokensFrom(new Client(url, { token: login.json.access_token })),
  workers: Number(values.workers),
  interval: Number(values.interval),
  lines: Number(values.lines),
  spread: values.spread === undefined ? undefined : Number(values.spread),
  prefix: values.prefix,
  streams: values.streams,
});

const status = setInterval(() => {
  const { reports, lines, failures, lastFailure } = simulator;
  console.log(`${reports} reports, ${lines} lines, ${failures} failed${failures ? ` (${lastFailure})` : ''}`);
}, 5000);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    clearInterval(status);
    simulator.stop();
  });
}
await simulator.start();
console.log(`${simulator.workers.length} workers report to ${url}`);
