// A whole coordinator for a test: real Redis, API, relay and nginx with the shipped configuration, in a folder and on a
// port of its own. It ends with the test file. A program that died, or a sanitizer's report, fails the file.
//
//   const stack = await startStack();
//   const viewer = await stack.user('viewer');
//   const answer = await viewer.get('/api/dashboard/metrics');

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Client } from './client.js';
import { EventStream } from './events.js';
import { Program, removeAtExit } from './program.js';
import { Reporter } from './reporter.js';
import { DashboardSocket } from './socket.js';
import { waitFor } from './wait.js';

export { Client, DashboardSocket, EventStream, Program, Reporter, waitFor };

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Where the programs under test are: build, or build/sanitize with P2PDASH_BIN. */
export const BIN = resolve(ROOT, process.env.P2PDASH_BIN ?? 'build');

const run = promisify(execFile);

/** @typedef {'redis' | 'api' | 'relay' | 'nginx'} Part */

/**
 * @typedef {object} StackOptions
 * @property {Part[]} [parts] what to start (default all)
 * @property {number} [workers] processes of the pool (8)
 * @property {number} [waitWorkers] processes of the pool for calls that wait (16)
 * @property {Record<string, string>} [env] settings of the programs and variables of nginx's templates
 * @property {string} [ca] the authority to trust, as PEM, where env asks for TLS
 */

/**
 * A free port. It is below 32768, since the kernel takes higher ones for outgoing connections, which might get the port
 * before the test listens on it.
 * @returns {Promise<number>}
 */
export async function freePort() {
  const port = 10_000 + Math.floor(Math.random() * 20_000);
  const server = createServer();
  const free = await new Promise((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!free) return freePort();
  await new Promise((done) => server.close(done));
  return port;
}

/** A folder that is removed with the test process. Its path is short, since it is for unix sockets. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'p2pdash-'));
  removeAtExit(folder);
  return folder;
}

/** Starts a stack that ends with the test file. @param {StackOptions} [options] @returns {Promise<Stack>} */
export async function startStack(options = {}) {
  const stack = new Stack(options, await freePort());
  after(() => stack.stop());
  await stack.start();
  return stack;
}

export class Stack {
  /** @type {Reporter[]} */
  #reporters = [];
  #stopped = false;

  /** @param {StackOptions} options @param {number} port */
  constructor(options, port) {
    this.folder = temporaryFolder();
    this.port = port;
    const scheme = options.env?.P2PDASH_TLS_CERT ? 'https' : 'http';
    this.url = `${scheme}://127.0.0.1:${port}`;
    this.ca = options.ca;
    this.parts = options.parts ?? /** @type {Part[]} */ (['redis', 'api', 'relay', 'nginx']);
    this.env = {
      P2PDASH_ROOT: ROOT,
      P2PDASH_BIN: BIN,
      P2PDASH_STATE_DIR: this.folder,
      P2PDASH_PORT: String(port),
      P2PDASH_BIND: '127.0.0.1',
      P2PDASH_NGINX_USER: process.getuid?.() === 0 ? 'user root;' : '',
      P2PDASH_NGINX_WORKERS: '1',
      P2PDASH_WORKERS: String(options.workers ?? 8),
      P2PDASH_WAIT_WORKERS: String(options.waitWorkers ?? 16),
      ...options.env,
    };
    const program = (/** @type {Part} */ name) =>
      new Program(name, [join(ROOT, 'scripts/services', name)], {
        log: join(this.folder, 'log', `${name}.log`),
        env: this.env,
      });
    this.redis = program('redis');
    this.api = program('api');
    this.relay = program('relay');
    this.nginx = program('nginx');
  }

  /** A client that is not logged in. */
  get visitor() {
    return new Client(this.url, { ca: this.ca });
  }

  async start() {
    const prepared = spawnSync(join(ROOT, 'scripts/prepare-state.sh'), {
      env: { ...process.env, ...this.env },
      encoding: 'utf8',
    });
    if (prepared.status !== 0) throw new Error(`prepare-state.sh: ${prepared.stderr}`);
    for (const part of this.parts) this[part].start();
    await this.ready();
  }

  /** Waits until every part of this stack answers. */
  async ready() {
    const checks = {
      redis: async () => (await this.redisCommand('PING')) === 'PONG',
      api: async () => existsSync(join(this.folder, 'api.sock')) && existsSync(join(this.folder, 'api-wait.sock')),
      relay: async () => existsSync(join(this.folder, 'relay.sock')),
      nginx: async () => (await this.visitor.get('/')).status === 302,
    };
    for (const part of this.parts) await waitFor(checks[part], { what: `${part} to answer` });
    if (this.parts.includes('api') && this.parts.includes('nginx')) {
      await waitFor(async () => (await this.visitor.get('/health')).status === 200, { what: '/health to be ok' });
    }
  }

  /** Ends everything in order. Throws if a program had died, or did not end as it should. */
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    /** @type {unknown[]} */
    const faults = [];
    for (const program of [...this.#reporters.map((r) => r.daemon), this.nginx, this.relay, this.api, this.redis]) {
      try {
        await program.stop();
        program.assertHealthy();
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length === 0) return;
    // Not every version of node:test counts an exception in a hook as a failure. Every version counts the exit status.
    process.exitCode = 1;
    throw new AggregateError(faults, faults.map(String).join('; '));
  }

  /** Throws if a program has died, or if a sanitizer has reported an error. */
  assertHealthy() {
    for (const program of [this.redis, this.api, this.relay, this.nginx]) program.assertHealthy();
    for (const reporter of this.#reporters) reporter.daemon.assertHealthy();
  }

  /** Runs one command of Redis; gives its reply as redis-cli prints it. @param {...string} command */
  async redisCommand(...command) {
    const { stdout } = await run('redis-cli', ['-s', join(this.folder, 'redis.sock'), ...command], {
      maxBuffer: 64 << 20,
    });
    return stdout.replace(/\n$/, '');
  }

  /**
   * Runs the administrator's command, `p2pdash`.
   * @param {string[]} args
   * @param {{ input?: string }} [options] what it reads from standard input
   * @returns {Promise<string>} what it printed, without the last newline
   */
  async cli(args, { input = '' } = {}) {
    const promise = run(join(BIN, 'p2pdash'), args, {
      env: { ...process.env, P2PDASH_STATE_DIR: this.folder },
    });
    promise.child.stdin?.on('error', () => {}); // it may refuse its arguments and end before it reads
    promise.child.stdin?.end(input);
    return (await promise).stdout.replace(/\n$/, '');
  }

  /** Creates a user. @param {string} name @param {string} role @param {string} password */
  createUser(name, role, password) {
    return this.cli(['user', 'add', name, '--role', role], { input: `${password}\n` });
  }

  /** Creates a worker's token. @param {string} node @param {...string} options such as --ttl 60 */
  createToken(node, ...options) {
    return this.cli(['token', 'create', '--node', node, ...options]);
  }

  /** @type {Map<string, Promise<Client>>} */
  #users = new Map();

  /**
   * A client that is logged in with this role. The user is created at the first call.
   * @param {'viewer' | 'operator' | 'admin'} role
   * @returns {Promise<Client>}
   */
  user(role) {
    let user = this.#users.get(role);
    if (!user) {
      user = this.#newUser(`the-${role}`, role);
      this.#users.set(role, user);
    }
    return user;
  }

  /** @param {string} name @param {string} role */
  async #newUser(name, role) {
    const password = `${role} pass phrase 1`;
    await this.createUser(name, role, password);
    return this.logIn(name, password);
  }

  /** @param {string} username @param {string} password @returns {Promise<Client>} */
  async logIn(username, password) {
    const answer = await this.visitor.post('/auth/login', { username, password });
    if (answer.status !== 200) throw new Error(`login as ${username}: ${answer.status} ${answer.text}`);
    return this.visitor.as({ token: answer.json.access_token });
  }

  /** A client with a worker's token. @param {string} node */
  async worker(node) {
    return this.visitor.as({ token: await this.createToken(node) });
  }

  /**
   * Opens the dashboard's WebSocket.
   * @param {Client} client whose identity it has
   * @param {{ mode?: 'delta', headers?: Record<string, string> }} [options]
   */
  webSocket(client, { mode, headers } = {}) {
    const url = `${this.url.replace(/^http/, 'ws')}/ws/dashboard${mode ? `?mode=${mode}` : ''}`;
    return DashboardSocket.open(url, { ...client.identity(), ...headers }, { ca: this.ca });
  }

  /** Opens a worker's stream of commands. @param {Client} client whose identity it has */
  commands(client) {
    return EventStream.open(`${this.url}/api/reporter/commands`, client.identity());
  }

  /**
   * Prepares a worker with configuration and token. It is not started.
   * @param {string} node
   * @param {{ settings?: Record<string, string | number>, sections?: string, env?: NodeJS.ProcessEnv, wrapper?: string[] }} [options]
   */
  async reporter(node, options = {}) {
    const reporter = new Reporter({
      node,
      token: await this.createToken(node),
      coordinator: this.url,
      folder: join(this.folder, 'reporters', `${this.#reporters.length}-${node}`),
      program: join(BIN, 'p2pdash-reporter'),
      ...options,
    });
    this.#reporters.push(reporter);
    return reporter;
  }

  /** The same, and starts it and waits for its first report. @param {string} node @param {Parameters<Stack['reporter']>[1]} [options] */
  async startReporter(node, options) {
    const reporter = await this.reporter(node, options);
    reporter.daemon.start();
    const viewer = await this.user('viewer');
    await waitFor(
      async () => {
        const { json } = await viewer.get('/api/dashboard/metrics');
        const found = node === 'coordinator' ? json.coordinator : json.workers[node];
        return found?.status === 'online';
      },
      { what: `the first report of ${node}` },
    );
    return reporter;
  }
}
