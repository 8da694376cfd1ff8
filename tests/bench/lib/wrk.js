// wrk, the HTTP load generator: requests per second and latencies at a fixed concurrency.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { familyCpuMs } from './process.js';

const run = promisify(execFile);
const UNITS = { us: 1e-3, ms: 1, s: 1e3 };

/**
 * @typedef {object} Load
 * @property {number} concurrency connections
 * @property {number} seconds
 * @property {string} [token]
 * @property {import('../../lib/stack.js').Program} server its CPU time is measured, with that of its children
 */

/**
 * @param {string} url
 * @param {Load} load
 * @returns {Promise<{ perSecond: number, medianMs: number, p99Ms: number, cpuMs: number, broken: number }>} `cpuMs`
 *   for a request; `broken`: answers that were cut short
 */
export async function wrk(url, { concurrency, seconds, token, server }) {
  const header = token ? ['-H', `Authorization: Bearer ${token}`] : [];
  const args = ['-t1', `-c${concurrency}`, `-d${seconds}s`, '--latency', ...header, url];
  const before = familyCpuMs(Number(server.pid));
  const { stdout } = await run('wrk', args);
  const spent = familyCpuMs(Number(server.pid)) - before;
  if (/Non-2xx/.test(stdout)) throw new Error(`wrk ${url}: ${stdout}`);
  return {
    perSecond: Number(/Requests\/sec: +([\d.]+)/.exec(stdout)?.[1]),
    cpuMs: spent / Number(/(\d+) requests in/.exec(stdout)?.[1]),
    broken: Number(/Socket errors:.*read (\d+)/.exec(stdout)?.[1] ?? 0),
    medianMs: time(stdout, '50%'),
    p99Ms: time(stdout, '99%'),
  };
}

/** @param {string} text @param {string} line */
function time(text, line) {
  const found = new RegExp(`${line} +([\\d.]+)(us|ms|s)`).exec(text);
  return found ? Number(found[1]) * UNITS[/** @type {keyof UNITS} */ (found[2])] : NaN;
}
