// Ten thousand workers that beat every 15 s and say nothing else: what the programs of the coordinator spend on it, beside
// the same number of empty answers of nginx alone, and beside reports.

import http from 'node:http';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { sign } from '../../lib/relay.js';
import { RedisClient } from '../../lib/redis.js';
import { freePort } from '../../lib/stack.js';
import { sampleReport } from '../../lib/report.js';
import { startCoordinator } from '../lib/coordinator.js';
import { figure, interleave, markdown, median, spread } from '../lib/figures.js';
import { peerSite } from '../lib/peers.js';
import { familyCpuMs } from '../lib/process.js';

const WORKERS = 10_000;
const BEAT_S = 15;
const REPORT_S = 60;
const CONNECTIONS = 32;
const SECONDS = 6;
const TIMES = 3;
const TICK_MS = 10;

/** @typedef {import('../../lib/stack.js').Stack} Stack */
/** @typedef {{ node: string, token: string }} Worker */

/** The workers, with tokens as the API makes them. @param {Stack} stack @returns {Promise<Worker[]>} */
async function makeWorkers(stack) {
  const redis = await RedisClient.open(join(stack.folder, 'redis.sock'));
  const iat = Math.floor(Date.now() / 1000);
  const workers = [];
  for (let i = 0; i < WORKERS; i++) {
    const node = `worker-${String(i).padStart(5, '0')}`;
    const jti = randomBytes(16).toString('hex');
    await redis.command('HSET', 'p2pdash:tokens', jti, JSON.stringify({ node, created_at: 0, expires_at: 0 }));
    workers.push({ node, token: sign(stack.folder, { sub: node, role: 'worker', gen: 0, jti, iat, exp: iat + 3600 }) });
  }
  redis.close();
  return workers;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** @param {string} url @param {string} [token] @param {object} [body] @returns {Promise<number>} the status */
function post(url, token, body) {
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(body && { 'content-type': 'application/json' }),
  };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    });
    request.once('error', reject).end(body && JSON.stringify(body));
  });
}

/**
 * Calls `send` so often a second, whether or not the calls before were answered. What the programs spent meanwhile.
 * @param {Stack} stack
 * @param {number} perSecond
 * @param {(index: number) => Promise<number>} send
 */
async function measure(stack, perSecond, send) {
  const programs = { nginx: stack.nginx, api: stack.api, redis: stack.redis, relay: stack.relay };
  const spent = () => Object.fromEntries(Object.entries(programs).map(([name, { pid }]) => [name, familyCpuMs(Number(pid))]));
  const before = spent();
  const began = performance.now();
  /** @type {Promise<number>[]} */
  const answers = [];
  while (performance.now() - began < SECONDS * 1000) {
    const due = ((performance.now() - began) / 1000) * perSecond;
    while (answers.length < due) answers.push(send(answers.length));
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const refused = (await Promise.all(answers)).filter((status) => status >= 300);
  if (refused.length > 0) throw new Error(`${refused.length} were refused, the first with ${refused[0]}`);
  const seconds = (performance.now() - began) / 1000;
  const after = spent();
  return {
    perSecond: answers.length / seconds,
    ...Object.fromEntries(Object.keys(programs).map((name) => [name, (after[name] - before[name]) / seconds])),
  };
}

/** A browser in delta mode, which counts what it gets. @param {Stack} stack */
async function openBrowser(stack) {
  const socket = await stack.webSocket(await stack.user('viewer'), { mode: 'delta' });
  await socket.next('snapshot');
  let bytes = 0;
  socket.socket.on('message', (/** @type {Buffer} */ data) => (bytes += data.length));
  return { bytes: () => bytes, close: () => socket.close() };
}

async function run() {
  const port = await freePort();
  const stack = await startCoordinator({ site: peerSite(port, await freePort()) });
  const workers = await makeWorkers(stack);
  const at = (/** @type {number} */ i) => workers[i % WORKERS];
  const report = (/** @type {number} */ i) => post(`${stack.url}/api/reporter/report`, at(i).token, sampleReport(at(i).node));
  for (let first = 0; first < WORKERS; first += 100)
    await Promise.all(Array.from({ length: 100 }, (_, i) => report(first + i)));

  let next = 0; // so that each run goes on with other workers
  const beat = () => post(`${stack.url}/api/reporter/beat`, at(next++).token);
  /** @type {number[]} */
  const told = [];
  const results = await interleave(
    {
      'nothing': () => measure(stack, 0, beat),
      'nginx alone, empty answers': () => measure(stack, WORKERS / BEAT_S, () => post(`http://127.0.0.1:${port}/nginx`)),
      [`beats, every ${BEAT_S} s`]: () => measure(stack, WORKERS / BEAT_S, beat),
      'the same, a browser watches': async () => {
        const browser = await openBrowser(stack);
        const result = await measure(stack, WORKERS / BEAT_S, beat);
        told.push(browser.bytes() / SECONDS / 1000);
        await browser.close();
        return result;
      },
      [`reports, every ${REPORT_S} s`]: () => measure(stack, WORKERS / REPORT_S, () => report(next++)),
    },
    TIMES,
  );
  agent.destroy();
  await stack.stop();
  const rows = Object.entries(results).map(([name, runs]) => [
    name,
    figure(median(runs.map((one) => one.perSecond))),
    ...['nginx', 'api', 'redis', 'relay'].map((part) => figure(median(runs.map((one) => Number(/** @type {any} */ (one)[part]))))),
    spread(runs.map((/** @type {any} */ one) => one.nginx + one.api + one.redis + one.relay)),
  ]);
  return [
    markdown(['calls', 'a second', 'nginx', 'API', 'Redis', 'relay', 'all, CPU ms a second'], rows),
    `The browser gets ${figure(median(told))} kB a second of it.`,
  ].join('\n\n');
}

/** @type {import('../run.js').Table} */
export const table = { title: 'Ten thousand workers that beat', run };
