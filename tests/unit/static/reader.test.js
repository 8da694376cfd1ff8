// Goal: what is read is at last as new as the newest change, in whichever order changes, reads and answers come.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Reader } from '../../../static/js/reader.js';
import { waitFor } from '../../lib/wait.js';

/** A thing on a server, whose answers come when the test says so. */
class Thing {
  /** @param {{pauseMs?: number}} [how] */
  constructor({ pauseMs = 0 } = {}) {
    this.state = 'running';
    this.revision = 'R1';
    /** What the page shows. */
    this.shown = '';
    /** @type {{answer: () => void, fail: () => void}[]} */
    this.waiting = [];
    this.reads = 0;
    this.abort = new AbortController();
    this.reader = new Reader({
      read: () => this.#read(),
      mark: () => this.revision,
      onfail: () => this.failures++,
      signal: this.abort.signal,
      pauseMs,
      retryMs: 0,
    });
    this.failures = 0;
  }

  /** @returns {Promise<void>} */
  #read() {
    this.reads++;
    const { state } = this; // as the server saw it when it answered
    return new Promise((resolve, reject) => {
      const answer = () => {
        this.shown = state;
        resolve();
      };
      this.waiting.push({ answer, fail: () => reject(new Error('lost')) });
    });
  }

  /** It changes, and the page hears of it. @param {string} state @param {string} revision */
  change(state, revision) {
    this.state = state;
    this.revision = revision;
    this.reader.changed();
  }

  /** Gives the oldest answer, and lets the reader take it. */
  async answer() {
    assert.ok(this.waiting.length <= 1, 'never are two reads under way');
    this.waiting.shift()?.answer();
    await new Promise(setImmediate);
  }
}

test('it_is_read_once_and_again_only_when_it_has_changed', async () => {
  const thing = new Thing();
  thing.reader.changed();
  await thing.answer();
  thing.reader.changed();
  assert.equal(thing.reads, 1);
  thing.change('stopped', 'R2');
  await thing.answer();
  assert.deepEqual([thing.reads, thing.shown], [2, 'stopped']);
});

test('a_change_and_a_change_back_while_a_read_waits_are_both_followed', async () => {
  const thing = new Thing({ pauseMs: 1 });
  thing.reader.changed();
  await thing.answer();
  thing.change('stopped', 'R2'); // a read is asked for, and waits
  await waitFor(() => thing.waiting.length === 1, { what: 'the read of the change' });
  thing.change('running', 'R1'); // it has read "stopped" already
  await thing.answer();
  assert.equal(thing.shown, 'stopped');
  await waitFor(() => thing.waiting.length === 1, { what: 'the read of the change back' });
  await thing.answer();
  assert.equal(thing.shown, 'running');
});

test('a_change_back_before_the_waiting_read_begins_costs_no_second_read', async () => {
  const thing = new Thing({ pauseMs: 1 });
  thing.reader.changed();
  await thing.answer();
  thing.change('stopped', 'R2');
  thing.change('running', 'R1');
  await waitFor(() => thing.waiting.length === 1, { what: 'the read' });
  await thing.answer();
  assert.deepEqual([thing.reads, thing.shown], [2, 'running']);
});

test('what_changes_while_a_read_is_under_way_is_read_after_it', async () => {
  const thing = new Thing();
  thing.reader.again();
  thing.state = 'stopped';
  thing.reader.again(); // a command has ended
  thing.reader.again();
  assert.equal(thing.reads, 1);
  await thing.answer();
  assert.equal(thing.shown, 'running');
  await thing.answer();
  assert.deepEqual([thing.reads, thing.shown], [2, 'stopped']);
  await thing.answer();
  assert.equal(thing.reads, 2);
});

test('a_command_does_not_wait_for_the_pause', async () => {
  const thing = new Thing({ pauseMs: 1_000_000 });
  thing.reader.changed();
  await thing.answer();
  thing.change('stopped', 'R2');
  assert.equal(thing.reads, 1);
  thing.reader.again();
  assert.equal(thing.reads, 2);
  thing.abort.abort();
});

test('a_failure_is_told_and_it_is_read_again', async () => {
  const thing = new Thing();
  thing.reader.changed();
  thing.waiting.shift()?.fail();
  await new Promise(setImmediate);
  assert.deepEqual([thing.failures, thing.reads], [1, 2]);
  await thing.answer();
  assert.equal(thing.shown, 'running');
});

test('nothing_is_read_after_the_end', async () => {
  const thing = new Thing();
  thing.reader.again();
  thing.change('stopped', 'R2');
  thing.abort.abort();
  await thing.answer();
  thing.change('running', 'R3');
  thing.reader.again();
  assert.equal(thing.reads, 1);
});
