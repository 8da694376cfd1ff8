// A real journald for a test, apart from this machine's own if there is one; see journald.sh.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Program, temporaryFolder, waitFor } from './stack.js';

const run = promisify(execFile);

/** Why there can be none here; undefined if there can. */
export const cannotRunJournald = process.getuid?.() !== 0 ? 'only root can give journald a namespace of its own' : undefined;

/** @param {string} [namespace] the journal namespace it serves @returns {Promise<Journald>} it ends with the test file */
export async function startJournald(namespace) {
  const journald = new Journald(namespace);
  after(() => journald.program.stop());
  journald.program.start();
  await waitFor(() => existsSync(`/proc/${journald.program.pid}/root${journald.sockets}/stdout`), { what: 'journald to listen' });
  return journald;
}

export class Journald {
  /** @param {string} [namespace] */
  constructor(namespace) {
    const script = fileURLToPath(new URL('journald.sh', import.meta.url));
    this.sockets = `/run/systemd/journal${namespace ? `.${namespace}` : ''}`;
    this.program = new Program('journald', [script, ...(namespace ? [namespace] : [])], { log: join(temporaryFolder(), 'log'), checked: false });
  }

  get #inside() {
    return ['nsenter', '--mount', `--target=${this.program.pid}`];
  }

  /** The command that runs a program as systemd runs a unit: its messages go to the journal. @param {string} identifier */
  wrapper(identifier) {
    return [...this.#inside, 'systemd-cat', `--identifier=${identifier}`];
  }

  /** The command that only enters. */
  get entrance() {
    return this.#inside;
  }

  /** Writes a message as a program does that knows only syslog. @param {string} identifier @param {string} message */
  async log(identifier, message) {
    const [command, ...args] = [...this.#inside, 'logger', `--socket=${this.sockets}/dev-log`, `--tag=${identifier}`, message];
    await run(command, args);
  }

  /** @param {string} identifier @returns {Promise<string[]>} the messages under it, oldest first */
  async messages(identifier) {
    const journalctl = ['journalctl', '--directory=/run/log/journal', '--quiet', '--output=cat', `--identifier=${identifier}`];
    const [command, ...args] = [...this.#inside, ...journalctl];
    const { stdout } = await run(command, args, { maxBuffer: 64 << 20 });
    return stdout.split('\n').slice(0, -1);
  }
}
