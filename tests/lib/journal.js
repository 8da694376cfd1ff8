// A journal for a test, written by systemd's own tool from its export format.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { after } from 'node:test';

const WRITER = '/lib/systemd/systemd-journal-remote';

/** Each entry is one microsecond later than the one before. */
const FIRST_US = 1763375400000000;

/** @param {string | null} message null for an entry without one @param {number} number of the entry in the journal */
const entry = (message, number) =>
  [
    `__REALTIME_TIMESTAMP=${FIRST_US + number}`,
    `__MONOTONIC_TIMESTAMP=${1e6 + number}`,
    '_BOOT_ID=0123456789abcdef0123456789abcdef',
    '_MACHINE_ID=fedcba9876543210fedcba9876543210',
    ...(message === null ? [] : [`MESSAGE=${message}`]),
    'PRIORITY=6',
    'SYSLOG_IDENTIFIER=app',
    '',
    '',
  ].join('\n');

export class JournalWriter {
  #written = 0;

  /** Appends to a journal file, or makes it. @param {string} file @param {{ first?: number }} [options] number of its first entry */
  constructor(file, { first = 0 } = {}) {
    this.#written = first;
    this.writer = spawn(WRITER, [`--output=${file}`, '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
    this.ended = new Promise((resolve) => this.writer.once('exit', resolve));
    after(() => this.writer.kill('SIGKILL')); // it ignores every other signal while its input is open
  }

  /** @param {(string | null)[]} messages null: an entry without one */
  write(messages) {
    this.writer.stdin.write(messages.map((message) => entry(message, this.#written++)).join(''));
  }

  /** Writes all of it to the file. @returns {Promise<number>} the tool's exit status */
  end() {
    this.writer.stdin.end();
    return this.ended;
  }
}

/**
 * Brings a message into the state in which it is for a moment while the journal is written: its data object exists,
 * but does not count its entry yet. Returns a function that completes it. The format is described at
 * https://systemd.io/JOURNAL_FILE_FORMAT/ (data objects).
 * @param {string} file @param {string} message a short one
 */
export function unlink(file, message) {
  const bytes = readFileSync(file);
  const isCompact = (bytes.readUInt32LE(12) & 16) !== 0;
  const payload = bytes.indexOf(`MESSAGE=${message}`);
  assert.ok(payload > 0, `"${message}" is in ${file}`);
  const entries = payload - (isCompact ? 16 : 8);
  assert.equal(bytes.readBigUInt64LE(entries), 1n);
  /** @param {bigint} count */
  const write = (count) => {
    const journal = openSync(file, 'r+');
    writeSync(journal, new BigUint64Array([count]), 0, 8, entries);
    closeSync(journal);
  };
  write(0n);
  return () => write(1n);
}
