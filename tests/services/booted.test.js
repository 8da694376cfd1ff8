// A booted system: its services from the API, its journal to the log, both as they really are.

import assert from 'node:assert/strict';
import test from 'node:test';

import { startStack, waitFor } from '../lib/stack.js';
import { settles } from '../lib/wait.js';
import { bootMachine } from './machine.js';

/** @param {string} lines */
const unit = (lines) => `[Service]\n${lines}\n`;

const stack = await startStack();
const operator = await stack.user('operator');
const machine = await bootMachine();

await machine.define({
  'web.service': `[Unit]\nStartLimitIntervalSec=0\n${unit('ExecStart=/bin/sleep 1000')}`,
  'broken.service': unit("Type=oneshot\nExecStart=/bin/sh -c 'echo port 80 is in use >&2; exit 7'"),
  'slow.service': unit('Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 20'),
});
const sections = [
  ...['web', 'broken', 'slow'].map(
    (name) => `[service ${name}]\ndriver = systemd\nunit = ${name}.service\nactions = start,stop,restart\n`,
  ),
  `[log journal]\nsource = journal\ndirectory = ${machine.journal}\n`,
].join('\n');
await stack.startReporter('booted', { sections, env: machine.env });

/** @returns {Promise<Record<string, any>>} */
const services = async () => (await operator.get('/api/dashboard/services')).json.services.booted ?? {};

/** @param {string} name @param {string} action @returns {Promise<any>} */
const control = async (name, action) =>
  (await operator.post('/api/dashboard/control-service', { worker_id: 'booted', service_name: name, action })).json;

/** @param {string} name @param {string} status */
const becomes = (name, status) =>
  waitFor(async () => (await services())[name]?.status === status, { what: `${name} to be seen as ${status}` });

/** The entry with these words, as the API has it. @param {string} words @returns {Promise<any>} */
const logged = (words) =>
  waitFor(
    async () => (await operator.get(`/api/logs?node_id=booted&q=${encodeURIComponent(words)}`)).json.logs.at(-1),
    { what: `the entry "${words}"` },
  );

await waitFor(async () => Object.keys(await services()).length === 3, { what: 'the services' });
await waitFor(async () => (await control('web', 'stop'))?.success, { what: 'the first command' });

test('a_unit_is_started_restarted_and_stopped', async () => {
  assert.equal((await control('web', 'start')).success, true);
  assert.equal(await machine.run('systemctl', 'is-active', 'web.service'), 'active');
  assert.equal((await control('web', 'restart')).success, true);
  assert.equal((await control('web', 'stop')).success, true);
  await becomes('web', 'stopped');
});

test('a_killed_process_is_seen_at_once', async () => {
  const liveAndDie = async () => {
    for (let life = 0; life < 5; life++) {
      await machine.run('systemctl', 'start', 'web.service');
      await becomes('web', 'running');
      const pid = Number(await machine.run('systemctl', 'show', '--value', '--property=MainPID', 'web.service'));
      await machine.run('sh', '-c', `kill -9 ${pid}`);
      await becomes('web', 'error');
    }
  };
  // By its own look, every 15 s, the reporter would need minutes for so many changes.
  await settles(liveAndDie(), { what: 'every change to be seen' });
});

test('a_unit_that_fails_to_start_tells_how_and_its_words_are_logged', async () => {
  assert.match((await control('broken', 'start')).error, /exit status 7/);
  assert.equal((await logged('port 80 is in use')).node_id, 'booted');
});

test('a_start_that_takes_twenty_seconds_is_waited_for', async () => {
  assert.equal((await control('slow', 'start')).success, true);
});

test('what_logger_writes_to_the_journal_arrives_with_all_fields', async () => {
  await machine.run('logger', '--priority', 'user.err', '--tag', 'backup', 'no space left on the journal test');
  const entry = await logged('no space left on the journal test');
  assert.equal(entry.level, 'ERROR');
  assert.equal(entry.logger_name, 'backup');
  assert.ok(Math.abs(Date.parse(entry.timestamp) - Date.now()) < 60_000);
});

test('fields_of_the_journal_are_mapped', async () => {
  const fields = ['MESSAGE=structured words', 'PRIORITY=4', 'LOGGER=Service.app', 'CODE_FILE=app.py', 'CODE_FUNC=open_it', 'CODE_LINE=42'];
  await machine.run('sh', '-c', `printf '%s\\n' "$@" | logger --journald`, 'sh', ...fields);
  const { level, logger_name, message, module, funcName, lineno } = await logged('structured words');
  assert.deepEqual(
    { level, logger_name, message, module, funcName, lineno },
    { level: 'WARNING', logger_name: 'Service.app', message: 'structured words', module: 'app.py', funcName: 'open_it', lineno: 42 },
  );
});

test('lines_written_while_the_journal_rotates_and_is_vacuumed_arrive_once_and_in_order', async () => {
  const total = 500;
  const script = `i=1; while [ $i -le ${total} ]; do echo "numbered line $i"; [ $((i % 100)) -ne 0 ] || journalctl --rotate >/dev/null 2>&1; i=$((i+1)); done`;
  await machine.run('sh', '-c', `{ ${script}; } | systemd-cat --identifier=counter`);
  await machine.run('journalctl', '--rotate');
  await machine.run('journalctl', '--vacuum-time=1s');
  await logged(`numbered line ${total}`);
  const { logs } = (await operator.get(`/api/logs?node_id=booted&logger_name=counter&limit=1000`)).json;
  const got = logs.map((/** @type {any} */ entry) => entry.message).reverse();
  assert.deepEqual(got, Array.from({ length: total }, (_, i) => `numbered line ${i + 1}`));
});
