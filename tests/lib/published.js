// All log entries that the coordinator publishes, by node and in order. These are more than it keeps.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after } from 'node:test';

export class Published {
  /** @type {Map<string, any[]>} */
  #entries = new Map();

  /** Follows the channel from now on. @param {{ folder: string }} stack */
  static async follow(stack) {
    const published = new Published();
    const subscriber = spawn('redis-cli', ['-s', join(stack.folder, 'redis.sock'), 'SUBSCRIBE', 'p2pdash:logs']);
    after(() => subscriber.kill());
    let rest = '';
    subscriber.stdout.setEncoding('utf8').on('data', (piece) => {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((text) => text.startsWith('{'))) published.#take(JSON.parse(line));
    });
    await new Promise((resolve) => subscriber.stdout.once('data', resolve));
    return published;
  }

  /** @param {any} entry */
  #take(entry) {
    if (!this.#entries.has(entry.node_id)) this.#entries.set(entry.node_id, []);
    this.#entries.get(entry.node_id)?.push(entry);
  }

  /** @param {string} node */
  entries(node) {
    return this.#entries.get(node) ?? [];
  }

  /** @param {string} node @returns {string[]} */
  messages(node) {
    return this.entries(node).map((entry) => entry.message);
  }
}
