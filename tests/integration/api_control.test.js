// Commands to workers: what the caller is told, whatever the worker does. Nobody is in a hurry here: a call that waits does
// so until the test lets it go (api_silence.test.js has the others).

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { service } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';
import { FakeWorker } from '../lib/worker.js';

const stack = await startStack({ waitWorkers: 40, env: { P2PDASH_COMMAND_TIMEOUT: '300' } });
const [viewer, operator, admin] = await Promise.all([stack.user('viewer'), stack.user('operator'), stack.user('admin')]);
const worker = await FakeWorker.start(stack, 'able', {
  services: { nginx: service(), locked: service({ actions: ['start'] }), untold: service({ actions: undefined }) },
});
after(() => worker.close());

/** @param {string} node @param {string} name @param {string} action */
const control = (node, name, action, who = operator) =>
  who.post('/api/dashboard/control-service', { worker_id: node, service_name: name, action });

/** @param {import('../lib/client.js').Client} who @param {string} node */
const stats = async (who, node) =>
  (await who.post('/rpc', { jsonrpc: '2.0', id: 1, method: 'metrics_reporter.get_stats', params: [node] })).json;

/** The newest line of the audit. */
const lastAudit = async () => (await admin.get('/api/dashboard/audit?limit=1')).json.audit[0];

/** @param {import('../lib/client.js').Answer} answer @param {number} status @param {string} code */
function assertRefused(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.success, false);
  assert.equal(answer.json.code, code);
}

test('the caller waits for the worker and is told what it did', async () => {
  const began = performance.now();
  const answer = await control('able', 'nginx', 'restart');
  assert.equal(answer.status, 200, answer.text);
  const { command_id, duration_ms, ...rest } = answer.json;
  assert.deepEqual(rest, {
    success: true,
    worker_id: 'able',
    service_name: 'nginx',
    action: 'restart',
    status: 'running',
    message: 'restart done',
  });
  assert.match(command_id, /^[0-9a-f]{32}$/);
  assert.ok(duration_ms >= 0 && duration_ms <= performance.now() - began + 1);
  const command = worker.commands.at(-1);
  assert.equal(command?.id, command_id);
  assert.ok(command && command.expires_in_ms > 0 && command.expires_in_ms <= 300_000);
  const audit = await lastAudit();
  assert.equal(audit.user, 'the-operator');
  assert.equal(audit.action, 'service.restart');
  assert.equal(audit.node_id, 'able');
  assert.equal(audit.target, 'nginx');
  assert.equal(audit.result, 'succeeded');
  assert.equal(audit.command_id, command_id);
  assert.equal(audit.address, '127.0.0.1');
});

test('everybody sees who did what last to a service, but not from where', async () => {
  const last = async () => (await viewer.get('/api/dashboard/services')).json.last_actions;
  const noted = await FakeWorker.start(stack, 'noted', {
    services: { nginx: service(), locked: service({ actions: [] }), db: service() },
  });
  noted.answer = () => ({ success: false, error: 'nginx.service: job failed', code: 'failed' });
  await control('noted', 'nginx', 'stop');
  noted.answer = () => ({ success: true, message: 'done' });
  await control('noted', 'db', 'start');
  assertRefused(await control('noted', 'locked', 'stop'), 403, 'action_not_allowed');
  const { nginx, db, ...rest } = (await last()).noted;
  assert.deepEqual(rest, {}, 'what was refused was not done');
  const { timestamp, ...action } = nginx;
  const message = 'nginx.service: job failed';
  assert.deepEqual(action, { user: 'the-operator', action: 'service.stop', result: 'failed', message });
  assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000);
  assert.equal(db.result, 'succeeded');
  const { json: one } = await viewer.get('/api/dashboard/services?node_id=noted');
  assert.deepEqual([Object.keys(one.services), Object.keys(one.last_actions)], [['noted'], ['noted']]);
  assert.deepEqual((await viewer.get('/api/dashboard/services?node_id=nobody')).json.services, {});
  assert.equal((await admin.request('DELETE', '/api/admin/nodes/noted')).status, 200);
  assert.equal((await last()).noted, undefined, 'it goes with the node');
  noted.close();
});

test('everybody reads the newest actions on a service', async () => {
  const acted = await FakeWorker.start(stack, 'acted', { services: { nginx: service(), db: service() } });
  const history = async (/** @type {string} */ query) =>
    (await viewer.get(`/api/dashboard/service-actions?node_id=acted&${query}`)).json;
  assert.deepEqual(await history('service_name=nginx'), { node_id: 'acted', service_name: 'nginx', actions: [] });
  acted.answer = () => ({ success: false, error: 'line one\nline two', code: 'failed' });
  await control('acted', 'nginx', 'start');
  await control('acted', 'db', 'stop');
  acted.answer = () => ({ success: true, message: 'done' });
  for (let count = 0; count < 20; count++) await control('acted', 'nginx', count % 2 ? 'start' : 'restart');
  const { actions } = await history('service_name=nginx');
  assert.equal(actions.length, 20, 'the oldest is gone');
  const { timestamp, ...newest } = actions[0];
  assert.deepEqual(newest, { user: 'the-operator', action: 'service.start', result: 'succeeded', message: 'done' });
  assert.equal(actions[1].action, 'service.restart');
  assert.ok(Date.parse(timestamp) >= Date.parse(actions[19].timestamp));
  assert.equal((await history('service_name=nginx&limit=3')).actions.length, 3);
  assert.equal((await history('service_name=db')).actions[0].message, 'line one\nline two');
  assertRefused(await viewer.get('/api/dashboard/service-actions?node_id=acted'), 422, 'invalid');
  assertRefused(await viewer.get('/api/dashboard/service-actions?node_id=no&service_name=a'), 404, 'unknown_node');
  assert.equal((await admin.request('DELETE', '/api/admin/nodes/acted')).status, 200);
  assertRefused(await viewer.get('/api/dashboard/service-actions?node_id=acted&service_name=db'), 404, 'unknown_node');
  await FakeWorker.start(stack, 'acted', { services: { db: service() } });
  assert.deepEqual((await history('service_name=db')).actions, [], 'they went with the node');
});

test('a failure at the worker is an answer, not an error of the API', async () => {
  worker.answer = () => ({ success: false, error: 'nginx.service: job failed', code: 'failed', status: 'error' });
  const answer = await control('able', 'nginx', 'start');
  assert.equal(answer.status, 200);
  assert.equal(answer.json.success, false);
  assert.equal(answer.json.error, 'nginx.service: job failed');
  assert.equal(answer.json.status, 'error');
  assert.equal((await lastAudit()).result, 'failed');
});

test('a worker that refuses is quoted', async () => {
  worker.answer = () => ({ success: false, error: 'untold is not listed', code: 'action_not_allowed' });
  const answer = await control('able', 'untold', 'stop');
  assertRefused(answer, 403, 'action_not_allowed');
  assert.match(answer.json.error, /able refused: untold is not listed/);
  worker.answer = () => ({ success: false, error: 'interrupted by a crash', code: 'interrupted' });
  const interrupted = await control('able', 'untold', 'stop');
  assert.equal(interrupted.status, 200);
  assert.equal(interrupted.json.code, 'interrupted');
});

test('each reason why nothing can be done is told at once and reaches no worker', async () => {
  const before = worker.commands.length;
  assertRefused(await control('ghost', 'nginx', 'restart'), 404, 'unknown_node');
  assertRefused(await control('able', 'ghost', 'restart'), 404, 'unknown_service');
  assertRefused(await control('able', 'locked', 'stop'), 403, 'action_not_allowed');
  assertRefused(await control('able', 'nginx', 'explode'), 422, 'invalid');
  assertRefused(await control('able', '../etc', 'stop'), 422, 'invalid');
  assertRefused(await control('', 'nginx', 'stop'), 422, 'invalid');
  assertRefused(await control('able', '', 'stop'), 422, 'invalid');
  assertRefused(await operator.post('/api/dashboard/control-service', {}), 422, 'invalid');
  assertRefused(await operator.post('/api/dashboard/control-service', { worker_id: ['able'] }), 422, 'invalid');
  assertRefused(await control('able', 'nginx', 'restart', viewer), 403, 'forbidden');
  assert.equal(worker.commands.length, before);
});

test('a worker that is not connected is known as that at once', async () => {
  const away = await FakeWorker.start(stack, 'away');
  away.close();
  const listeners = async () => (await stack.redisCommand('PUBSUB', 'NUMSUB', 'p2pdash:commands:away')).split('\n')[1];
  await waitFor(async () => (await listeners()) === '0', { what: 'the relay to see it go' });
  const answer = await control('away', 'nginx', 'stop');
  assertRefused(answer, 503, 'worker_not_connected');
  assert.ok(answer.headers['retry-after']);
  assert.equal((await away.report()).commands.length, 0, 'it is not kept for later');
});

test('the first result counts', async () => {
  worker.answer = () => ({ success: true, message: 'first' });
  const { command_id } = (await control('able', 'nginx', 'start')).json;
  assert.equal((await worker.send(command_id, { success: false, error: 'second' })).status, 200);
  const { json } = await operator.get(`/api/dashboard/commands/${command_id}`);
  assert.deepEqual(json.result, { success: true, message: 'first' });
});

test('a result is taken only from the worker that was told, and only for its command', async () => {
  worker.answer = () => null;
  const seen = worker.commands.length;
  const waiting = control('able', 'nginx', 'start');
  const command = await waitFor(() => worker.commands[seen], { what: 'the command' });
  const other = await stack.worker('other');
  const forged = await other.post('/api/reporter/result', { command_id: command.id, success: true });
  assertRefused(forged, 404, 'unknown_command');
  assertRefused(await worker.send('0'.repeat(32), { success: true }), 404, 'unknown_command');
  assertRefused(await worker.send('x', { success: true }), 404, 'unknown_command');
  assertRefused(await worker.send(command.id, { success: 'yes' }), 422, 'invalid');
  assertRefused(await worker.send(command.id, { success: true, message: 5 }), 422, 'invalid');
  await worker.send(command.id, { success: true, message: 'the right one' });
  assert.equal((await waiting).json.message, 'the right one');
});

test('a cron worker gets its command with the next report, once', async () => {
  const cron = await FakeWorker.start(stack, 'by-cron', { mode: 'cron', interval: 300 });
  cron.answer = () => null;
  const answer = await control('by-cron', 'nginx', 'restart');
  assert.equal(answer.status, 202, answer.text);
  assert.equal(answer.json.success, true);
  assert.equal(answer.json.status, 'queued');
  const id = answer.json.command_id;
  const path = `/api/dashboard/commands/${id}`;
  assert.equal((await operator.get(path)).json.status, 'queued');
  const [{ expires_in_ms, ...command }] = (await cron.report({ mode: 'cron', interval: 300 })).commands;
  assert.deepEqual(command, { id, type: 'service', service_name: 'nginx', action: 'restart' });
  assert.ok(expires_in_ms > 0 && expires_in_ms <= 600_000);
  assert.deepEqual((await cron.report({ mode: 'cron', interval: 300 })).commands, []);
  assert.equal((await operator.get(path)).json.status, 'sent');
  await cron.send(id, { success: true, message: 'done by cron', status: 'running' });
  const { json } = await operator.get(path);
  assert.equal(json.status, 'done');
  assert.equal(json.user, 'the-operator');
  const audit = await lastAudit();
  assert.equal(audit.command_id, id);
  assert.equal(audit.result, 'succeeded');
  assert.equal(audit.user, 'the-operator');
});

test('an expired command is never handed out', async () => {
  const late = await FakeWorker.start(stack, 'late', { mode: 'cron', interval: 300 });
  await control('late', 'nginx', 'restart');
  const [kept] = (await stack.redisCommand('LRANGE', 'p2pdash:{late}:commands', '0', '-1')).split('\n');
  await stack.redisCommand('LSET', 'p2pdash:{late}:commands', '0', kept.replace(/^\d+/, '1000'));
  assert.deepEqual((await late.report({ mode: 'cron', interval: 300 })).commands, []);
});

test('a command waits for a cron worker that comes once an hour', async () => {
  const hourly = await FakeWorker.start(stack, 'hourly', { mode: 'cron', interval: 3600 });
  hourly.answer = () => null;
  assert.equal((await control('hourly', 'nginx', 'restart')).status, 202);
  const [{ expires_in_ms }] = (await hourly.report({ mode: 'cron', interval: 3600 })).commands;
  assert.ok(expires_in_ms > 3_600_000 && expires_in_ms <= 5_410_000, `${expires_in_ms}`);
});

test('a hundred commands may wait for a cron worker, no more', async () => {
  const full = await FakeWorker.start(stack, 'full', { mode: 'cron', interval: 300 });
  for (let i = 0; i < 100; i += 20)
    await Promise.all(Array.from({ length: 20 }, () => control('full', 'nginx', 'restart')));
  assertRefused(await control('full', 'nginx', 'restart'), 409, 'conflict');
  assert.equal((await full.report({ mode: 'cron', interval: 300 })).commands.length, 100);
});

test('every code of a worker has its answer, by REST and by RPC', async () => {
  /** @type {[string, number, string | undefined][]} */
  const codes = [
    ['failed', 200, 'failed'],
    ['timeout', 200, 'timeout'],
    ['interrupted', 200, 'interrupted'],
    ['made_up', 200, 'made_up'],
    ['unknown_service', 404, 'unknown_service'],
    ['action_not_allowed', 403, 'action_not_allowed'],
    ['not_found', 502, 'worker_failed'],
    ['invalid', 422, 'invalid'],
    ['busy', 409, 'busy'],
    ['expired', 504, 'worker_timeout'],
    ['ledger_full', 409, 'busy'],
    ['not_noted', 502, 'worker_failed'],
  ];
  for (const [code, status, answered] of codes) {
    worker.answer = () => ({ success: false, error: `because of ${code}`, code });
    const answer = await control('able', 'nginx', 'restart');
    assert.deepEqual([answer.status, answer.json.success, answer.json.code], [status, false, answered], answer.text);
    assert.match(answer.json.error, new RegExp(`because of ${code}`));
    const { error } = await stats(viewer, 'able');
    assert.equal(error.data.code, status === 200 ? 'worker_failed' : answered);
    assert.match(error.message, new RegExp(`because of ${code}`));
  }
});

/** Calls that wait until they are let go. @param {number} count */
async function hang(count) {
  const seen = worker.commands.length;
  /** @type {import('../lib/client.js').Answer[]} */
  const settled = [];
  worker.answer = () => null;
  const calls = Array.from({ length: count }, async () => settled.push(await control('able', 'nginx', 'stop')));
  await waitFor(() => worker.commands.length + settled.length === seen + count, { what: 'every call to wait or be refused' });
  return {
    settled,
    commands: worker.commands.slice(seen),
    async release() {
      for (const { id } of this.commands) assert.equal((await worker.send(id, { success: true })).status, 200);
      await Promise.all(calls);
    },
  };
}

test('twenty calls that wait for a hung worker slow nothing else', async () => {
  const hung = await hang(20);
  for (let i = 0; i < 50; i++) assert.equal((await viewer.get('/api/dashboard/metrics')).status, 200);
  assert.equal(hung.settled.length, 0, 'fifty answers while all twenty still wait');
  await hung.release();
  assert.deepEqual(hung.settled.map((answer) => answer.status), Array(20).fill(200));
});

test('one user waits in half of the pool at most, and never in the way of others', async () => {
  const other = await FakeWorker.start(stack, 'other');
  other.answer = () => ({ success: true, result: { worker_id: 'other' } });
  const hung = await hang(26);
  assert.deepEqual([hung.commands.length, hung.settled.length], [20, 6]);
  for (const refused of hung.settled) assertRefused(refused, 429, 'too_many_waiting');
  assert.ok(Number(hung.settled[0].headers['retry-after']) >= 1);
  assert.deepEqual((await stats(viewer, 'other')).result, { worker_id: 'other' });
  other.close();
  await hung.release();
  worker.answer = () => ({ success: true });
  assert.equal((await control('able', 'nginx', 'stop')).status, 200);
});

test('questions wait in a quarter of the pool', async () => {
  const waits = 'p2pdash:waits:the-operator';
  worker.answer = () => ({ success: true, result: {} });
  await stack.redisCommand('ZADD', waits, ...Array.from({ length: 10 }, (_, i) => [String(Date.now() + 600_000), `call-${i}`]).flat());
  assert.equal((await stats(operator, 'able')).error.data.code, 'too_many_waiting');
  assert.equal((await control('able', 'nginx', 'stop')).status, 200, 'the rest is for commands');
  await stack.redisCommand('ZREM', waits, 'call-0');
  assert.deepEqual((await stats(operator, 'able')).result, {});
  await stack.redisCommand('DEL', waits);
});

test('the calls of a process that was killed while it waited are counted no longer than they would have waited', async () => {
  const waits = 'p2pdash:waits:the-operator';
  const hung = await hang(1);
  const [{ id }] = hung.commands;
  const expires = await stack.redisCommand('HGET', `p2pdash:command:${id}`, 'expires_at');
  assert.equal(Number(await stack.redisCommand('ZSCORE', waits, id)), Number(expires) + 1000, 'and a second of grace');
  await hung.release();
  assert.equal(await stack.redisCommand('ZCARD', waits), '0');
  await stack.redisCommand('ZADD', waits, ...Array.from({ length: 20 }, (_, i) => ['1', `dead-${i}`]).flat());
  worker.answer = () => ({ success: true });
  assert.equal((await control('able', 'nginx', 'stop')).status, 200);
});

test('a command that is not, or is too old, is 404', async () => {
  assertRefused(await operator.get(`/api/dashboard/commands/${'0'.repeat(32)}`), 404, 'unknown_command');
  assertRefused(await operator.get('/api/dashboard/commands/x'), 404, 'unknown_command');
});
