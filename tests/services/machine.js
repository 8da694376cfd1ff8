// A booted Debian system in a container, for tests: systemd as its first process, its bus and its journal in reach.

import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Program, temporaryFolder, waitFor } from '../lib/stack.js';

const run = promisify(execFile);

/** The two ends of a machine's cable, if it has one: ours and its own. */
export const CABLE = { ours: '198.18.77.1', its: '198.18.77.2' };

/**
 * @param {string[]} [packages]
 * @param {{cable?: boolean}} [options] cable: it can be reached, and reaches us, by the addresses of CABLE
 * @returns {Promise<Machine>} it is powered off with the test file
 */
export async function bootMachine(packages = [], { cable = false } = {}) {
  const machine = new Machine(temporaryFolder(), packages, cable);
  after(() => machine.program.stop());
  await machine.boot();
  return machine;
}

export class Machine {
  /** @param {string} folder @param {string[]} packages that it has @param {boolean} cable */
  constructor(folder, packages, cable) {
    this.cable = cable;
    this.tree = join(folder, 'tree');
    execFileSync(fileURLToPath(new URL('tree.sh', import.meta.url)), [this.tree, ...packages], { stdio: ['ignore', 'ignore', 'inherit'] });
    const network = cable ? '--network-veth' : '--private-network';
    const boot = ['--boot', network, '--register=no', '--keep-unit', '--console=pipe', '--quiet'];
    this.program = new Program('machine', ['systemd-nspawn', '-D', this.tree, '--machine=node1', ...boot], {
      log: join(folder, 'log'),
      checked: false,
    });
  }

  /** Switches it on. */
  async boot() {
    this.program.start();
    if (this.cable) await this.#plugIn();
    await waitFor(async () => ['running', 'degraded'].includes(await this.state()), { what: 'the machine to boot' });
  }

  // From outside, so that the machine needs no program for it.
  async #plugIn() {
    const itsNetwork = async (/** @type {string[]} */ ...ip) => run('nsenter', ['--net', '--target', this.init, 'ip', ...ip]);
    await waitFor(() => itsNetwork('link', 'set', 'host0', 'up'), { what: 'the machine to have its cable' });
    await itsNetwork('address', 'add', `${CABLE.its}/30`, 'dev', 'host0');
    await run('ip', ['address', 'add', `${CABLE.ours}/30`, 'dev', 've-node1']);
    await run('ip', ['link', 'set', 've-node1', 'up']);
  }

  /** Its first process, as we see it. */
  get init() {
    return readFileSync(`/proc/${this.program.pid}/task/${this.program.pid}/children`, 'utf8').trim().split(' ')[0];
  }

  /** For programs outside that are to take its bus for the system's. */
  get env() {
    return { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=/proc/${this.init}/root/run/dbus/system_bus_socket` };
  }

  /** The folder of its journal. */
  get journal() {
    const folder = join(this.tree, 'var/log/journal');
    return join(folder, readdirSync(folder)[0]);
  }

  /** Runs a command inside, which knows nothing of our settings. @param {...string} command @returns {Promise<string>} what it prints */
  async run(...command) {
    const { PATH } = process.env;
    return (await run('nsenter', ['--all', '--target', this.init, ...command], { env: { PATH } })).stdout.trim();
  }

  /** systemd's word for it. */
  state() {
    return this.run('systemctl', 'is-system-running').catch((error) => error.stdout?.trim() ?? '');
  }

  /** Writes units and lets systemd read them. @param {Record<string, string>} units text by name */
  async define(units) {
    for (const [name, text] of Object.entries(units)) writeFileSync(join(this.tree, 'etc/systemd/system', name), text);
    await this.run('systemctl', 'daemon-reload');
  }
}
