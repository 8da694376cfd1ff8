// A machine for a reporter to measure (its `host_root`): a capture of a real one, whose load the test decides.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CAPTURE = fileURLToPath(new URL('../fixtures/proc/linux-6.18-vm', import.meta.url));

export class Host {
  /** @param {string} root the folder that becomes the machine's root */
  constructor(root) {
    cpSync(CAPTURE, root, { recursive: true });
    this.root = root;
  }

  /** Adds ten seconds in which all processors were busy. */
  work() {
    const file = join(this.root, 'proc/stat');
    // The reporter keeps the file open, so it is overwritten in one write of the same length.
    const busier = (/** @type {string} */ line) => line.replace(/\d+/, (user) => String(Number(user) + 1000));
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^cpu .*$/m, (line) => `cpu${busier(line.slice(3))}`), { flag: 'r+' });
  }
}
