// Where the reporter's own messages go to the journal, so does what a service writes that a program has left behind: while
// the reporter lives, and after its end.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';

import { cannotRunJournald, startJournald } from '../lib/journald.js';
import { startStack, waitFor } from '../lib/stack.js';

const options = { skip: cannotRunJournald };

test('what_a_service_left_behind_writes_is_in_the_journal', options, async () => {
  const stack = await startStack();
  const journald = await startJournald();
  const operator = await stack.user('operator');
  const at = (/** @type {string} */ name) => join(stack.folder, name);
  /** @param {string} name @param {string} body */
  const script = (name, body) => {
    writeFileSync(at(name), `#!/bin/sh\ncd ${stack.folder}\n${body}\n`);
    chmodSync(at(name), 0o755);
    return at(name);
  };
  const speaks = '(until [ -e ended ]; do sleep 0.1; done; echo first; until [ -e gone ]; do sleep 0.1; done; echo second >&2; touch survived) & echo $! >pid; echo third';
  const sections = `[service legacy]
driver = exec
start = ${script('legacy', speaks)}
status = ${script('status', 'test -e pid || exit 3')}
actions = start
`;
  const reporter = await stack.startReporter('scripted', { sections, wrapper: journald.wrapper('p2pdash-reporter') });
  const start = () => operator.post('/api/dashboard/control-service', { worker_id: 'scripted', service_name: 'legacy', action: 'start' });
  /** @param {string} message */
  const isWritten = (message) =>
    waitFor(async () => (await journald.messages('legacy')).includes(message), { what: `"${message}" in the journal` });

  await waitFor(async () => (await start()).json?.success, { what: 'the command' });
  after(() => existsSync(at('survived')) || process.kill(Number(readFileSync(at('pid'), 'utf8'))));
  writeFileSync(at('ended'), '');
  await isWritten('first');
  await reporter.daemon.stop();
  writeFileSync(at('gone'), '');
  await isWritten('second');
  await waitFor(() => existsSync(at('survived')), { what: 'the service to have survived its own output' });
  // What the program itself wrote explains a failure; it is nothing to keep.
  assert.deepEqual(await journald.messages('legacy'), ['first', 'second']);
});
