// When a worker was last heard, and what is said of one that is silent: it is stale, then missing, and never forgotten
// before its time. Time passes by moving what Redis holds as the time of the last word.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { certificate, report, service } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';

const FORGET_AFTER_S = 900;
const stack = await startStack({ parts: ['redis', 'api', 'nginx'], env: { P2PDASH_FORGET_AFTER: String(FORGET_AFTER_S) } });
const [viewer, admin] = await Promise.all([stack.user('viewer'), stack.user('admin')]);

const metricsOf = async () => (await viewer.get('/api/dashboard/metrics')).json;
const statsOf = async () => (await viewer.get('/api/dashboard/stats')).json;
const prometheus = async () => (await viewer.get('/metrics')).text;

/** @param {string} node */
const nodeOf = async (node) => (await metricsOf()).workers[node];

/** Nothing was heard of the node for so long. @param {string} node @param {number} seconds @returns {Promise<string>} since when */
async function silence(node, seconds) {
  const at = Date.now() - seconds * 1000;
  await stack.redisCommand('ZADD', 'p2pdash:nodes', String(at), node);
  return new Date(at).toISOString();
}

/** A worker that has reported. @param {string} node @param {Record<string, unknown>} [changes] */
async function start(node, changes = {}) {
  const worker = await stack.worker(node);
  const answer = await worker.post('/api/reporter/report', report(node, changes));
  assert.equal(answer.status, 200, answer.text);
  return worker;
}

test('a beat is heard and says nothing else', async () => {
  const worker = await start('beating');
  const before = await nodeOf('beating');
  assert.equal(before.last_heard, before.timestamp);
  assert.equal(before.stream_lost, undefined);
  const updates = (await statsOf()).total_updates;
  await silence('beating', 200);
  assert.equal((await nodeOf('beating')).status, 'stale');
  const began = Date.now();
  const answer = await worker.post('/api/reporter/beat', '');
  assert.equal(answer.status, 204);
  assert.equal(answer.text, '');
  const after = await nodeOf('beating');
  assert.ok(Date.parse(after.last_heard) >= began, after.last_heard);
  assert.ok(after.fresh_until > before.fresh_until);
  assert.equal(after.status, 'online');
  assert.equal(after.timestamp, before.timestamp);
  assert.deepEqual(after.metrics, before.metrics);
  assert.equal((await statsOf()).total_updates, updates);
  assert.equal((await viewer.post('/api/reporter/beat', '')).status, 403);
  assert.equal((await stack.visitor.post('/api/reporter/beat', '')).status, 401);
  assert.equal((await worker.get('/api/reporter/beat')).status, 405);
});

test('a daemon is stale after 30 s, a cron worker after one and a half of its intervals and 10 s', async () => {
  for (const [mode, seconds] of /** @type {[string, number][]} */ ([
    ['daemon', 30],
    ['cron', 100],
  ])) {
    await start(mode, { mode, interval: 60 });
    await silence(mode, seconds - 3);
    assert.equal((await nodeOf(mode)).status, 'online', mode);
    await silence(mode, seconds + 1);
    assert.equal((await nodeOf(mode)).status, 'stale', mode);
  }
});

test('a beat of a worker that never reported makes no worker', async () => {
  const worker = await stack.worker('unheard');
  assert.equal((await worker.post('/api/reporter/beat', '')).status, 204);
  assert.equal(await nodeOf('unheard'), undefined);
  assert.equal(await stack.redisCommand('ZSCORE', 'p2pdash:nodes', 'unheard'), '');
});

test('log lines and results are heard, too', async () => {
  const worker = await start('talking');
  const lines = { node_id: 'talking', batch: 'b1', logs: [{ level: 'INFO', message: 'hello' }] };
  for (const speak of [
    () => worker.post('/api/reporter/logs', lines),
    () => worker.post('/api/reporter/logs', lines), // a repeat
    () => worker.post('/api/reporter/result', { command_id: '0'.repeat(32), success: true, message: 'done' }),
  ]) {
    await silence('talking', 300);
    assert.equal((await nodeOf('talking')).status, 'stale');
    await speak();
    assert.equal((await nodeOf('talking')).status, 'online');
  }
});

test('what runs on a worker that is not online is not known', async () => {
  const worker = await start('quiet', { services: { nginx: service(), db: service({ status: 'stopped' }) } });
  const known = (await viewer.get('/api/dashboard/services?node_id=quiet')).json.services.quiet;
  assert.deepEqual(known, { nginx: service(), db: service({ status: 'stopped' }) });
  const before = await statsOf();
  assert.match(await prometheus(), /service_status\{node="quiet",service="nginx",status="running"\} 1/);
  assert.match(await prometheus(), /node_cpu_usage_ratio\{node="quiet"\}/);
  await silence('quiet', 200);
  const after = await statsOf();
  assert.equal(after.active_services, before.active_services - 1);
  assert.equal(after.unknown_services, before.unknown_services + 2);
  assert.equal(after.total_services, before.total_services);
  assert.equal(after.active_workers, before.active_workers - 1);
  const { json } = await viewer.get('/api/dashboard/services');
  assert.deepEqual(json.services.quiet, { nginx: { ...service(), known: false }, db: { ...service({ status: 'stopped' }), known: false } });
  const { result } = await viewer.rpc('metrics_dashboard.get_cluster_services', {});
  assert.equal(result.services.quiet.nginx.known, false);
  const text = await prometheus();
  assert.doesNotMatch(text, /service_status\{node="quiet"/);
  assert.doesNotMatch(text, /node_cpu_usage_ratio\{node="quiet"\}/);
  assert.match(text, /p2pdash_node_up\{node="quiet"\} 0/);
  await worker.post('/api/reporter/report', report('quiet', { services: {}, goodbye: true }));
  assert.equal((await statsOf()).unknown_services, after.unknown_services - 2);
});

test('a worker whose stream was lost is stale until it is heard', async () => {
  const worker = await start('lost');
  const at = Date.now();
  await stack.redisCommand('SET', 'p2pdash:{lost}:stream_lost', String(at));
  const node = await nodeOf('lost');
  assert.equal(node.status, 'stale');
  assert.equal(node.stream_lost, new Date(at).toISOString());
  await waitFor(async () => Date.now() > at);
  await worker.post('/api/reporter/beat', '');
  const back = await nodeOf('lost');
  assert.equal(back.status, 'online');
  assert.equal(back.stream_lost, undefined);
});

test('a worker silent for ten minutes is missing, and nothing of it is deleted', async () => {
  const worker = await start('gone', { certificates: [certificate()] });
  await worker.post('/api/reporter/logs', { node_id: 'gone', batch: 'b', logs: [{ level: 'INFO', message: 'last words' }] });
  await start('left', { goodbye: true });
  const before = await metricsOf();
  assert.ok(before.workers.gone && before.workers.left);
  assert.deepEqual(before.missing, {});
  const at = await silence('gone', 601);
  await silence('left', 601);
  await silence('coordinator', 601);
  const silent = Date.now();
  await waitFor(async () => Date.parse((await statsOf()).last_cleanup) > silent, { what: 'the janitor' });

  const now = await metricsOf();
  assert.ok(!('gone' in now.workers) && !('left' in now.workers));
  assert.deepEqual(Object.keys(now.missing), ['gone', 'left']);
  const { summary, ...missing } = now.missing.gone;
  assert.deepEqual(missing, {
    node_id: 'gone',
    last_seen: at,
    since: new Date(Date.parse(at) + 600_000).toISOString(),
    said_goodbye: false,
  });
  assert.equal(summary.status, 'stale');
  assert.equal(summary.last_heard, at);
  assert.equal(summary.cpu_percent, 12.35);
  assert.equal(now.missing.left.said_goodbye, true);
  assert.equal(now.missing.left.summary.status, 'offline');
  assert.equal(now.stats.total_services, before.stats.total_services - 2);
  assert.ok(!now.coordinator.cluster_state.nodes.includes('gone'));

  const full = (await viewer.get('/api/dashboard/full-data')).json;
  assert.deepEqual(full.metrics.missing, now.missing);
  assert.ok(!('gone' in full.history));
  const { result } = await viewer.rpc('metrics_dashboard.get_cluster_metrics', {});
  assert.deepEqual(result.missing, now.missing);
  const text = await prometheus();
  assert.match(text, /p2pdash_node_missing\{node="gone"\} 1/);
  assert.doesNotMatch(text, /p2pdash_node_missing\{node="(quiet|lost)"\}/);

  assert.equal((await viewer.get('/api/dashboard/history/gone')).json.count, 1);
  assert.equal((await viewer.get('/api/logs?node_id=gone')).json.total, 1);
  assert.equal((await viewer.get('/api/dashboard/services')).json.services.gone.nginx.known, false);
  const { certificates } = (await viewer.get('/api/dashboard/service-data?service_type=certificates')).json;
  assert.deepEqual(certificates.map((/** @type {any} */ c) => c.worker), ['gone']);

  await worker.post('/api/reporter/beat', '');
  assert.deepEqual(Object.keys((await metricsOf()).missing), ['left'], 'it is heard again');
  assert.ok(await nodeOf('gone'));
  assert.equal((await admin.request('DELETE', '/api/admin/nodes/left')).status, 200);
  assert.deepEqual((await metricsOf()).missing, {}, 'an admin removed it');
  assert.equal((await admin.request('DELETE', '/api/admin/nodes/left')).status, 404);
});

test('a worker is forgotten when it was silent for as long as the settings say', async () => {
  await start('kept', { certificates: [certificate()] });
  const worker = await start('forgotten', { certificates: [certificate()], instance: 'i' });
  await worker.post('/api/reporter/logs', { node_id: 'forgotten', batch: 'b', logs: [{ level: 'INFO', message: 'last words' }] });
  await stack.redisCommand('SET', 'p2pdash:{forgotten}:stream_lost', '1');
  await silence('kept', FORGET_AFTER_S - 60);
  await silence('forgotten', FORGET_AFTER_S + 1);
  await waitFor(async () => !('forgotten' in (await metricsOf()).missing), { what: 'the janitor' });
  assert.ok('kept' in (await metricsOf()).missing);
  const keys = (await stack.redisCommand('KEYS', 'p2pdash:{forgotten}:*')).split('\n').sort();
  assert.deepEqual(keys, ['batch', 'log_bytes', 'logs'].map((key) => `p2pdash:{forgotten}:${key}`));
  assert.equal((await viewer.get('/api/logs?node_id=forgotten')).json.total, 1);
  assert.equal((await viewer.get('/api/dashboard/history/forgotten')).status, 404);
});
