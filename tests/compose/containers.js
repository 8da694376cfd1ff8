// A stack of containers under test: its compose project, its containers as the engine sees them, and its front door.
// Whatever happens to the test, `down -v` takes the project away; when the test fails, the logs are printed.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { promisify } from 'node:util';

import { Client } from '../lib/client.js';
import { DashboardSocket } from '../lib/socket.js';
import { freePort, ROOT } from '../lib/stack.js';
import { waitFor } from '../lib/wait.js';

const run = promisify(execFile);

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
async function output(program, args, env = {}) {
  const { stdout } = await run(program, args, { env: { ...process.env, ...env }, maxBuffer: 64 << 20 });
  return stdout;
}

/** @param {string[]} args */
export const docker = (...args) => output('docker', args);

/**
 * Brings a stack up, with the demo's workers, and takes it away when the test file ends.
 * @param {string} name of the compose project, its own for each test file
 * @param {string[]} [options] of `up`
 */
export async function startContainers(name, options = []) {
  const stack = new Containers(`p2pdash-${name}`, await freePort());
  after(() => stack.down());
  await stack.up(options);
  return stack;
}

export class Containers {
  #failures = 0;

  /** @param {string} project @param {number} port */
  constructor(project, port) {
    this.project = project;
    this.url = `http://127.0.0.1:${port}`;
    this.env = { COMPOSE_PROJECT_NAME: project, P2PDASH_BIND: '127.0.0.1', P2PDASH_PORT: String(port) };
  }

  /** Runs compose in the folder docker/ as a user would. @param {string[]} args */
  compose(...args) {
    const [program, ...words] = (process.env.P2PDASH_COMPOSE ?? 'docker-compose').split(' ');
    return output(program, [...words, '-f', join(ROOT, 'docker/compose.yaml'), '--profile', 'demo', ...args], this.env);
  }

  /** @param {string[]} options */
  async up(options = []) {
    await this.compose('up', '-d', ...options);
  }

  /** One of the things this stack is to show, in order. @param {string} name @param {() => Promise<void>} body */
  step(name, body) {
    return test(name, async () => {
      this.#failures++;
      await body();
      this.#failures--;
    });
  }

  async down() {
    if (this.#failures > 0) console.error(await this.compose('logs', '--tail', '40').catch(String));
    await this.compose('down', '-v', '-t', '5');
  }

  /**
   * The project's containers as `docker inspect` shows them.
   * @param {string} [service]
   * @returns {Promise<any[]>}
   */
  async containers(service) {
    const ids = await docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${this.project}`,
      ...(service ? ['--filter', `label=com.docker.compose.service=${service}`] : []));
    return ids.trim() ? JSON.parse(await docker('inspect', ...ids.trim().split('\n'))) : [];
  }

  /** Waits until every container is healthy, or has done its one task. @param {number} deadline in ms */
  healthy(deadline) {
    return waitFor(
      async () => {
        const waiting = (await this.containers()).filter((container) => !isWell(container));
        if (waiting.length > 0) throw new Error(waiting.map((c) => `${c.Name} ${stateOf(c)}`).join(', '));
        return true;
      },
      { what: 'all containers to be healthy', deadline },
    );
  }

  /** Runs a command in a service's first container. @param {string} service @param {string[]} command */
  async inside(service, ...command) {
    return docker('exec', (await this.containers(service))[0].Id, ...command);
  }

  /** The administrator, logged in as the documentation says. */
  async admin() {
    const password = (await this.inside('api', 'cat', '/var/lib/p2pdash/secrets/admin-password')).trim();
    const visitor = new Client(this.url);
    const answer = await visitor.post('/auth/login', { username: 'admin', password });
    if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.text}`);
    return Object.assign(visitor.as({ token: answer.json.access_token }), { password });
  }

  /** @param {Client} client @param {string} [query] */
  socket(client, query = '') {
    return DashboardSocket.open(`${this.url.replace('http', 'ws')}/ws/dashboard${query}`, client.identity());
  }
}

/** @param {any} container */
export const serviceOf = (container) => container.Config.Labels['com.docker.compose.service'];

/** @param {any} container */
export const stateOf = ({ State }) => State.Health?.Status ?? `${State.Status} ${State.ExitCode}`;

/** @param {any} container */
const isWell = (container) => ['healthy', 'exited 0'].includes(stateOf(container));
