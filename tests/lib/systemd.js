// A real systemd manager for a test, with units of its own. systemd.sh says how.

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Program, temporaryFolder, waitFor } from './stack.js';

const run = promisify(execFile);

/** Why it cannot run on this machine; undefined if it can. */
export const cannotRunSystemd =
  process.getuid?.() !== 0
    ? 'only root can give systemd a namespace of its own'
    : !/ cgroup2? /.test(readFileSync('/proc/mounts', 'utf8'))
      ? 'no control groups are mounted, and systemd cannot live without'
      : undefined;

/** Starts one that ends with the test file. @returns {Promise<Systemd>} */
export async function startSystemd() {
  const systemd = new Systemd(temporaryFolder());
  after(() => systemd.program.stop());
  systemd.program.start();
  await systemd.ready();
  return systemd;
}

export class Systemd {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
    this.units = join(folder, 'systemd/user');
    mkdirSync(this.units, { recursive: true });
    /** The environment of programs that shall use it as the system's manager. */
    this.env = { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${folder}/bus` };
    const script = fileURLToPath(new URL('systemd.sh', import.meta.url));
    this.program = new Program('systemd', [script, folder], { log: join(folder, 'log'), checked: false });
  }

  /** Waits until it has started its first units. */
  ready() {
    const running = async () => (await this.systemctl('show', '--property=SystemState', '--value')) === 'running';
    return waitFor(running, { what: 'systemd to run' });
  }

  /** @param {...string} args @returns {Promise<string>} what it prints; rejects unless it ends with 0 */
  async systemctl(...args) {
    const { stdout } = await run('systemctl', ['--user', '--no-pager', ...args], {
      env: {
        ...process.env,
        XDG_RUNTIME_DIR: this.folder,
        DBUS_SESSION_BUS_ADDRESS: `unix:path=${this.folder}/bus`,
        SYSTEMCTL_FORCE_BUS: '1', // its private socket cannot be used from outside of its namespace
      },
    });
    return stdout.trim();
  }

  /** Writes units and lets systemd read them. @param {Record<string, string>} units text by name */
  async define(units) {
    for (const [name, text] of Object.entries(units)) writeFileSync(join(this.units, name), text);
    await this.systemctl('daemon-reload');
  }
}
