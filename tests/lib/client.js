// An HTTP client that sends exactly what it is told: raw paths, any header, broken bodies.

import http from 'node:http';
import https from 'node:https';
import { gunzipSync } from 'node:zlib';

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {http.IncomingHttpHeaders} headers
 * @property {Buffer} body as it came
 * @property {string} text
 * @property {any} json undefined if it is not JSON
 */

/**
 * @typedef {object} RequestOptions
 * @property {Record<string, string>} [headers]
 * @property {unknown} [body] an object is sent as JSON, a string or a Buffer as it is
 * @property {http.Agent | https.Agent} [agent]
 * @property {string} [ca] to trust, as PEM
 */

export class Client {
  /**
   * @param {string} origin such as http://127.0.0.1:8080
   * @param {{ token?: string, cookie?: string, ca?: string, socketPath?: string }} [identity]
   */
  constructor(origin, { token, cookie, ca, socketPath } = {}) {
    this.origin = origin;
    this.token = token;
    this.cookie = cookie;
    this.ca = ca;
    this.socketPath = socketPath;
  }

  /** A client of the same coordinator with another identity. @param {{ token?: string, cookie?: string }} [identity] */
  as(identity = {}) {
    return new Client(this.origin, { ca: this.ca, socketPath: this.socketPath, ...identity });
  }

  /** The headers of our identity. A cookie comes with an Origin, as a browser sends it. */
  identity() {
    /** @type {Record<string, string>} */
    const headers = {};
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (this.cookie) {
      headers.cookie = this.cookie;
      headers.origin = this.origin;
    }
    return headers;
  }

  /**
   * Sends a request. Resolves with any answer, whatever its status.
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} [options]
   * @returns {Promise<Answer>}
   */
  request(method, path, { headers = {}, body, agent } = {}) {
    const { protocol, hostname: host, port } = new URL(this.origin);
    const hostname = host.replace(/^\[|\]$/g, ''); // a URL's IPv6 address has brackets, a socket's has none
    const plain = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
    const payload = plain ? /** @type {string | Buffer | undefined} */ (body) : JSON.stringify(body);
    const all = {
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) }),
      ...this.identity(),
      ...headers,
    };
    const module = protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const request = module.request(
        { method, hostname, port, path, headers: all, agent: agent ?? false, ca: this.ca, socketPath: this.socketPath },
        (response) => {
          response.once('error', reject);
          collect(response).then((raw) => resolve(answerOf(response, raw)), reject);
        },
      );
      // A server may refuse a body before it has read all of it, and close. Then its answer counts, not the broken pipe.
      request.once('error', (error) => setImmediate(() => reject(error)));
      request.end(payload);
    });
  }

  /** @param {string} path @param {RequestOptions} [options] */
  get(path, options) {
    return this.request('GET', path, options);
  }

  /** @param {string} path @param {unknown} [body] @param {RequestOptions} [options] */
  post(path, body, options) {
    return this.request('POST', path, { ...options, body });
  }

  /** One call of POST /rpc. @param {string} method @param {unknown} [params] */
  async rpc(method, params) {
    return (await this.post('/rpc', { jsonrpc: '2.0', id: 1, method, params })).json;
  }
}

/** @param {http.IncomingMessage} response */
async function collect(response) {
  const parts = [];
  for await (const part of response) parts.push(part);
  return Buffer.concat(parts);
}

/**
 * @param {http.IncomingMessage} response
 * @param {Buffer} body
 * @returns {Answer}
 */
function answerOf(response, body) {
  const text = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
  let json;
  if (/^application\/json/.test(response.headers['content-type'] ?? '')) {
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body, text, json };
}
