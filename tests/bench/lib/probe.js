// Runs the probe (probe.c): subscribers and a sender that only know bytes. This module makes the bytes.

import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { promisify } from 'node:util';

import { BIN, temporaryFolder } from '../../lib/stack.js';

const PROBE = join(BIN, 'bench/probe');

/** Stands in a message for its mark (MARK in probe.c). */
export const MARK = '################';

const run = promisify(execFile);

/** @typedef {{ count: number, median_us: number, p99_us: number, max_us: number }} Times */
/** @typedef {{ arrival: Times, last: Times, answer: Times, lost: number }} Measured */

/**
 * @typedef {object} Subscription how a subscriber introduces itself
 * @property {string} address unix:PATH or HOST:PORT
 * @property {string | Buffer} say
 * @property {string} until the bytes that it waits for then
 * @property {string | Buffer} [then]
 * @property {string} [thenUntil]
 */

/**
 * @typedef {object} Delivery how a message is sent
 * @property {string} [address] as above, or datagram:PATH
 * @property {string} [message] with MARK in it
 * @property {string} [answer] the bytes that the sender waits for then
 * @property {string[]} [command] sends it instead; MARK in its arguments
 */

/** @param {Subscription} subscription @param {number} subscribers */
function subscribing(subscription, subscribers) {
  const folder = mkdtempSync(join(temporaryFolder(), 'probe-'));
  const file = (/** @type {string} */ name, /** @type {string | Buffer} */ content) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const args = ['--subscribers', String(subscribers), '--subscribe-to', subscription.address];
  args.push('--say', file('say', subscription.say), '--say-until', subscription.until);
  if (subscription.then) args.push('--then', file('then', subscription.then));
  if (subscription.thenUntil) args.push('--then-until', subscription.thenUntil);
  return { args, file };
}

/**
 * @param {Subscription} subscription
 * @param {Delivery} delivery
 * @param {{ subscribers: number, rounds: number, pauseMs?: number, patienceMs?: number }} options `patienceMs`: until a
 *   message counts as lost
 * @returns {Promise<Measured>}
 */
export async function probe(subscription, delivery, { subscribers, rounds, pauseMs = 5, patienceMs = 5000 }) {
  const { args, file } = subscribing(subscription, subscribers);
  args.push('--rounds', String(rounds), '--pause-ms', String(pauseMs), '--patience-ms', String(patienceMs));
  if (delivery.address) args.push('--send-to', delivery.address);
  if (delivery.message) args.push('--message', file('message', delivery.message));
  if (delivery.answer) args.push('--answer', delivery.answer);
  if (delivery.command) args.push('--', ...delivery.command);
  const measured = JSON.parse((await run(PROBE, args)).stdout);
  if (measured.lost > 0) throw new Error(`${measured.lost} messages did not arrive: ${args.join(' ')}`);
  return measured;
}

/**
 * Starts subscribers that only listen. They end when the returned function is called.
 * @param {Subscription} subscription
 * @param {number} subscribers
 */
export async function hold(subscription, subscribers) {
  const { args } = subscribing(subscription, subscribers);
  const child = spawn(PROBE, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('the probe ended')))]);
  return async () => {
    child.stdin.end();
    await ended;
  };
}

/** A command for Redis. @param {...string} words */
export const redisCommand = (...words) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

/**
 * @param {string} method
 * @param {string} path
 * @param {{ token?: string, body?: string }} [options]
 */
export function httpRequest(method, path, { token, body = '' } = {}) {
  const head = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Content-Type: application/json'];
  if (token) head.push(`Authorization: Bearer ${token}`);
  return `${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** @param {string} path @param {string} [token] */
export function webSocketUpgrade(path, token) {
  const head = [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade'];
  head.push('Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`);
  if (token) head.push(`Authorization: Bearer ${token}`);
  return `${head.join('\r\n')}\r\n\r\n`;
}

/** A text frame as a client sends it (RFC 6455), shorter than 126 bytes; masked with zeros. @param {string} text */
export function webSocketFrame(text) {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new RangeError('a frame of more than 125 bytes');
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
