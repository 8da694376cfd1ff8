// JSON-RPC 2.0, first to the letter of its specification, then method by method.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { entry, service } from '../lib/report.js';
import { startStack } from '../lib/stack.js';
import { FakeWorker } from '../lib/worker.js';

const stack = await startStack({ env: { P2PDASH_COMMAND_TIMEOUT: '4' } });
const [viewer, operator] = await Promise.all([stack.user('viewer'), stack.user('operator')]);
const worker = await FakeWorker.start(stack, 'worker-001');
const coordinator = await FakeWorker.start(stack, 'coordinator', { interval: 5, min_interval: 5, max_interval: 5 });
after(() => {
  worker.close();
  coordinator.close();
});

/** @param {unknown} body @returns {Promise<any>} */
async function post(body, who = operator) {
  const answer = await who.post('/rpc', body);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** @param {string} method @param {unknown} [params] */
async function result(method, params, who = operator) {
  const answer = await post({ jsonrpc: '2.0', id: 7, method, params }, who);
  assert.equal(answer.error, undefined, JSON.stringify(answer));
  assert.deepEqual(Object.keys(answer).sort(), ['id', 'jsonrpc', 'result']);
  assert.equal(answer.id, 7);
  return answer.result;
}

/** @param {string} method @param {unknown} [params] */
async function error(method, params, who = operator) {
  const answer = await post({ jsonrpc: '2.0', id: 7, method, params }, who);
  assert.ok(answer.error, JSON.stringify(answer));
  return answer.error;
}

const NOTHING = { jsonrpc: '2.0', error: { code: -32600, message: 'Invalid Request' }, id: null };
const call = { jsonrpc: '2.0', id: 1, method: 'system.list_services' };

test('what is no JSON is a parse error', async () => {
  for (const body of ['{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', '[{"jsonrpc":"2.0"},', '']) {
    const answer = await post(body);
    assert.equal(answer.error.code, -32700);
    assert.equal(answer.id, null);
    assert.equal(answer.jsonrpc, '2.0');
  }
});

test('what is no request is an invalid request', async () => {
  for (const body of [{ jsonrpc: '2.0', method: 1, params: 'bar' }, {}, '1', '"text"', 'null', [], { ...call, jsonrpc: '1.0', id: undefined }])
    assert.deepEqual(await post(body), NOTHING);
  assert.deepEqual(await post({ ...call, params: 'bar' }), { ...NOTHING, id: 1 });
  assert.deepEqual(await post({ ...call, id: { a: 1 } }), NOTHING);
  assert.deepEqual(await post({ ...call, id: true }), NOTHING);
});

test('ids come back as they were', async () => {
  for (const id of ['text', 0, -5, 1.5, '', null]) assert.deepEqual((await post({ ...call, id })).id, id);
});

test('an unknown method is not found', async () => {
  for (const method of ['nothing', 'system.nothing', 'metrics_dashboard', 'metrics_dashboard.', 'rpc.discover', '', 'systemXlist_services']) {
    const answer = await post({ jsonrpc: '2.0', id: 'x', method });
    assert.deepEqual(answer, { jsonrpc: '2.0', error: { code: -32601, message: 'Method not found' }, id: 'x' });
  }
});

test('a notification is run and not answered', async () => {
  await viewer.get('/api/logs');
  await worker.client.post('/api/reporter/logs', { node_id: 'worker-001', batch: 'n', logs: [entry('x')] });
  const answer = await operator.post('/rpc', { jsonrpc: '2.0', method: 'log_collector.clear_logs' });
  assert.equal(answer.status, 204);
  assert.equal(answer.text, '');
  assert.equal((await viewer.get('/api/logs')).json.total, 0);
  assert.equal((await operator.post('/rpc', { jsonrpc: '2.0', method: 'nothing.at_all' })).status, 204);
});

test('a batch is answered by a batch, without its notifications', async () => {
  const answers = await post([
    { ...call, id: '1' },
    { jsonrpc: '2.0', method: 'system.list_services' },
    { foo: 'boo' },
    { jsonrpc: '2.0', method: 'foo.get', params: { name: 'myself' }, id: '5' },
    1,
  ]);
  assert.equal(answers.length, 4);
  assert.deepEqual(answers.find((/** @type {any} */ a) => a.id === '1').result.includes('metrics_dashboard'), true);
  assert.equal(answers.find((/** @type {any} */ a) => a.id === '5').error.code, -32601);
  assert.deepEqual(answers.filter((/** @type {any} */ a) => a.id === null), [NOTHING, NOTHING]);
  assert.deepEqual(await post([1, 2, 3]), [NOTHING, NOTHING, NOTHING]);
  const silent = await operator.post('/rpc', [{ jsonrpc: '2.0', method: 'system.list_services' }]);
  assert.equal(silent.status, 204);
  assert.equal((await post(Array.from({ length: 21 }, () => call))).error.code, -32600);
});

test('a batch waits no longer than one call may', async () => {
  const seen = worker.commands.length;
  worker.answer = () => null;
  const restart = { jsonrpc: '2.0', method: 'metrics_dashboard.control_service', params: ['worker-001', 'nginx', 'restart'] };
  const answers = await post(Array.from({ length: 5 }, (_, id) => ({ ...restart, id })));
  assert.deepEqual(answers.map((/** @type {any} */ a) => a.error.data.code), Array(5).fill('worker_timeout'));
  for (const late of answers.slice(1)) assert.match(late.error.message, /not sent to worker-001/);
  assert.equal(worker.commands.length, seen + 1);
  worker.answer = () => ({ success: true, message: 'restart done', status: 'running' });
});

test('a param that the method does not have is refused, for it may be a mistyped one', async () => {
  for (const [method, params] of [['log_collector.clear_logs', { node: 'worker-001' }], ['metrics_dashboard.get_metrics_history', { node_id: 'worker-001', lmit: 1 }]]) {
    const { code, message } = await error(/** @type {string} */ (method), params);
    assert.equal(code, -32602);
    assert.match(message, / has no param (node|lmit)$/);
  }
});

test('a number that cannot be given back as it was is no id', async () => {
  for (const id of ['9007199254740993', '12345678901234567890', '-1e300']) {
    const answer = await post(`{"jsonrpc":"2.0","id":${id},"method":"system.list_services"}`);
    assert.deepEqual([answer.id, answer.error.code], [null, -32600], id);
  }
  assert.equal((await post('{"jsonrpc":"2.0","id":9007199254740991,"method":"system.list_services"}')).id, 9007199254740991);
});

test('params by position are params by name', async () => {
  const byName = await result('metrics_dashboard.get_metrics_history', { node_id: 'worker-001', limit: 1 });
  const byPosition = await result('metrics_dashboard/get_metrics_history', ['worker-001', 1]);
  assert.deepEqual(byPosition, byName);
  assert.equal(byName.count, 1);
  assert.equal((await error('metrics_dashboard.get_metrics_history', ['worker-001', 1, 2])).code, -32602);
  assert.equal((await error('metrics_dashboard.get_metrics_history', [])).code, -32602);
  assert.equal((await error('metrics_dashboard.get_metrics_history', { node_id: 5 })).code, -32602);
  assert.equal((await error('metrics_dashboard.get_metrics_history', { node_id: 'worker-001', limit: 1000 })).code, -32602);
});

test('without a role there is no call, without a token not even an answer of RPC', async () => {
  const refused = await error('metrics_dashboard.control_service', ['worker-001', 'nginx', 'stop'], viewer);
  assert.equal(refused.code, -32000);
  assert.deepEqual(refused.data, { code: 'forbidden', status: 403 });
  for (const method of ['log_collector.clear_logs', 'metrics_dashboard.clear_metrics_history', 'metrics_reporter.set_interval', 'metrics_reporter.control_reporter'])
    assert.equal((await error(method, {}, viewer)).data.code, 'forbidden');
  assert.equal((await stack.visitor.post('/rpc', call)).status, 401);
  assert.equal((await operator.post('/rpc', JSON.stringify(call), { headers: { 'content-type': 'text/plain' } })).status, 415);
  assert.equal((await operator.get('/rpc')).status, 405);
});

test('metrics_dashboard tells what REST tells', async () => {
  const metrics = await result('metrics_dashboard.get_cluster_metrics', undefined, viewer);
  assert.ok(metrics.workers['worker-001'] && metrics.coordinator.cluster_state && metrics.stats);
  const stats = await result('metrics_dashboard.get_dashboard_stats', [], viewer);
  assert.deepEqual(Object.keys(stats), ['uptime_seconds', 'active_workers', 'total_updates', 'total_services', 'active_services', 'unknown_services', 'last_cleanup']);
  const services = await result('metrics_dashboard.get_cluster_services', {}, viewer);
  assert.deepEqual(services.services['worker-001'], { nginx: service() });
  assert.equal((await error('metrics_dashboard.get_metrics_history', ['nobody'])).data.code, 'unknown_node');
  const cleared = await result('metrics_dashboard.clear_metrics_history', { node_id: 'worker-001' });
  assert.deepEqual(cleared, { success: true, node_id: 'worker-001', cleared_records: 1 });
});

test('metrics_dashboard.control_service waits for the worker', async () => {
  const done = await result('metrics_dashboard.control_service', { worker_id: 'worker-001', service_name: 'nginx', action: 'restart' });
  assert.equal(done.success, true);
  assert.equal(done.message, 'restart done');
  worker.answer = () => null;
  const late = await error('metrics_dashboard.control_service', ['worker-001', 'nginx', 'stop']);
  assert.deepEqual(late.data, { code: 'worker_timeout', status: 504 });
  assert.equal((await error('metrics_dashboard.control_service', ['worker-001', 'nginx', 'dance'])).code, -32602);
});

test('log_collector tells what REST tells', async () => {
  await worker.client.post('/api/reporter/logs', { node_id: 'worker-001', batch: 'l', logs: [entry('one'), entry('two', { level: 'ERROR' })] });
  const found = await result('log_collector.get_logs', { level: 'ERROR' }, viewer);
  assert.equal(found.total, 1);
  assert.equal(found.logs[0].message, 'two');
  assert.deepEqual((await result('log_collector.get_logs', ['worker-001', null, null, 'ONE', 5], viewer)).logs.map((/** @type {any} */ l) => l.message), ['one']);
  const [first] = (await result('log_collector.get_logs', { order: 'oldest', limit: 1 }, viewer)).logs;
  const later = await result('log_collector.get_logs', { after: first.seq, since: '2020-01-01T00:00:00Z' }, viewer);
  assert.deepEqual(later.logs.map((/** @type {any} */ l) => l.message), ['two']);
  assert.deepEqual((await result('log_collector.get_log_sources', [], viewer)).nodes, ['worker-001']);
  const stats = await result('log_collector.get_stats', [], viewer);
  assert.equal(stats.total_logs, 2);
  assert.deepEqual(stats.logs_by_node, { 'worker-001': 2 });
  assert.ok(stats.last_seq >= 2);
  assert.deepEqual(await result('log_collector.clear_logs', ['worker-001']), { success: true, cleared: 2, node: 'worker-001' });
});

test("metrics_reporter speaks with the worker's reporter, or without a name with the coordinator's", async () => {
  const stats = { service: 'metrics_reporter', worker_id: 'worker-001', reporter_active: true, statistics: { total_reports: 3 } };
  worker.answer = (command) => ({ success: true, result: { ...stats, asked: command.method, params: command.params } });
  coordinator.answer = () => ({ success: true, result: { worker_id: 'coordinator' } });
  assert.deepEqual(await result('metrics_reporter.get_stats', { worker_id: 'worker-001' }, viewer), { ...stats, asked: 'metrics_reporter.get_stats', params: {} });
  assert.deepEqual(await result('metrics_reporter.get_stats'), { worker_id: 'coordinator' });
  const stopped = await result('metrics_reporter.control_reporter', ['worker-001', 'stop']);
  assert.deepEqual(stopped.params, { action: 'stop' });
  assert.deepEqual((await result('metrics_reporter.set_interval', ['worker-001', 120])).params, { interval: 120 });
  assert.deepEqual((await result('metrics_reporter.set_interval', ['worker-001', null])).params, { interval: null });
  assert.equal((await error('metrics_reporter.set_interval', ['worker-001', 29])).code, -32602);
  assert.equal((await error('metrics_reporter.set_interval', ['worker-001'])).code, -32602);
  assert.equal((await error('metrics_reporter.control_reporter', ['worker-001', 'explode'])).code, -32602);
  assert.equal((await error('metrics_reporter.get_stats', ['nobody'])).data.code, 'unknown_node');
  worker.answer = () => ({ success: false, error: 'cannot' });
  const failed = await error('metrics_reporter.control_reporter', ['worker-001', 'start']);
  assert.equal(failed.data.code, 'worker_failed');
  assert.match(failed.message, /worker-001: cannot/);
});

/** The commands in Redis and how long each is kept yet. @returns {Promise<[any, number][]>} */
async function keptCommands() {
  const keys = (await stack.redisCommand('--scan', '--pattern', 'p2pdash:command:*')).split('\n').filter((key) => !key.endsWith(':done'));
  return Promise.all(
    keys.map(async (key) => [await stack.redisCommand('HGET', key, 'method'), Number(await stack.redisCommand('TTL', key))]),
  );
}

test('a question is forgotten within about a minute, and is not in the audit even if nobody waited', async () => {
  const admin = await stack.user('admin');
  worker.answer = () => ({ success: true, result: {} });
  await result('metrics_reporter.get_stats', ['worker-001']);
  await result('metrics_reporter.set_interval', ['worker-001', 60]);
  worker.answer = () => null;
  await error('metrics_reporter.get_stats', ['worker-001']);
  const late = worker.commands.at(-1);
  assert.equal((await worker.send(String(late?.id), { success: true, result: {} })).status, 200);
  const kept = await keptCommands();
  assert.ok(kept.some(([method]) => method === 'metrics_reporter.get_stats'));
  for (const [method, left] of kept)
    assert.ok(method === 'metrics_reporter.get_stats' ? left <= 62 : left > 62, `${method} is kept for ${left} s`);
  const { json } = await admin.get('/api/dashboard/audit');
  assert.ok(!JSON.stringify(json).includes('get_stats'));
});

test("a cron worker's reporter is known by what it told last", async () => {
  const reporter = { service: 'metrics_reporter', worker_id: 'by-cron', reporter_active: true };
  await FakeWorker.start(stack, 'by-cron', { mode: 'cron', interval: 300, reporter });
  assert.deepEqual(await result('metrics_reporter.get_stats', ['by-cron'], viewer), reporter);
  assert.deepEqual(await result('metrics_reporter.control_reporter', ['by-cron', 'status']), reporter);
  const queued = await result('metrics_reporter.set_interval', ['by-cron', 60]);
  assert.equal(queued.status, 'queued');
});

test('system.list_services names the services that can be called', async () => {
  assert.deepEqual(await result('system.list_services', undefined, viewer), ['metrics_dashboard', 'log_collector', 'metrics_reporter', 'system']);
});
