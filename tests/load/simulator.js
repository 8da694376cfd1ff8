// Simulated workers that speak the worker channel: as many as one likes, each with its own token, its own slowly
// moving numbers, services that obey, certificates, and log lines at a given rate.

import http from 'node:http';
import { randomUUID } from 'node:crypto';

import { Client } from '../lib/client.js';
import { EventStream } from '../lib/events.js';

const TICK_MS = 100;
const CONNECTIONS = 8;
const BEAT_S = 15; // as a daemon does between its reports
const LEVELS = ['DEBUG', 'INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'WARNING', 'WARNING', 'ERROR'];
const MESSAGES = [
  'request completed in 12 ms',
  'connection from 10.0.0.7 accepted',
  'cache miss for key session:1881',
  'retrying upstream after 503',
  'checkpoint complete: wrote 1881 buffers',
  'certificate reloaded',
];
const SERVICES = [
  ['nginx', 'systemd', 'Web server'],
  ['postgresql', 'systemd', 'Database'],
  ['worker-api', 'docker', 'Application'],
];

/** @typedef {{ id: string, type: string, service_name?: string, action?: string, method?: string, params?: any }} Command */

/**
 * @typedef {object} SimulatorOptions
 * @property {string} url of the coordinator
 * @property {(node: string) => Promise<string>} tokenOf a worker's token
 * @property {number} workers how many
 * @property {number} [interval] seconds between a worker's reports (30)
 * @property {number} [spread] seconds over which the first reports are spread (the interval)
 * @property {number} [lines] log lines a second, of all workers together (0)
 * @property {boolean} [streams] whether each holds a command stream (false)
 * @property {string} [prefix] of the node ids (`sim`)
 */

/** A number that wanders between bounds. */
class Walk {
  /** @param {number} value @param {number} step */
  constructor(value, step) {
    this.value = value;
    this.step = step;
  }

  next() {
    this.value = Math.max(1, Math.min(99, this.value + (Math.random() - 0.5) * this.step));
    return Math.round(this.value * 100) / 100;
  }
}

export class SimulatedWorker {
  #cpu = new Walk(10 + Math.random() * 50, 10);
  #memory = new Walk(20 + Math.random() * 50, 2);
  #disk = new Walk(20 + Math.random() * 50, 0.1);
  #sent = Math.floor(Math.random() * 1e9);
  #received = Math.floor(Math.random() * 1e9);
  #started = Date.now();

  /** @param {string} node @param {Client} client */
  constructor(node, client) {
    this.node = node;
    this.client = client;
    this.services = new Map(
      SERVICES.map(([name, driver, description]) => [name, { driver, description, status: 'running' }]),
    );
  }

  metrics() {
    const memory = this.#memory.next();
    const disk = this.#disk.next();
    this.#sent += Math.floor(Math.random() * 1e7);
    this.#received += Math.floor(Math.random() * 1e7);
    const total = 16 * 2 ** 30;
    return {
      cpu_percent: this.#cpu.next(),
      cpu_count: 8,
      memory: {
        percent: memory,
        total,
        used: Math.floor((total * memory) / 100),
        available: Math.floor((total * (100 - memory)) / 100),
      },
      disk: {
        percent: disk,
        total: total * 10,
        used: Math.floor((total * disk) / 10),
        free: Math.floor((total * (100 - disk)) / 10),
      },
      memory_usage_mb: 4.2,
      load_average: [this.#cpu.value / 12.5, this.#cpu.value / 15, this.#cpu.value / 20].map(
        (load) => Math.round(load * 100) / 100,
      ),
      disk_io: { read_bytes: this.#sent, write_bytes: this.#received, read_count: 1000, write_count: 2000 },
      network_io: { bytes_sent: this.#sent, bytes_recv: this.#received, packets_sent: 1000, packets_recv: 2000 },
      process_count: 211,
      timestamp: new Date().toISOString(),
    };
  }

  /** @param {number} interval */
  report(interval) {
    const uptime = Math.floor((Date.now() - this.#started) / 1000);
    return {
      worker_id: this.node,
      mode: 'daemon',
      interval,
      metrics: this.metrics(),
      services: Object.fromEntries(
        [...this.services].map(([name, service]) => [
          name,
          {
            ...service,
            installed: true,
            uptime: service.status === 'running' ? uptime : 0,
            actions: ['start', 'stop', 'restart'],
          },
        ]),
      ),
    };
  }

  /** @param {number} count */
  entries(count) {
    return Array.from({ length: count }, () => ({
      timestamp: new Date().toISOString(),
      level: pick(LEVELS),
      logger_name: `Service.${pick(SERVICES)[0]}`,
      message: pick(MESSAGES),
      module: 'simulator',
      funcName: 'entries',
      lineno: 1,
    }));
  }

  /** Does what a command says, and tells the result. @param {Command} command @param {import('node:http').Agent} agent */
  async obey({ id, type, service_name = '', action }, agent) {
    const service = this.services.get(service_name);
    if (service) service.status = action === 'stop' ? 'stopped' : 'running';
    const success = type !== 'service' || service !== undefined;
    const body = success
      ? { command_id: id, success, message: 'done', status: service?.status }
      : { command_id: id, success, error: `no service ${service_name}`, code: 'unknown_service' };
    await this.client.post('/api/reporter/result', body, { agent });
  }
}

export class Simulator {
  /** @type {SimulatedWorker[]} */
  workers = [];
  reports = 0;
  lines = 0;
  failures = 0;
  #agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  /** @type {EventStream[]} */
  #streams = [];
  /** @type {Set<NodeJS.Timeout>} */
  #timers = new Set();
  #running = false;

  /** @param {SimulatorOptions} options */
  constructor(options) {
    this.options = { interval: 30, lines: 0, streams: false, prefix: 'sim', ...options };
    this.spread = options.spread ?? this.options.interval;
  }

  /** Resolves when every worker has reported once. */
  async start() {
    const { workers, url, tokenOf, prefix, streams, interval, lines } = this.options;
    this.#running = true;
    const names = Array.from({ length: workers }, (_, index) => `${prefix}-${String(index + 1).padStart(4, '0')}`);
    const queue = [...names];
    const makeSome = async () => {
      for (let name = queue.shift(); name; name = queue.shift()) {
        this.workers.push(new SimulatedWorker(name, new Client(url, { token: await tokenOf(name) })));
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, makeSome));
    this.workers.sort((a, b) => a.node.localeCompare(b.node));
    if (streams) for (const worker of this.workers) await this.#listen(worker);
    await Promise.all(
      this.workers.map(async (worker, index) => {
        await this.#pause((this.spread * 1000 * index) / workers);
        await this.report(worker);
        this.#every(interval * 1000, () => this.report(worker));
        if (interval > BEAT_S) this.#every(BEAT_S * 1000, () => this.#post(worker, '/api/reporter/beat', ''));
      }),
    );
    if (lines > 0) this.#write(lines);
  }

  /** @param {SimulatedWorker} worker */
  async report(worker) {
    const answer = await this.#post(worker, '/api/reporter/report', worker.report(this.options.interval));
    if (!answer) return;
    this.reports += 1;
    for (const command of answer.commands ?? []) await worker.obey(command, this.#agent);
  }

  /** Sends lines of one worker as one batch. @param {SimulatedWorker} worker @param {object[]} entries */
  async log(worker, entries) {
    const answer = await this.#post(worker, '/api/reporter/logs', {
      node_id: worker.node,
      batch: randomUUID(),
      logs: entries,
    });
    if (answer) this.lines += answer.added;
  }

  stop() {
    this.#running = false;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const stream of this.#streams) stream.close();
    this.#agent.destroy();
  }

  /** @param {SimulatedWorker} worker @param {string} path @param {object} body */
  async #post(worker, path, body) {
    try {
      const answer = await worker.client.post(path, body, { agent: this.#agent });
      if (answer.status < 300) return answer.json;
      throw new Error(`${path}: ${answer.status} ${answer.text}`);
    } catch (error) {
      // What fails because it was stopped is no failure.
      if (this.#running) {
        this.failures += 1;
        this.lastFailure = error;
      }
      return null;
    }
  }

  /** As many lines a second as asked for, whatever the timer does. @param {number} rate */
  #write(rate) {
    const began = Date.now();
    let sent = 0;
    this.#every(TICK_MS, () => {
      const due = Math.floor(((Date.now() - began) / 1000) * rate) - sent;
      sent += due;
      const worker = pick(this.workers);
      if (due > 0) this.log(worker, worker.entries(Math.min(due, 1000)));
    });
  }

  /** @param {SimulatedWorker} worker */
  async #listen(worker) {
    const { stream, status, text } = await EventStream.open(
      `${this.options.url}/api/reporter/commands`,
      worker.client.identity(),
    );
    if (!stream) throw new Error(`${worker.node} has no command stream: ${status} ${text}`);
    this.#streams.push(stream);
    const obeyAll = async () => {
      while (this.#running && !stream.ended) {
        const command = await stream.next({ deadline: 2 ** 31 - 1 });
        await worker.obey(command, this.#agent);
        await this.report(worker);
      }
    };
    obeyAll().catch(() => {});
  }

  /** @param {number} ms @param {() => unknown} work */
  #every(ms, work) {
    if (!this.#running) return;
    const timer = setInterval(work, ms);
    this.#timers.add(timer);
  }

  /** @param {number} ms */
  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve(undefined);
      }, ms);
      this.#timers.add(timer);
    });
  }
}

/** @template T @param {T[]} list @returns {T} */
function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}

/**
 * Makes workers' tokens as an administrator does.
 * @param {Client} admin
 * @returns {(node: string) => Promise<string>}
 */
export function tokensFrom(admin) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS, timeout: 30_000 });
  return async (node) => {
    const answer = await admin.post('/api/admin/tokens', { node_id: node, ttl: 86_400 }, { agent });
    if (answer.status !== 201) throw new Error(`a token for ${node}: ${answer.status} ${answer.text}`);
    return answer.json.token;
  };
}
