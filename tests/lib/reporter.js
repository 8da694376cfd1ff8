// A worker for a test: its folder, configuration, token and program.

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Program } from './program.js';

const run = promisify(execFile);

/**
 * @typedef {object} ReporterOptions
 * @property {string} node
 * @property {string} token
 * @property {string} coordinator its URL
 * @property {string} folder for all its files; made here
 * @property {string} program path of p2pdash-reporter
 * @property {Record<string, string | number>} [settings] of the [reporter] section, added to the usual ones or replacing them
 * @property {string} [sections] further sections of the configuration, as text
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string[]} [wrapper] a command that runs the program, for instance to take rights from it
 */

/** @typedef {{ status: number, stdout: string, stderr: string }} Outcome */

export class Reporter {
  /** @param {ReporterOptions} options */
  constructor(options) {
    this.node = options.node;
    this.folder = options.folder;
    this.program = options.program;
    this.env = { ...process.env, ...options.env };
    this.configFile = join(options.folder, 'reporter.conf');
    this.controlSocket = join(options.folder, 'reporter.sock');
    mkdirSync(join(options.folder, 'state'), { recursive: true });
    const tokenFile = join(options.folder, 'token');
    writeFileSync(tokenFile, `${options.token}\n`, { mode: 0o600 });
    /** @type {Record<string, string | number>} */
    this.settings = {
      coordinator: options.coordinator,
      node_id: options.node,
      token_file: tokenFile,
      state_dir: join(options.folder, 'state'),
      control_socket: this.controlSocket,
      min_interval: 300, // so that a test sees only reports that have another cause than the time
      ...options.settings,
    };
    this.configure(options.sections ?? '');
    this.daemon = new Program(`reporter ${options.node}`, [...(options.wrapper ?? []), this.program, '--config', this.configFile], {
      log: join(options.folder, 'reporter.log'),
      env: options.env,
    });
  }

  /** Writes the configuration again, with these further sections. @param {string} sections */
  configure(sections) {
    const lines = Object.entries(this.settings).map(([name, value]) => `${name} = ${value}`);
    writeFileSync(this.configFile, `[reporter]\n${lines.join('\n')}\n\n${sections}\n`);
  }

  /**
   * Runs the program to its end; a failure is an outcome, not an exception.
   * @param {...string} args after --config FILE
   * @returns {Promise<Outcome>}
   */
  async run(...args) {
    try {
      const { stdout, stderr } = await run(this.program, ['--config', this.configFile, ...args], {
        env: this.env,
        maxBuffer: 64 << 20,
      });
      return { status: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = /** @type {any} */ (error);
      return { status: typeof code === 'number' ? code : -1, stdout: stdout ?? '', stderr: stderr ?? String(error) };
    }
  }

  /** Runs it once, as cron does. */
  once() {
    return this.run('--once');
  }

  /** The report that it would send. @returns {Promise<any>} */
  async print() {
    const { status, stdout, stderr } = await this.run('--print');
    if (status !== 0) throw new Error(`--print ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** Sends a command to the running daemon. @param {...string} args */
  ctl(...args) {
    return this.run('ctl', ...args);
  }
}
