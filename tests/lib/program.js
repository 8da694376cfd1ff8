// A program under test: its process, its log, and whether it should be running. However the test ends, the process ends
// with it. If the test fails, the log is printed.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { after } from 'node:test';

import { waitFor } from './wait.js';

const SANITIZER_REPORT = /ERROR: (Address|Leak|Thread|Memory)Sanitizer|: runtime error: |SUMMARY: \w+Sanitizer/;

/** @type {Set<Program>} */
const programs = new Set();

/** @type {Set<string>} */
const folders = new Set();

/** Removes a folder when the test process ends. @param {string} path */
export function removeAtExit(path) {
  folders.add(path);
}

/**
 * @typedef {object} ProgramOptions
 * @property {string} log file that takes what it prints; appended to
 * @property {NodeJS.ProcessEnv} [env] added to ours
 * @property {string} [cwd]
 * @property {boolean} [checked] whether it must end with status 0 when it is stopped (default true)
 */

export class Program {
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;
  /** @type {Promise<number | string> | null} */
  #ended = null;
  /** Whether it should be running: set by start(), cleared by kill() and stop(). */
  #wanted = false;

  /**
   * @param {string} name
   * @param {string[]} command
   * @param {ProgramOptions} options
   */
  constructor(name, command, options) {
    this.name = name;
    this.command = command;
    this.options = options;
    programs.add(this);
  }

  get pid() {
    return this.#child?.pid;
  }

  get alive() {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Everything it has printed so far, also before a restart. */
  log() {
    try {
      return readFileSync(this.options.log, 'utf8');
    } catch {
      return '';
    }
  }

  start() {
    if (this.alive) throw new Error(`${this.name} is running already`);
    const log = openSync(this.options.log, 'a');
    // If this process is killed, the kernel sends the program this signal.
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...this.command], {
      cwd: this.options.cwd,
      env: { ...process.env, ...this.options.env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#child = child;
    this.#wanted = true;
    this.#ended = new Promise((resolve, reject) => {
      child.once('exit', (code, signal) => resolve(signal ?? code ?? -1));
      child.once('error', reject);
    });
    return this;
  }

  /** Waits for its end: its exit status, or the name of the signal that ended it. */
  ended() {
    if (!this.#ended) throw new Error(`${this.name} was never started`);
    return this.#ended;
  }

  /** Sends a signal that does not end it. @param {NodeJS.Signals} signal such as SIGHUP */
  signal(signal) {
    this.#child?.kill(signal);
  }

  /**
   * Ends it on purpose and waits until it is gone.
   * @param {NodeJS.Signals} [signal]
   * @returns {Promise<number | string>} as `ended`
   */
  async kill(signal = 'SIGKILL') {
    this.#wanted = false;
    this.#child?.kill(signal);
    return this.ended();
  }

  /** Ends it as a supervisor would. Throws unless it ends within the deadline and with status 0. */
  async stop() {
    if (!this.#wanted && !this.alive) return;
    const pid = this.pid;
    if (!this.alive) throw new Error(`${this.name} (${pid}) died: ${await this.ended()}`);
    this.#wanted = false;
    this.#child?.kill('SIGTERM');
    try {
      await waitFor(() => !this.alive, { what: `${this.name} to end after SIGTERM` });
    } catch (error) {
      this.#child?.kill('SIGKILL');
      throw error;
    }
    const status = await this.ended();
    if (this.options.checked !== false && status !== 0) throw new Error(`${this.name} ended with ${status}`);
  }

  async restart() {
    await this.stop();
    return this.start();
  }

  /** Throws if it should be running and is not, or if a sanitizer has reported an error. */
  assertHealthy() {
    if (this.#wanted && !this.alive) throw new Error(`${this.name} died`);
    const report = SANITIZER_REPORT.exec(this.log());
    if (report) throw new Error(`${this.name}: a sanitizer reported: ${report[0]}`);
  }

  /** Ends it without waiting, when there is no time left. */
  abandon() {
    if (this.alive) this.#child?.kill('SIGTERM');
  }
}

// A program that a failed test left running would keep this process alive for ever. Benchmarks have no such hooks.
if (process.env.NODE_TEST_CONTEXT) {
  after(() => {
    setTimeout(() => programs.forEach((program) => program.abandon()), 120_000).unref();
  });
}

// Nothing can be awaited in this handler: end the programs that still run, show the logs after a failure, clean up.
process.on('exit', (code) => {
  for (const program of programs) program.abandon();
  const logs = code === 0 ? '' : [...programs].map(told).join('');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  writeAll(logs);
});

/** The last part of a program's log, under its name. @param {Program} program */
function told(program) {
  const log = program.log();
  return log && `--- ${program.name} (${basename(program.options.log)})\n${log.slice(-20_000)}\n`;
}

/** Writes to standard error, which may be a pipe that is full for a while (EAGAIN). @param {string} text */
function writeAll(text) {
  const bytes = Buffer.from(text);
  const end = Date.now() + 30_000;
  for (let at = 0; at < bytes.length && Date.now() < end; ) {
    try {
      at += writeSync(2, bytes, at);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EAGAIN') return;
    }
  }
}

for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => process.exit(1));
}
