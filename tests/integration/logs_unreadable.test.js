// A log file that the worker may not read: told once, and followed from its first line on when it may.

import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { startStack, waitFor } from '../lib/stack.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const viewer = await stack.user('viewer');

/** Root without the right to pass over permissions is anybody. */
const wrapper = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

test('a_file_without_permission_is_told_once_and_followed_when_it_may_be_read', async () => {
  const folder = join(stack.folder, 'logs');
  mkdirSync(folder);
  const file = join(folder, 'app.log');
  writeFileSync(file, 'line 0\n');
  chmodSync(file, 0o000);
  const reporter = await stack.reporter('modest', {
    sections: `[log app]\nsource = file\npath = ${file}\nformat = plain\n`,
    wrapper,
  });
  const told = () => reporter.daemon.log().match(/cannot follow .*error="Permission denied"/g) ?? [];
  const messages = async () =>
    (await viewer.get('/api/logs?node_id=modest')).json.logs.map((/** @type {any} */ entry) => entry.message).reverse();
  reporter.daemon.start();
  await waitFor(() => told().length > 0, { what: 'the complaint' });
  assert.match(told().join(), new RegExp(`path=${file} `));
  appendFileSync(file, 'line 1\n');
  chmodSync(file, 0o200); // every change of its names is a look at the file
  writeFileSync(join(folder, 'app.log.new'), '');
  assert.equal((await reporter.ctl('report-now')).status, 0);
  chmodSync(file, 0o600);
  await waitFor(async () => (await messages()).length >= 2, { what: 'the lines' });
  appendFileSync(file, 'line 2\n');
  await waitFor(async () => (await messages()).length >= 3, { what: 'the line that came later' });
  assert.deepEqual(await messages(), ['line 0', 'line 1', 'line 2']);
  assert.equal(told().length, 1, reporter.daemon.log());
  assert.match(reporter.daemon.log(), /can be followed now log=app/);
});
