// A client of /ws/dashboard that keeps every message in order, so that a test can wait for the next one it wants.

import WebSocket from 'ws';

import { waitFor } from './wait.js';

export class DashboardSocket {
  /** All messages that have come, parsed. @type {any[]} */
  messages = [];
  /** The index of the first message that `next` has not read. */
  #read = 0;

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    /** @type {Promise<{ code: number, reason: string }>} */
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('message', (data) => this.messages.push(JSON.parse(data.toString())));
    socket.on('error', () => {}); // `closed` says so
  }

  /**
   * Resolves once the connection is open; a refused upgrade rejects with an Error that has `status` and `text`.
   * @param {string} url
   * @param {Record<string, string>} [headers]
   * @param {import('ws').ClientOptions} [options]
   * @returns {Promise<DashboardSocket>}
   */
  static open(url, headers = {}, options = {}) {
    const socket = new WebSocket(url, { headers, ...options });
    const client = new DashboardSocket(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
      socket.once('unexpected-response', (request, response) => {
        /** @type {Buffer[]} */
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          reject(Object.assign(new Error(`refused: ${response.statusCode}`), { status: response.statusCode, text }));
          request.destroy();
        });
      });
    });
  }

  /** @param {unknown} message a string is sent as it is, anything else as JSON */
  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /**
   * The next message of this type (or that the function accepts); those before it are passed over.
   * @param {string | ((message: any) => boolean)} wanted
   * @param {{ deadline?: number }} [options]
   * @returns {Promise<any>}
   */
  next(wanted, { deadline } = {}) {
    const matches = typeof wanted === 'function' ? wanted : (/** @type {any} */ m) => m.type === wanted;
    return waitFor(
      () => {
        while (this.#read < this.messages.length) {
          const message = this.messages[this.#read++];
          if (matches(message)) return message;
        }
        if (this.socket.readyState === WebSocket.CLOSED) throw new Error('the connection is closed');
        return undefined;
      },
      { what: `a WebSocket message (${typeof wanted === 'string' ? wanted : 'as asked for'})`, deadline },
    );
  }

  close() {
    this.socket.close();
    return this.closed;
  }
}
