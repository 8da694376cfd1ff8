// The relay alone on a real Redis. This module stores and publishes what the API would (docs/architecture/redis.md), so that a
// test decides what happens and when.
//
//   const rig = await startRelay();
//   const socket = await rig.socket();
//   await rig.report('worker-001', { cpu_percent: 12.5 });

import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';

import { EventStream } from './events.js';
import { RedisClient } from './redis.js';
import { DashboardSocket } from './socket.js';
import { freePort, Stack } from './stack.js';
import { waitFor } from './wait.js';

const PREFIX = 'p2pdash:';

/** @param {unknown} value */
const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** @param {number} [ms] */
export const iso = (ms = Date.now()) => new Date(ms).toISOString();

/** Starts a relay on a Redis of its own; both end with the test file. @param {import('./stack.js').StackOptions} [options] */
export async function startRelay(options = {}) {
  const rig = new RelayRig(new Stack({ parts: ['redis', 'relay'], ...options }, await freePort()));
  after(() => rig.stop());
  await rig.start();
  return rig;
}

/** A token as the API makes it. @param {string} folder of the stack, which holds the secret @param {Record<string, unknown>} claims */
export function sign(folder, claims) {
  const text = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`;
  const secret = readFileSync(join(folder, 'jwt-secret'), 'utf8').trimEnd();
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export class RelayRig {
  /** @type {RedisClient} */
  // @ts-ignore set by start
  redis;
  #seq = 0;

  /** @param {Stack} stack */
  constructor(stack) {
    this.stack = stack;
    this.relay = stack.relay;
    this.path = join(stack.folder, 'relay.sock');
  }

  async start() {
    await this.stack.start();
    await this.connect();
    await this.redis.command('HSET', `${PREFIX}users`, 'alice', JSON.stringify({ role: 'viewer', generation: 1 }));
    await this.redis.command('PUBLISH', `${PREFIX}revoked`, 'user alice 1');
    await this.loaded();
  }

  /** Connects us to Redis again after it was away. */
  async connect() {
    this.redis = await waitFor(() => RedisClient.open(join(this.stack.folder, 'redis.sock')), { what: 'Redis' });
  }

  /** Waits until the relay has loaded the data of Redis this many times since its start. @param {number} [times] */
  loaded(times = 1) {
    return waitFor(() => this.relay.log().split('sync: loaded').length - 1 >= times, { what: 'the relay to load' });
  }

  async stop() {
    this.redis?.close();
    await this.stack.stop();
  }

  // --- clients of the relay ---

  /** A token. @param {Record<string, unknown>} [claims] that differ from those of the viewer alice */
  token(claims = {}) {
    const now = Math.floor(Date.now() / 1000);
    const all = { sub: 'alice', jti: randomBytes(16).toString('hex'), role: 'viewer', gen: 1, iat: now, exp: now + 600 };
    return sign(this.stack.folder, { ...all, ...claims });
  }

  /** A worker's token. As the API does, this stores its id in Redis. @param {string} node @param {Record<string, unknown>} [claims] */
  async workerToken(node, claims = {}) {
    const jti = randomBytes(16).toString('hex');
    await this.redis.command('HSET', `${PREFIX}tokens`, jti, JSON.stringify({ node, created_at: 0, expires_at: 0 }));
    await this.publish('revoked', `worker ${jti}`);
    return this.token({ sub: node, role: 'worker', gen: 0, jti, ...claims });
  }

  /**
   * A browser. `headers` replace the viewer's token.
   * @param {{ query?: string, headers?: Record<string, string>, path?: string }} [options]
   */
  socket({ query = '', headers, path = '/ws/dashboard' } = {}) {
    const identity = headers ?? { authorization: `Bearer ${this.token()}` };
    return DashboardSocket.open(`ws+unix:${this.path}:${path}${query}`, identity);
  }

  /** A browser's socket in the delta protocol. */
  delta() {
    return this.socket({ query: '?mode=delta' });
  }

  /**
   * A worker's stream.
   * @param {string} node
   * @param {Record<string, string>} [headers] in place of its token
   * @param {Record<string, unknown>} [claims] of its token
   */
  async commands(node, headers, claims) {
    const open = (/** @type {Record<string, string>} */ identity) =>
      EventStream.open('http://relay/api/reporter/commands', identity, { socketPath: this.path });
    if (headers) return open(headers);
    const own = { authorization: `Bearer ${await this.workerToken(node, claims)}` };
    // Redis answers a publisher before it has told all subscribers. If the relay does not know the token yet, the worker
    // connects again.
    return waitFor(
      async () => {
        const answer = await open(own);
        return answer.status !== 401 && answer;
      },
      { what: 'the relay to know the token' },
    );
  }

  // --- events in Redis ---

  /** @param {string} node @param {string} what */
  key(node, what) {
    return `${PREFIX}{${node}}:${what}`;
  }

  /** @param {string} channel @param {string} payload @returns {Promise<number>} how many got it */
  publish(channel, payload) {
    return this.redis.command('PUBLISH', PREFIX + channel, payload);
  }

  /**
   * A worker's report as the API stores and publishes it.
   * @param {string} node
   * @param {{ at?: number, fresh_ms?: number, offline?: boolean, cpu_percent?: number, certificates?: object[], publish?: boolean,
   *   services?: number, store?: boolean }} [options]
   */
  async report(node, options = {}) {
    const { at = Date.now(), fresh_ms = 55_000, offline = false, cpu_percent = 1, certificates, services = 1 } = options;
    const timestamp = iso(at);
    const fresh_until = iso(at + fresh_ms);
    const state = JSON.stringify({
      status: offline ? 'offline' : 'online',
      fresh_until,
      services_total: services,
      services_running: services,
      node_id: node,
      timestamp,
      mode: 'daemon',
      current_interval: 30,
      metrics: { cpu_percent, timestamp },
      services: {},
    });
    const summary = JSON.stringify({ timestamp, mode: 'daemon', current_interval: 30, fresh_until, cpu_percent });
    const point = JSON.stringify({ timestamp, cpu_percent, memory_percent: 40, disk_percent: 70 });
    const lines = [node, state, point, summary, ...(certificates ? [JSON.stringify(certificates)] : [])];
    const stored = [
      ['SET', this.key(node, 'state'), state],
      ['SET', this.key(node, 'summary'), summary],
      ['LPUSH', this.key(node, 'history'), point],
      ['LTRIM', this.key(node, 'history'), 0, 99],
      ['ZADD', `${PREFIX}nodes`, at, node],
      ['HINCRBY', `${PREFIX}stats`, 'total_updates', 1],
      ...(certificates ? [['SET', this.key(node, 'certificates'), JSON.stringify(certificates)]] : []),
    ];
    const published = [['PUBLISH', `${PREFIX}metrics`, lines.join('\n')]];
    await this.redis.transaction([
      ...(options.store === false ? [] : stored),
      ...(options.publish === false ? [] : published),
    ]);
    return { state: JSON.parse(state), summary: JSON.parse(summary), point: JSON.parse(point) };
  }

  /**
   * Log lines of a node, stored and published. Each is a message, or an entry's members.
   * @param {string} node
   * @param {(string | Record<string, unknown>)[]} lines
   * @param {{ publish?: boolean }} [options]
   */
  async log(node, lines, { publish = true } = {}) {
    const entries = lines.map((line) => ({
      timestamp: iso(),
      node_id: node,
      level: 'INFO',
      logger_name: 'Service.app',
      message: '',
      module: 'app',
      funcName: 'main',
      lineno: 1,
      ...(typeof line === 'string' ? { message: line } : line),
      seq: ++this.#seq,
    }));
    const texts = entries.map((entry) => JSON.stringify(entry));
    await this.redis.transaction([
      ['SET', `${PREFIX}log_seq`, this.#seq],
      ['LPUSH', this.key(node, 'logs'), ...texts],
      ['LTRIM', this.key(node, 'logs'), 0, 999],
      ['ZADD', `${PREFIX}log_sources:nodes`, Date.now(), node],
      ...entries.map((entry) => ['ZADD', `${PREFIX}log_sources:loggers`, Date.now(), entry.logger_name]),
      ...(publish ? [['PUBLISH', `${PREFIX}logs`, [node, ...texts].join('\n')]] : []),
    ]);
    return entries;
  }

  /** Begins to count again, as after Redis has lost its data. */
  restartSeq() {
    this.#seq = 0;
  }

  /**
   * A command for a worker: queued, then published.
   * @param {string} node
   * @param {{ id?: string, expires_in?: number }} [options] ms
   */
  async command(node, { id = randomBytes(16).toString('hex'), expires_in = 30_000 } = {}) {
    const stored = `${Date.now() + expires_in} ${JSON.stringify({ id, type: 'service', service_name: 'nginx', action: 'restart' })}`;
    await this.redis.command('RPUSH', this.key(node, 'commands'), stored);
    return { id, receivers: await this.publish(`commands:${node}`, stored) };
  }

  /** Waits until the relay has this many connections. @param {number} count */
  relayHolds(count) {
    // In the kernel's list the listening socket and the accepted ones have the path; the accepted are in state 03.
    const line = new RegExp(`^.* 03 +\\d+ ${this.path}$`, 'gm');
    return waitFor(() => (readFileSync('/proc/net/unix', 'utf8').match(line)?.length ?? 0) === count, {
      what: `the relay to hold ${count} connections`,
    });
  }

  /** Waits until the relay follows the worker's channel. @param {string} node @param {number} [count] */
  connected(node, count = 1) {
    return waitFor(
      async () => (await this.redis.command('PUBSUB', 'NUMSUB', `${PREFIX}commands:${node}`))[1] === count,
      { what: `${count} stream of ${node}` },
    );
  }
}
