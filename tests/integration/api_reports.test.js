// A worker's report: what it leaves behind, what is refused, and how often the next one is wanted.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { RedisClient } from '../lib/redis.js';
import { certificate, metrics, report, service } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';

const began = Date.now();
const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const viewer = await stack.user('viewer');

/** @param {import('../lib/client.js').Client} worker @param {object | string} body */
const send = (worker, body) => worker.post('/api/reporter/report', body);

/** @param {string} node */
const nodeOf = async (node) => (await viewer.get('/api/dashboard/metrics')).json.workers[node];

test('a report is served with every field, and with its status', async () => {
  const worker = await stack.worker('whole');
  const answer = await send(worker, report('whole'));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.status, 'received');
  assert.equal(answer.json.worker_id, 'whole');
  assert.equal(answer.json.next_report_interval, 60);
  assert.deepEqual(answer.json.commands, []);
  const node = await nodeOf('whole');
  assert.equal(node.status, 'online');
  assert.equal(node.mode, 'daemon');
  assert.equal(node.current_interval, 60);
  assert.equal(node.timestamp, answer.json.timestamp);
  assert.deepEqual(node.metrics, metrics());
  assert.deepEqual(node.services, { nginx: service() });
  const { json } = await viewer.get('/api/dashboard/history/whole');
  assert.equal(json.count, 1);
  assert.deepEqual(json.history, [
    {
      timestamp: answer.json.timestamp,
      cpu_percent: 12.35,
      memory_percent: 50,
      disk_percent: 25.5,
      network_bytes_sent: 3000,
      network_bytes_recv: 4000,
      disk_read_bytes: 1000,
      disk_write_bytes: 2000,
    },
  ]);
});

test('the coordinator tells of itself and counts its workers', async () => {
  const coordinator = await stack.worker('coordinator');
  const answer = await send(coordinator, report('coordinator', { interval: 5, min_interval: 5, max_interval: 5 }));
  assert.equal(answer.json.next_report_interval, 5);
  const { json } = await viewer.get('/api/dashboard/metrics');
  assert.equal(json.coordinator.node_id, 'coordinator');
  const state = json.coordinator.cluster_state;
  const names = Object.keys(json.workers);
  assert.deepEqual(state, { total_workers: names.length, connected_workers: names.length, total_nodes: names.length + 1, nodes: ['coordinator', ...names] });
  assert.ok(!('coordinator' in json.workers));
});

test('history is oldest first, holds 100 points, and is given as asked', async () => {
  const worker = await stack.worker('history');
  for (let i = 0; i < 110; i++) await send(worker, report('history', { metrics: metrics({ cpu_percent: i % 100 }) }));
  const all = (await viewer.get('/api/dashboard/history/history?limit=100')).json;
  assert.equal(all.count, 100);
  assert.equal(all.history[99].cpu_percent, 9);
  assert.equal(all.history[0].cpu_percent, 10);
  assert.equal((await viewer.get('/api/dashboard/history/history')).json.count, 50);
  assert.deepEqual((await viewer.get('/api/dashboard/history/history?limit=2')).json.history, all.history.slice(-2));
  const full = (await viewer.get('/api/dashboard/full-data')).json;
  assert.deepEqual(full.history.history, all.history);
  assert.ok(full.metrics.workers.history);
  for (const [path, status] of /** @type {[string, number][]} */ ([
    ['history/history?limit=0', 422],
    ['history/history?limit=101', 422],
    ['history/history?limit=x', 422],
    ['history/nobody', 404],
    ['history/a%2Fb', 404],
    ['history/..%2f..%2fetc', 404],
    ['history/', 404],
  ]))
    assert.equal((await viewer.get(`/api/dashboard/${path}`)).status, status, path);
});

test('the interval follows the metrics', async () => {
  const worker = await stack.worker('steady');
  let interval = 30;
  for (let i = 0; i < 14; i++)
    interval = (await send(worker, report('steady', { interval }))).json.next_report_interval;
  assert.equal(interval, 300, 'steady: longer and longer');
  const swing = async (/** @type {number} */ i) =>
    (await send(worker, report('steady', { interval: 300, metrics: metrics({ cpu_percent: i % 2 ? 95 : 5 }) }))).json;
  let last;
  for (let i = 0; i < 10; i++) last = await swing(i);
  assert.equal(last.next_report_interval, 30, 'it swings: short');
  const held = await send(worker, report('steady', { interval: 170, interval_fixed: true }));
  assert.equal(held.json.next_report_interval, 170, 'set by hand: it stays');
  const cron = await send(worker, report('steady', { interval: 3600, mode: 'cron' }));
  assert.equal(cron.json.next_report_interval, 3600, 'cron decides by itself');
});

test('a goodbye makes it offline, silence makes it stale', async () => {
  const worker = await stack.worker('leaving');
  await send(worker, report('leaving', { goodbye: true }));
  assert.equal((await nodeOf('leaving')).status, 'offline');
  await send(worker, report('leaving'));
  assert.equal((await nodeOf('leaving')).status, 'online');
  const key = 'p2pdash:{leaving}:state';
  const state = await stack.redisCommand('GET', key);
  await stack.redisCommand('SET', key, state.replace(/"fresh_until":"[^"]+"/, '"fresh_until":"2020-01-01T00:00:00.000Z"'));
  assert.equal((await nodeOf('leaving')).status, 'stale');
});

test('a second reporter with the same id is told so until the first is gone', async () => {
  const worker = await stack.worker('twin');
  assert.equal((await send(worker, report('twin', { instance: 'one' }))).status, 200);
  const second = await send(worker, report('twin', { instance: 'two' }));
  assert.equal(second.status, 409);
  assert.equal(second.json.code, 'duplicate_worker');
  assert.equal((await send(worker, report('twin', { instance: 'one', goodbye: true }))).status, 200);
  assert.equal((await send(worker, report('twin', { instance: 'two' }))).status, 200);
});

test('certificates are served from all nodes, kept while not told, and dropped when told empty', async () => {
  const worker = await stack.worker('certified');
  await send(worker, report('certified', { certificates: [certificate(), certificate({ path: '/b.pem', days_left: -3 })] }));
  await send(worker, report('certified'));
  const path = '/api/dashboard/service-data?service_type=certificates';
  const { json } = await viewer.get(path);
  assert.equal(json.total, 2);
  assert.deepEqual(json.certificates[0], { worker: 'certified', ...certificate() });
  const summary = JSON.parse(await stack.redisCommand('GET', 'p2pdash:{certified}:summary'));
  assert.equal(summary.certificates_total, 2);
  assert.equal(summary.certificate_days_left, -3);
  const error = { path: '/c.pem', error: 'Permission denied', since: '2025-11-17T10:30:00.123Z' };
  const mixed = { certificates: [{ ...error, subject: 'left out' }, certificate()] };
  assert.equal((await send(worker, report('certified', mixed))).status, 200);
  assert.deepEqual((await viewer.get(path)).json.certificates, [
    { worker: 'certified', ...error },
    { worker: 'certified', ...certificate() },
  ]);
  await send(worker, report('certified'));
  const { certificates_total, certificates_error, certificate_days_left } = JSON.parse(
    await stack.redisCommand('GET', 'p2pdash:{certified}:summary'),
  );
  assert.deepEqual([certificates_total, certificates_error, certificate_days_left], [1, 1, certificate().days_left]);
  const refused = await send(worker, report('certified', { certificates: [{ ...error, since: 'yesterday' }] }));
  assert.deepEqual([refused.status, refused.json.error], [422, 'certificates[0].since is not an ISO 8601 time']);
  await send(worker, report('certified', { certificates: [] }));
  assert.equal((await viewer.get(path)).json.total, 0);
  assert.equal((await viewer.get('/api/dashboard/service-data')).status, 422);
  assert.equal((await viewer.get('/api/dashboard/service-data?service_type=secrets')).status, 422);
});

test('what is told badly of a service costs that member and not the report', async () => {
  const worker = await stack.worker('told');
  const bad = [
    { detail: 7, since: 'yesterday', restarts: -1, last_failure: 'x' },
    { detail: '', since: '0001-01-01T00:00:00Z', restarts: 1e300, last_failure: { at: 5, message: 'm'.repeat(5000) } },
  ];
  const services = Object.fromEntries(bad.map((changes, index) => [`s${index}`, service(changes)]));
  assert.equal((await send(worker, report('told', { services }))).status, 200);
  const { s0, s1 } = (await nodeOf('told')).services;
  const nothing = { detail: null, since: null, restarts: null };
  assert.deepEqual(s0, service({ ...nothing, last_failure: null }));
  assert.deepEqual(s1, service({ ...nothing, last_failure: { at: null, message: 'm'.repeat(1024) } }));
});

test('services of the whole cluster in one answer', async () => {
  const worker = await stack.worker('serving');
  const services = { 'a@b.service': service({ status: 'error' }), 'x"y': undefined, db: service({ status: 'stopped', uptime: null }) };
  assert.equal((await send(worker, report('serving', { services }))).status, 200);
  const { json } = await viewer.get('/api/dashboard/services');
  assert.deepEqual(json.services.serving, JSON.parse(JSON.stringify(services)));
  const stats = (await viewer.get('/api/dashboard/stats')).json;
  assert.ok(stats.total_services >= 2 && stats.active_services < stats.total_services);
});

test('a report that is not right is refused by its field, and nothing of it is stored', async () => {
  const worker = await stack.worker('wrong');
  const good = report('wrong');
  /** @type {[unknown, number, RegExp][]} */
  const cases = [
    ['', 400, /JSON/],
    ['{"worker_id":"wrong","mode"', 400, /JSON/],
    ['[]', 422, /object/],
    [JSON.stringify(good).replace('12.35', '1e999'), 400, /cpu_percent/],
    [JSON.stringify(good).replace('12.35', 'NaN'), 400, /JSON/],
    [`${JSON.stringify(good).slice(0, -1)},"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400, /deeper/],
    [`${JSON.stringify(good)} more`, 400, /JSON/],
    [{ ...good, worker_id: undefined }, 422, /worker_id is missing/],
    [{ ...good, worker_id: 'a/b' }, 422, /worker_id/],
    [{ ...good, worker_id: '' }, 422, /worker_id/],
    [{ ...good, worker_id: 7 }, 422, /worker_id must be a string/],
    [{ ...good, worker_id: 'x'.repeat(65) }, 422, /worker_id/],
    [{ ...good, worker_id: 'other' }, 403, /token is for the node wrong/],
    [{ ...good, mode: 'sometimes' }, 422, /mode/],
    [{ ...good, interval: 0 }, 422, /interval/],
    [{ ...good, interval: 1.5 }, 422, /interval must be a whole number/],
    [{ ...good, interval: '60' }, 422, /interval/],
    [{ ...good, metrics: undefined }, 422, /metrics must be an object/],
    [{ ...good, metrics: [] }, 422, /metrics must be an object/],
    [{ ...good, services: [] }, 422, /services must be an object/],
    [{ ...good, services: { nginx: 'up' } }, 422, /services\.nginx must be an object/],
    [{ ...good, services: { nginx: service({ status: 'fine' }) } }, 422, /services\.nginx\.status/],
    [{ ...good, services: { nginx: service({ installed: 'yes' }) } }, 422, /services\.nginx\.installed/],
    [{ ...good, services: { nginx: service({ actions: ['format'] }) } }, 422, /services\.nginx\.actions/],
    [{ ...good, services: { nginx: service({ uptime: -1 }) } }, 422, /services\.nginx\.uptime/],
    [{ ...good, services: { 'a b': service() } }, 422, /services/],
    [{ ...good, services: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`s${i}`, service()])) }, 422, /more than 256/],
    [JSON.stringify(good).replace('"services":{', '"services":{"nginx":{"status":"error"},'), 422, /services\.nginx is there twice/],
    [{ ...good, certificates: {} }, 422, /certificates must be an array/],
    [{ ...good, certificates: [certificate({ not_after: 'never' })] }, 422, /certificates\[0\]\.not_after/],
    [{ ...good, certificates: [certificate(), certificate({ sans: 'a' })] }, 422, /certificates\[1\]\.sans/],
    [{ ...good, reporter: 'me' }, 422, /reporter must be an object/],
    [{ ...good, reporter: { x: 'y'.repeat(5000) } }, 422, /reporter is longer/],
    [{ ...good, goodbye: 'yes' }, 422, /goodbye/],
    [{ ...good, padding: 'x'.repeat(2 << 20) }, 413, /larger/],
  ];
  const updates = (await viewer.get('/api/dashboard/stats')).json.total_updates;
  for (const [body, status, error] of cases) {
    const answer = await send(worker, /** @type {any} */ (body));
    const what = (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 200);
    assert.equal(answer.status, status, `${what}: ${answer.text}`);
    assert.equal(answer.json.success, false, what);
    assert.match(answer.json.error, error, what);
  }
  const plain = await worker.post('/api/reporter/report', JSON.stringify(good), { headers: { 'content-type': 'text/plain' } });
  assert.equal(plain.status, 415);
  assert.equal(await nodeOf('wrong'), undefined);
  assert.equal((await viewer.get('/api/dashboard/stats')).json.total_updates, updates);
  assert.equal((await send(worker, good)).status, 200, 'and the right one is still taken');
});

test('a number that is not measured, or makes no sense, costs that number alone', async () => {
  const worker = await stack.worker('odd');
  const odd = {
    cpu_percent: null,
    memory: { percent: 172, total: 1000, available: 'much', used: 1000 },
    disk: { percent: -400, total: 2 ** 63, free: 2 ** 64 - 10_000, used: 5 },
    load_average: [1, 2],
    network_io: { bytes_sent: 2 ** 53 + 2, bytes_recv: 4000, packets_sent: -1, packets_recv: 40 },
    process_count: undefined,
  };
  const troubles = [{ part: 'log', name: 'app', message: 'Permission denied', since: '2025-11-17T10:30:00.123Z' }];
  for (let round = 0; round < 2; round++) {
    const answer = await send(worker, report('odd', { metrics: metrics(odd), troubles }));
    assert.equal(answer.status, 200, answer.text);
  }
  const node = await nodeOf('odd');
  assert.equal(node.metrics.cpu_percent, null);
  assert.deepEqual(node.metrics.memory, { percent: null, total: 1000, available: null, used: 1000 });
  assert.deepEqual(node.metrics.disk, { percent: null, total: 2 ** 63, free: null, used: 5 });
  assert.equal(node.metrics.load_average, null);
  assert.deepEqual(node.metrics.network_io, { ...odd.network_io, packets_sent: null });
  assert.equal(node.metrics.process_count, null);
  const names = node.troubles.map((/** @type {any} */ t) => `${t.part} ${t.name}`);
  const expected = ['memory.percent', 'memory.available', 'disk.percent', 'disk.free', 'load_average', 'network_io.packets_sent'];
  assert.deepEqual(names, [...expected.map((name) => `metric ${name}`), 'log app']);
  assert.deepEqual(node.troubles.at(-1), troubles[0]);
  const { json } = await viewer.get('/api/dashboard/history/odd');
  assert.equal(json.history[1].cpu_percent, null);
  assert.equal(json.history[1].memory_percent, null);
  const since = node.troubles[0].since;
  assert.ok(since >= json.history[0].timestamp && since < json.history[1].timestamp, 'since the first report');
  const prometheus = (await viewer.get('/metrics')).text;
  assert.doesNotMatch(prometheus, /node_cpu_usage_ratio\{node="odd"\}/);
  assert.match(prometheus, /node_network_transmit_bytes_total\{node="odd"\} 9007199254740994$/m);
  assert.equal((await send(worker, report('odd'))).status, 200);
  assert.deepEqual((await nodeOf('odd')).troubles, []);
});

test('what a foreign hand writes into Redis breaks nothing but itself', async () => {
  const worker = await stack.worker('spoiled');
  await send(worker, report('spoiled'));
  const redis = await RedisClient.open(join(stack.folder, 'redis.sock'));
  const long = `node\0${'x'.repeat(1 << 20)}`;
  for (const write of [
    ['SET', 'p2pdash:{spoiled}:state', 'garbage'],
    ['DEL', 'p2pdash:{spoiled}:state'],
    ['RPUSH', 'p2pdash:{spoiled}:state', 'a list'],
    ['ZADD', 'p2pdash:nodes', '1', 'not a/node'],
    ['ZADD', 'p2pdash:nodes', '1', long],
  ]) {
    await redis.command(...write);
    for (const path of ['metrics', 'stats', 'full-data', 'services', 'service-data?service_type=certificates'])
      assert.equal((await viewer.get(`/api/dashboard/${path}`)).status, 200, `${write.join(' ').slice(0, 80)}: ${path}`);
    assert.ok(await nodeOf('whole'), 'the others are still seen');
  }
  await stack.redisCommand('DEL', 'p2pdash:{spoiled}:state');
  await redis.command('ZREM', 'p2pdash:nodes', 'not a/node', long);
  redis.close();
  assert.equal((await send(worker, report('spoiled'))).status, 200);
  assert.equal((await nodeOf('spoiled')).status, 'online');
});

test('a clean-up is told with the numbers of the cluster', async () => {
  const now = Date.now();
  const stats = async () => (await viewer.get('/api/dashboard/stats')).json;
  await waitFor(async () => Date.parse((await stats()).last_cleanup) >= now, { what: 'the janitor' });
  const { uptime_seconds } = await stats();
  assert.ok(uptime_seconds * 1000 <= Date.now() - began, `${uptime_seconds} s`);
});

test('clear-history forgets one node, or all', async () => {
  const operator = await stack.user('operator');
  assert.equal((await operator.post('/api/dashboard/clear-history', { node_id: 'nobody' })).status, 404);
  assert.equal((await operator.post('/api/dashboard/clear-history', { node_id: '' })).status, 404);
  const one = await operator.post('/api/dashboard/clear-history', { node_id: 'history' });
  assert.deepEqual(one.json, { success: true, node_id: 'history', cleared_records: 100 });
  const all = await operator.post('/api/dashboard/clear-history', {});
  assert.ok(all.json.cleared_records > 10);
  assert.equal((await viewer.get('/api/dashboard/history/steady')).json.count, 0);
});
