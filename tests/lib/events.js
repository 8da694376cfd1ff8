// A client of an event stream (text/event-stream) that keeps events and comments in order.

import http from 'node:http';

import { waitFor } from './wait.js';

/** @typedef {{ event: string, data: string }} StreamEvent */

export class EventStream {
  /** @type {StreamEvent[]} */
  events = [];
  /** @type {string[]} */
  comments = [];
  ended = false;
  #read = 0;
  #buffer = '';

  /** @param {http.IncomingMessage} response */
  constructor(response) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text) => this.#take(text));
    response.once('close', () => (this.ended = true));
    response.on('error', () => {}); // `ended` says so
  }

  /**
   * Resolves with the stream, or with the refusal's status and text.
   * @param {string} url
   * @param {Record<string, string>} [headers]
   * @param {http.RequestOptions} [options]
   * @returns {Promise<{ status: number, text: string, stream?: EventStream }>}
   */
  static open(url, headers = {}, options = {}) {
    return new Promise((resolve, reject) => {
      const request = http.get(url, { headers, agent: false, ...options }, async (response) => {
        const status = response.statusCode ?? 0;
        if (status === 200) return resolve({ status, text: '', stream: new EventStream(response) });
        let text = '';
        for await (const part of response) text += part;
        return resolve({ status, text });
      });
      request.once('error', reject);
    });
  }

  /** @param {string} text */
  #take(text) {
    this.#buffer += text;
    const blocks = this.#buffer.split('\n\n');
    this.#buffer = blocks.pop() ?? '';
    for (const block of blocks) {
      /** @type {StreamEvent} */
      const event = { event: 'message', data: '' };
      let data = false;
      for (const line of block.split('\n')) {
        if (line.startsWith(':')) this.comments.push(line.slice(1).trim());
        else if (line.startsWith('event:')) event.event = line.slice(6).trim();
        else if (line.startsWith('data:')) {
          event.data += (data ? '\n' : '') + line.slice(5).replace(/^ /, '');
          data = true;
        }
      }
      if (data) this.events.push(event);
    }
  }

  /** The next event's data, parsed. @param {{ deadline?: number }} [options] @returns {Promise<any>} */
  async next({ deadline } = {}) {
    const event = await waitFor(() => this.events[this.#read], { what: 'an event in the stream', deadline });
    this.#read++;
    return JSON.parse(event.data);
  }

  close() {
    this.response.destroy();
  }
}
