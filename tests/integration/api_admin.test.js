// The administrator's routes, the audit, and Prometheus.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { report, service } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'], env: { P2PDASH_METRICS_ALLOW: '127.0.0.0/8' } });
const admin = await stack.user('admin');

/** @param {import('../lib/client.js').Answer} answer @param {number} status @param {string} code */
function assertRefused(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.code, code);
}

/** @param {number} limit */
const audit = async (limit) => (await admin.get(`/api/dashboard/audit?limit=${limit}`)).json.audit;

test('users are added, listed, changed and removed', async () => {
  const added = await admin.post('/api/admin/users', { username: 'ada', password: 'first password', role: 'viewer' });
  assert.equal(added.status, 201, added.text);
  assertRefused(await admin.post('/api/admin/users', { username: 'ada', password: 'first password', role: 'viewer' }), 409, 'conflict');
  const { users } = (await admin.get('/api/admin/users')).json;
  assert.deepEqual(users.map((/** @type {any} */ u) => [u.username, u.role]), [['ada', 'viewer'], ['the-admin', 'admin']]);
  assert.deepEqual(Object.keys(users[0]).sort(), ['created_at', 'role', 'username'], 'no hash leaves the store');
  const ada = await stack.logIn('ada', 'first password');
  assert.equal((await admin.request('PATCH', '/api/admin/users/ada', { body: { role: 'operator', password: 'second password' } })).status, 200);
  await waitFor(async () => (await ada.get('/auth/me')).status === 401);
  assert.equal((await (await stack.logIn('ada', 'second password')).get('/auth/me')).json.role, 'operator');
  assert.equal((await admin.request('DELETE', '/api/admin/users/ada')).status, 200);
  assertRefused(await admin.request('DELETE', '/api/admin/users/ada'), 404, 'unknown_user');
  assert.deepEqual((await audit(3)).map((/** @type {any} */ e) => [e.user, e.action, e.target, e.result]), [
    ['the-admin', 'user.remove', 'ada', 'succeeded'],
    ['the-admin', 'user.password', 'ada', 'succeeded'],
    ['the-admin', 'user.add', 'ada', 'succeeded'],
  ]);
});

test('an account that is not right is refused by its field', async () => {
  const good = { username: 'new', password: 'long password', role: 'viewer' };
  for (const [changes, field] of /** @type {[object, string][]} */ ([
    [{ username: 'a b' }, 'user name'],
    [{ username: undefined }, 'username'],
    [{ password: 'short' }, 'password'],
    [{ password: 'x'.repeat(300) }, 'password'],
    [{ role: 'root' }, 'role'],
    [{ role: 'worker' }, 'role'],
  ])) {
    const answer = await admin.post('/api/admin/users', { ...good, ...changes });
    assertRefused(answer, 422, 'invalid');
    assert.match(answer.json.error, new RegExp(field));
  }
  assertRefused(await admin.request('PATCH', '/api/admin/users/the-admin', { body: {} }), 422, 'invalid');
  assertRefused(await admin.request('PATCH', '/api/admin/users/ghost', { body: { role: 'viewer' } }), 404, 'unknown_user');
});

test("workers' tokens are created, listed without the token, and revoked", async () => {
  const made = await admin.post('/api/admin/tokens', { node_id: 'worker-7', ttl: 3600 });
  assert.equal(made.status, 201, made.text);
  const worker = stack.visitor.as({ token: made.json.token });
  assert.equal((await worker.post('/api/reporter/report', report('worker-7'))).status, 200);
  const { tokens } = (await admin.get('/api/admin/tokens')).json;
  const listed = tokens.find((/** @type {any} */ t) => t.id === made.json.id);
  assert.equal(listed.node_id, 'worker-7');
  assert.equal(listed.expires_at, made.json.expires_at);
  assert.ok(!JSON.stringify(tokens).includes(made.json.token));
  assert.equal((await admin.request('DELETE', `/api/admin/tokens/${made.json.id}`)).status, 200);
  await waitFor(async () => (await worker.post('/api/reporter/report', report('worker-7'))).status === 401);
  assertRefused(await admin.request('DELETE', `/api/admin/tokens/${made.json.id}`), 404, 'not_found');
  for (const body of [{ node_id: 'a/b' }, {}, { node_id: 'x', ttl: 5 }, { node_id: 'x', ttl: 'long' }])
    assertRefused(await admin.post('/api/admin/tokens', body), 422, 'invalid');
});

test("a worker's tokens are told apart by name, age and last use", async () => {
  /** @param {string} id @returns {Promise<any>} */
  const listed = async (id) => (await admin.get('/api/admin/tokens')).json.tokens.find((/** @type {any} */ t) => t.id === id);
  const spare = (await admin.post('/api/admin/tokens', { node_id: 'worker-8', name: 'sp\u00e4re <disk>' })).json;
  const plain = (await admin.post('/api/admin/tokens', { node_id: 'worker-8', name: '' })).json;
  assert.equal((await listed(spare.id)).name, 'sp\u00e4re <disk>');
  assert.equal((await listed(spare.id)).last_used, null);
  assert.equal((await listed(plain.id)).name, null);

  const worker = stack.visitor.as({ token: spare.token });
  const before = Date.now();
  assert.equal((await worker.post('/api/reporter/beat')).status, 204);
  const { last_used } = await listed(spare.id);
  assert.ok(Date.parse(last_used) >= before && Date.parse(last_used) <= Date.now(), last_used);
  // Processes that were not asked yet read the note, and write none.
  await Promise.all(Array.from({ length: 40 }, () => worker.post('/api/reporter/beat')));
  assert.equal((await listed(spare.id)).last_used, last_used);
  await stack.redisCommand('HSET', 'p2pdash:tokens_used', spare.id, String(before - 60_000));
  await waitFor(async () => {
    await worker.post('/api/reporter/beat');
    return Date.parse((await listed(spare.id)).last_used) >= before;
  }, { what: 'the next minute to be noted' });
  assert.equal((await listed(plain.id)).last_used, null);

  await admin.request('DELETE', `/api/admin/tokens/${spare.id}`);
  assert.equal(await stack.redisCommand('HGET', 'p2pdash:tokens_used', spare.id), '');
  for (const name of ['x'.repeat(65), 'two\nlines', 7])
    assertRefused(await admin.post('/api/admin/tokens', { node_id: 'worker-8', name }), 422, 'invalid');
  // Bytes that are no UTF-8 would be stored as longer ones, and the token could not be listed, hence not revoked.
  const foreign = Buffer.from(`{"node_id":"worker-8","name":"${'\xc8'.repeat(30)}"}`, 'latin1');
  assertRefused(await admin.post('/api/admin/tokens', foreign), 422, 'invalid');
  await stack.cli(['token', 'create', '--node', 'worker-8', '--name', 'from the shell']);
  assert.match(await stack.cli(['token', 'list']), /^\S+ +worker-8 +from the shell +2/m);
});

test('a node can be removed', async () => {
  const worker = await stack.worker('gone');
  await worker.post('/api/reporter/report', report('gone'));
  assert.equal((await admin.request('DELETE', '/api/admin/nodes/gone')).status, 200);
  assert.equal((await admin.get('/api/dashboard/metrics')).json.workers.gone, undefined);
  assertRefused(await admin.request('DELETE', '/api/admin/nodes/gone'), 404, 'unknown_node');
  const [entry] = await audit(1);
  assert.deepEqual([entry.action, entry.node_id], ['node.remove', 'gone']);
});

test('only admins get in', async () => {
  for (const who of [await stack.user('viewer'), await stack.user('operator')])
    for (const [method, path] of [
      ['GET', '/api/admin/users'],
      ['POST', '/api/admin/users'],
      ['PATCH', '/api/admin/users/the-admin'],
      ['DELETE', '/api/admin/users/the-admin'],
      ['GET', '/api/admin/tokens'],
      ['POST', '/api/admin/tokens'],
      ['DELETE', '/api/admin/tokens/x'],
      ['DELETE', '/api/admin/nodes/x'],
      ['GET', '/api/dashboard/audit'],
    ])
      assertRefused(await who.request(method, path, { body: {} }), 403, 'forbidden');
  const wrong = await admin.request('PUT', '/api/admin/users');
  assertRefused(wrong, 405, 'method_not_allowed');
  assert.equal(wrong.headers.allow, 'GET, HEAD, POST');
});

test('what was done is answered though the audit cannot take it, and the log tells what is missing', async () => {
  await stack.redisCommand('RENAME', 'p2pdash:audit', 'p2pdash:audit-aside');
  await stack.redisCommand('SET', 'p2pdash:audit', 'no list');
  try {
    const added = await admin.post('/api/admin/users', { username: 'unseen', password: 'long password', role: 'viewer' });
    assert.equal(added.status, 201, added.text);
    assert.equal((await admin.request('DELETE', '/api/admin/users/unseen')).status, 200);
    assert.equal((await admin.post('/api/logs/clear', {})).status, 200);
    const call = { jsonrpc: '2.0', id: 1, method: 'log_collector.clear_logs' };
    assert.equal((await admin.post('/rpc', call)).json.result.success, true);
  } finally {
    await stack.redisCommand('RENAME', 'p2pdash:audit-aside', 'p2pdash:audit');
  }
  const missing = [...stack.api.log().matchAll(/ERROR audit: the audit misses user=the-admin (.*)/g)].map((match) => match[1]);
  assert.deepEqual(missing, [
    'action=user.add node=- target=unseen result=succeeded',
    'action=user.remove node=- target=unseen result=succeeded',
    'action=logs.clear node=- target=- result=succeeded',
    'action=logs.clear node=- target=- result=succeeded',
  ]);
});

test('the audit is newest first and given as asked', async () => {
  const all = await audit(1000);
  assert.deepEqual(await audit(2), all.slice(0, 2));
  const times = all.map((/** @type {any} */ e) => e.timestamp);
  assert.deepEqual(times, [...times].sort().reverse());
  assert.equal((await admin.get('/api/dashboard/audit?limit=0')).status, 422);
});

const DB = { status: 'error', restarts: 512, last_failure: { at: '2025-11-17T10:30:00.5Z', message: 'exit status 1' } };
test('Prometheus reads every node in base units, and promtool has nothing to say', async () => {
  const worker = await stack.worker('prom');
  await worker.post('/api/reporter/report', report('prom', { services: { 'a\\b': service(), db: service(DB) } }));
  const { status, text, headers } = await stack.visitor.get('/metrics');
  assert.match(text, /^p2pdash_threshold\{value="disk_percent",level="danger"\} 90$/m);
  assert.equal(status, 200, text);
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  for (const line of [
    'p2pdash_node_up{node="prom"} 1',
    'p2pdash_node_cpu_usage_ratio{node="prom"} 0.1235',
    'p2pdash_node_memory_size_bytes{node="prom"} 8000000000',
    'p2pdash_node_load15{node="prom"} 0.59',
    'p2pdash_node_network_receive_bytes_total{node="prom"} 4000',
    'p2pdash_service_status{node="prom",service="a\\\\b",status="running"} 1',
    'p2pdash_service_status{node="prom",service="db",status="error"} 1',
    'p2pdash_service_restarts_total{node="prom",service="db"} 512',
    'p2pdash_service_last_failure_timestamp_seconds{node="prom",service="db"} 1763375400.500',
    'p2pdash_workers{status="online"} 2',
    'p2pdash_workers{status="offline"} 0',
  ])
    assert.ok(text.includes(`\n${line}\n`), `${line}\n${text}`);
  const promtool = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.equal(promtool.error, undefined, 'promtool comes with the package prometheus');
  assert.equal(promtool.stdout + promtool.stderr, '');
  assert.equal(promtool.status, 0);
});
