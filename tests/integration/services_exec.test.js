// Services that are scripts, from the API: what comes back when they work, fail, hang, talk too much, or leave children.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';

import { startStack, waitFor } from '../lib/stack.js';

const stack = await startStack();
const operator = await stack.user('operator');
const folder = join(stack.folder, 'scripts');
mkdirSync(folder);

/** What each service's `start` does. @type {Record<string, string>} */
const STARTS = {
  works: 'touch works.up',
  fails: 'echo starting; echo "port 80 is in use" >&2; exit 7',
  hangs: 'echo $$ >hangs.pid; echo "waiting for the disk" >&2; (sleep 1000; :) & sleep 1000',
  talks: 'head -c 5000000 /dev/zero | tr "\\0" x; head -c 5000000 /dev/zero | tr "\\0" y >&2; echo >&2; echo "the last words" >&2; exit 1',
  forks: 'touch forks.up; sleep 1000 & echo $! >forks.pid',
  dies: 'kill -KILL $$',
  writes: '(i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); echo "$i a line to whoever reads the output"; echo $i >writes.count; done) & echo $! >writes.pid',
};

/** @param {string} name @param {string} body */
function script(name, body) {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\ncd ${folder}\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** @param {string} name of a file of a script's */
const pidIn = (name) => Number(readFileSync(join(folder, name), 'utf8'));

/** @param {number} pid negative: a process group */
function isThere(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const sections = Object.entries(STARTS).map(
  ([name, body]) => `[service ${name}]
driver = exec
description = It ${name}
start  = ${script(`${name}.start`, body)}
stop   = ${script(`${name}.stop`, `rm -f ${name}.up`)}
status = ${script(`${name}.status`, `[ -e ${name}.broken ] && exit 1; [ -e ${name}.up ] || exit 3`)}
actions = start,stop,restart
timeout = ${name === 'hangs' ? 3 : 25}
`,
);
sections.push(`[service watched]\ndriver = exec\nstatus = ${join(folder, 'works.status')}\nactions =\n`);
const reporter = await stack.startReporter('scripted', { sections: sections.join('\n') });

/** @returns {Promise<Record<string, any>>} */
const services = async () => (await operator.get('/api/dashboard/services')).json.services.scripted ?? {};

/** @param {string} name @param {string} action */
const control = (name, action) =>
  operator.post('/api/dashboard/control-service', { worker_id: 'scripted', service_name: name, action });

/** @param {string} name @param {string} status */
const becomes = (name, status) =>
  waitFor(async () => (await services())[name]?.status === status, { what: `${name} to be seen as ${status}` });

await waitFor(async () => Object.keys(await services()).length === 8, { what: 'the services' });
await waitFor(async () => (await control('works', 'stop')).json?.success, { what: 'the first command' });

test('a_script_that_works_is_done_and_its_service_runs', async () => {
  const { status, json } = await control('works', 'start');
  assert.equal(status, 200);
  assert.equal(json.success, true, JSON.stringify(json));
  assert.equal(json.message, 'start done');
  await becomes('works', 'running');
  assert.equal((await services()).works.description, 'It works');
  assert.equal((await control('works', 'restart')).json.success, true);
  assert.equal((await control('works', 'stop')).json.success, true);
  await becomes('works', 'stopped');
});

test('a_failure_is_told_with_exit_status_and_last_words', async () => {
  const { status, json } = await control('fails', 'start');
  assert.equal(status, 200);
  assert.equal(json.success, false);
  assert.equal(json.error, 'start failed with exit status 7: port 80 is in use');
});

test('a_script_that_hangs_is_killed_with_what_it_started', async () => {
  const { json } = await control('hangs', 'start');
  assert.equal(json.success, false);
  assert.equal(json.error, 'start did not finish within 3 s and was killed: waiting for the disk');
  await waitFor(() => !isThere(-pidIn('hangs.pid')), { what: 'its process group to be gone' });
});

test('of_megabytes_of_output_the_end_is_told', async () => {
  const { json } = await control('talks', 'start');
  assert.match(json.error, /^start failed with exit status 1: (.*\n)?the last words$/);
});

test('a_child_left_behind_is_not_waited_for', async () => {
  after(() => process.kill(pidIn('forks.pid')));
  const { json } = await control('forks', 'start');
  assert.equal(json.success, true, JSON.stringify(json)); // its time would be up long before that of its child
  assert.ok(isThere(pidIn('forks.pid')));
  await becomes('forks', 'running');
});

test('a_script_that_is_killed_is_told_by_which_signal', async () => {
  assert.equal((await control('dies', 'start')).json.error, 'start was ended by signal 9 (Killed)');
});

test('what_is_not_listed_or_not_allowed_is_refused', async () => {
  assert.equal((await control('watched', 'start')).status, 403);
  assert.equal((await control('sshd', 'stop')).status, 404);
});

test('a_service_that_breaks_is_seen_without_being_asked', async () => {
  writeFileSync(join(folder, 'works.broken'), '');
  await becomes('works', 'error');
});

test('what_was_started_goes_on_writing_when_the_reporter_has_ended', async () => {
  const written = () => Number(readFileSync(join(folder, 'writes.count'), 'utf8'));
  assert.equal((await control('writes', 'start')).json.success, true);
  after(() => process.kill(pidIn('writes.pid')));
  await reporter.daemon.stop();
  const then = written();
  // More than a pipe holds, so somebody reads it.
  await waitFor(() => written() > then + 5000, { what: 'the lines of the service' });
  assert.ok(isThere(pidIn('writes.pid')));
});
