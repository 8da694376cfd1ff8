// Writes lines into a file at a steady rate, and checks in a browser's socket that each arrives once and in order.

import { appendFileSync } from 'node:fs';

import { pause } from '../../lib/wait.js';

const TICK_MS = 10;

/** The line with this number, as an application would write it. @param {number} number */
const line = (number) => `${new Date().toISOString()} INFO app: line=${number} handled a request in 12 ms\n`;

/**
 * Appends `perSecond` lines a second for some seconds. A tick that comes late also writes the lines it has missed.
 * @param {string} path
 * @param {{ perSecond: number, seconds: number }} rate
 * @returns {Promise<number>} how many
 */
export async function writeLines(path, { perSecond, seconds }) {
  const total = perSecond * seconds;
  const began = performance.now();
  for (let written = 0; written < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) / 1000) * perSecond));
    let text = '';
    for (; written < due; written++) text += line(written);
    if (text) appendFileSync(path, text);
    await pause(TICK_MS);
  }
  return total;
}

/** What a browser has seen of the lines. */
export class Witness {
  received = 0;
  outOfOrder = 0;
  lagged = 0;
  #next = 0;

  /** @param {import('../../lib/stack.js').DashboardSocket} browser */
  constructor(browser) {
    browser.socket.removeAllListeners('message');
    browser.socket.on('message', (/** @type {Buffer} */ data) => this.#take(JSON.parse(data.toString())));
  }

  /** @param {any} message */
  #take(message) {
    if (message.type === 'lagged') this.lagged += message.dropped;
    if (message.type !== 'new_logs') return;
    for (const { message: text } of message.logs) {
      const number = Number(/line=(\d+)/.exec(text)?.[1]);
      if (number !== this.#next) this.outOfOrder++;
      this.#next = number + 1;
      this.received++;
    }
  }
}
