// A machine for a reporter to measure (its `host_root`): a capture of a real one, whose load is the test's to decide.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CAPTURE = fileURLToPath(new URL('../fixtures/proc/linux-6.18-vm', import.meta.url));

export class Host {
  /** @param {string} root where it is laid out */
  constructor(root) {
    cpSync(CAPTURE, root, { recursive: true });
    this.root = root;
  }

  /** Ten seconds in which its processors did nothing but work. */
  work() {
    const file = join(this.root, 'proc/stat');
    // In one write of the same length: the reporter holds the file open.
    const busier = (/** @type {string} */ line) => line.replace(/\d+/, (user) => String(Number(user) + 1000));
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^cpu .*$/m, (line) => `cpu${busier(line.slice(3))}`), { flag: 'r+' });
  }
}
