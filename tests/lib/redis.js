// One connection to Redis that speaks its protocol (RESP2): commands in, replies out, in order.

import { createConnection } from 'node:net';

export class RedisClient {
  /** @type {{ resolve: (value: any) => void, reject: (error: Error) => void }[]} */
  #waiting = [];
  #buffer = Buffer.alloc(0);

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.socket = socket;
    socket.on('data', (data) => this.#take(data));
    socket.on('error', () => {}); // 'close' says so
    socket.once('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('the connection to Redis is closed'));
    });
  }

  /** @param {string} path of the unix socket @returns {Promise<RedisClient>} */
  static open(path) {
    return new Promise((resolve, reject) => {
      const socket = createConnection(path, () => resolve(new RedisClient(socket)));
      socket.once('error', reject);
    });
  }

  /** Runs a command. @param {...(string | number)} words @returns {Promise<any>} its reply; rejects with an error of Redis */
  command(...words) {
    const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.socket.write(`*${words.length}\r\n${parts.join('')}`);
    });
  }

  /** Runs commands as one transaction (MULTI, EXEC), as the API does. @param {(string | number)[][]} commands @returns {Promise<any[]>} */
  async transaction(commands) {
    const replies = [['MULTI'], ...commands, ['EXEC']].map((command) => this.command(...command));
    return (await Promise.all(replies)).at(-1);
  }

  close() {
    this.socket.destroy();
  }

  /** @param {Buffer} data */
  #take(data) {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (let reply; (reply = parse(this.#buffer, 0)); ) {
      this.#buffer = this.#buffer.subarray(reply.end);
      const waiting = this.#waiting.shift();
      if (reply.value instanceof Error) waiting?.reject(reply.value);
      else waiting?.resolve(reply.value);
    }
  }
}

/**
 * Parses the reply that begins at `at`. Nothing if it has not come whole.
 * @param {Buffer} buffer
 * @param {number} at
 * @returns {{ value: any, end: number } | undefined}
 */
function parse(buffer, at) {
  const line = buffer.indexOf('\r\n', at);
  if (line < 0) return undefined;
  const text = buffer.toString('utf8', at + 1, line);
  const kind = String.fromCharCode(buffer[at]);
  if (kind === '+') return { value: text, end: line + 2 };
  if (kind === '-') return { value: new Error(text), end: line + 2 };
  if (kind === ':') return { value: Number(text), end: line + 2 };
  const count = Number(text);
  if (count < 0) return { value: null, end: line + 2 };
  if (kind === '$') {
    const end = line + 2 + count;
    return end + 2 > buffer.length ? undefined : { value: buffer.toString('utf8', line + 2, end), end: end + 2 };
  }
  const value = [];
  let end = line + 2;
  for (let i = 0; i < count; i++) {
    const element = parse(buffer, end);
    if (!element) return undefined;
    value.push(element.value);
    end = element.end;
  }
  return { value, end };
}
