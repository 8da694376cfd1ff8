// Python programs that log with the handler of reporter/contrib.

import { spawn } from 'node:child_process';
import { kill } from 'node:process';
import { after } from 'node:test';

import { ROOT } from './stack.js';
import { waitFor } from './wait.js';

/**
 * The text of a program that has a `handler` on this socket and a logger `log` that uses it.
 * @param {string} socket @param {string} program @param {string} [settings] of the handler, beside its path
 */
export const withHandler = (socket, program, settings = '') => `import logging, logging.handlers, os, sys, threading, time
sys.path.insert(0, '${ROOT}/reporter/contrib')
from p2ploghandler import P2PLogHandler
handler = P2PLogHandler('${socket}'${settings && `, ${settings}`})
log = logging.getLogger('Service.python')
log.setLevel(logging.DEBUG)
log.addHandler(handler)
${program}`;

/** A program that reads lines from the test and prints lines for it. */
export class Python {
  #said = '';

  /** @param {string} program */
  constructor(program) {
    // It gets a process group of its own, so that the processes it forks end with it.
    this.process = spawn('python3', ['-u', '-c', program], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    this.process.stdout.setEncoding('utf8').on('data', (piece) => (this.#said += piece));
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    after(() => this.#end());
  }

  #end() {
    try {
      kill(-(/** @type {number} */ (this.process.pid)), 'SIGKILL');
    } catch {
      // All of them have ended already.
    }
  }

  /** @param {string} line */
  tell(line) {
    this.process.stdin.write(`${line}\n`);
  }

  /** Waits until it has printed this line. @param {string} line */
  says(line) {
    return waitFor(() => this.#said.split('\n').includes(line), { what: `"${line}" from Python` });
  }
}
