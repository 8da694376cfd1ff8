// A worker played by the test itself: it reports, listens for commands, and answers them as the test says. For things
// that the real reporter does not do: staying silent, answering twice, answering for others.

import { report } from './report.js';

/** @typedef {{ id: string, type: string, expires_in_ms: number, service_name?: string, action?: string, method?: string, params?: any }} Command */

export class FakeWorker {
  /** @type {Command[]} */
  commands = [];
  /** @type {(command: Command) => object | null} gives the result to send, or null for none */
  answer = (command) => ({ success: true, message: `${command.action ?? command.method} done`, status: 'running' });

  /** @param {import('./stack.js').Stack} stack @param {string} node @param {import('./client.js').Client} client */
  constructor(stack, node, client) {
    this.stack = stack;
    this.node = node;
    this.client = client;
  }

  /**
   * Starts one: it reports once, and then listens for commands, unless its mode is cron.
   * @param {import('./stack.js').Stack} stack
   * @param {string} node
   * @param {Record<string, unknown>} [changes] to its report
   */
  static async start(stack, node, changes = {}) {
    const worker = new FakeWorker(stack, node, await stack.worker(node));
    await worker.report(changes);
    if (changes.mode !== 'cron') await worker.listen();
    return worker;
  }

  /** @param {Record<string, unknown>} [changes] @returns {Promise<any>} the answer */
  async report(changes = {}) {
    const answer = await this.client.post('/api/reporter/report', report(this.node, changes));
    if (answer.status !== 200) throw new Error(`report of ${this.node}: ${answer.status} ${answer.text}`);
    for (const command of answer.json.commands) this.take(command);
    return answer.json;
  }

  async listen() {
    const { status, text, stream } = await this.stack.commands(this.client);
    if (!stream) throw new Error(`stream of ${this.node}: ${status} ${text}`);
    this.stream = stream;
    this.#follow(stream);
  }

  /** Answers commands until the stream ends. @param {import('./events.js').EventStream} stream */
  async #follow(stream) {
    while (!stream.ended) {
      const command = await stream.next({ deadline: 1000 }).catch(() => null);
      if (command) this.take(command);
    }
  }

  /** @param {Command} command */
  take(command) {
    this.commands.push(command);
    const result = this.answer(command);
    if (result) this.send(command.id, result).catch(() => {}); // the test that waits for it fails
  }

  /** @param {string} id @param {object} result */
  send(id, result) {
    return this.client.post('/api/reporter/result', { command_id: id, ...result });
  }

  close() {
    this.stream?.close();
  }
}
