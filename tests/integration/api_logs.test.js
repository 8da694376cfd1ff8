// The log: batches in, numbered once each, and every way to ask for them.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { entry, report } from '../lib/report.js';
import { BIN, startStack, waitFor } from '../lib/stack.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const viewer = await stack.user('viewer');
const operator = await stack.user('operator');

let batches = 0;

/** Fills a node's log, up to what is kept, with copies of another's only entry. */
const LAY_OUT_LOG = `local entry = redis.call('LINDEX', KEYS[1], -1)
for i = redis.call('LLEN', KEYS[2]) + 1, 66 do redis.call('LPUSH', KEYS[2], entry) end
redis.call('SET', KEYS[3], 66 * #entry)
redis.call('ZADD', KEYS[4], 1, ARGV[1])
return redis.call('LLEN', KEYS[2])`;

/** The most memory a process of the API ever had, summed over them: one grows for each search. */
async function poolPeakMib() {
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(stack.api.pid)]);
  return stdout
    .trim()
    .split('\n')
    .map((pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
    .reduce((sum, mib) => sum + mib, 0);
}

/**
 * @param {import('../lib/client.js').Client} worker
 * @param {string} node
 * @param {object[]} logs
 */
async function send(worker, node, logs, batch = `batch-${batches++}`) {
  return worker.post('/api/reporter/logs', { node_id: node, batch, logs });
}

/** @param {string} query */
async function find(query) {
  const answer = await viewer.get(`/api/logs?${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** @param {string} query */
const messages = async (query) => (await find(query)).logs.map((/** @type {any} */ log) => log.message);

test('fields_are_kept_flat_and_searched', async () => {
  const worker = await stack.worker('structured');
  const fields = { order: 17, request: { method: 'GET' }, tags: ['a'], retried: true, none: null };
  await send(worker, 'structured', [entry('paid', { fields }), entry('plain')]);
  const [log] = (await find('node_id=structured&q=order%3D17')).logs;
  assert.deepEqual(log.fields, { order: 17, 'request.method': 'GET', tags: '["a"]', retried: true });
  assert.deepEqual(await messages('node_id=structured&q=GET'), ['paid']);
  assert.deepEqual(await messages('node_id=structured&q=PLAIN'), ['plain']);
  const refused = await send(worker, 'structured', [entry('bad', { fields: [1] })]);
  assert.equal(refused.status, 422);
});

test('an entry comes back with every field, its node and its number', async () => {
  const worker = await stack.worker('fields');
  const answer = await send(worker, 'fields', [entry('hello', { level: 'warn', message: 'привет \u0001 "x"\n\t' })]);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, { success: true, added: 1, total_stored: 1 });
  const { logs, total, limit, offset, nodes } = await find('node_id=fields');
  assert.deepEqual({ total, limit, offset }, { total: 1, limit: 100, offset: 0 });
  assert.ok(nodes.includes('fields'));
  const [{ seq, ...log }] = logs;
  assert.ok(Number.isInteger(seq) && seq > 0);
  assert.deepEqual(log, {
    timestamp: '2025-11-17T10:30:00.123Z',
    node_id: 'fields',
    level: 'WARNING',
    logger_name: 'Service.app',
    message: 'привет \u0001 "x"\n\t',
    module: 'app',
    funcName: 'main',
    lineno: 42,
  });
});

test('the node is the token\'s, whatever the entry says', async () => {
  const worker = await stack.worker('honest');
  await send(worker, 'honest', [entry('mine', { node_id: 'coordinator', seq: 7 })]);
  const { logs } = await find('node_id=honest');
  assert.equal(logs[0].node_id, 'honest');
  assert.notEqual(logs[0].seq, 7);
  const refused = await send(worker, 'fields', [entry('not mine')]);
  assert.equal(refused.status, 403);
  assert.equal(refused.json.code, 'node_mismatch');
});

test('seq grows by one for each entry of the cluster, whoever writes at the same time', async () => {
  const nodes = ['seq-a', 'seq-b', 'seq-c', 'seq-d'];
  const workers = await Promise.all(nodes.map((node) => stack.worker(node)));
  const before = Number(await stack.redisCommand('GET', 'p2pdash:log_seq'));
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      send(workers[i % 4], nodes[i % 4], Array.from({ length: 10 }, (_, k) => entry(`line ${i} ${k}`))),
    ),
  );
  /** @type {number[]} */
  const seqs = [];
  for (const node of nodes) {
    const { logs } = await find(`node_id=${node}`);
    const own = logs.map((/** @type {any} */ log) => log.seq);
    assert.deepEqual(own, [...own].sort((a, b) => b - a), 'newest first');
    seqs.push(...own);
  }
  seqs.sort((a, b) => a - b);
  assert.deepEqual(seqs, Array.from({ length: 200 }, (_, i) => before + 1 + i));
});

test('the same batch sent again adds nothing; the same lines in a new batch do', async () => {
  const worker = await stack.worker('repeat');
  const logs = [entry('one'), entry('two')];
  assert.deepEqual((await send(worker, 'repeat', logs, 'b1')).json, { success: true, added: 2, total_stored: 2 });
  assert.deepEqual((await send(worker, 'repeat', logs, 'b1')).json, { success: true, added: 0, total_stored: 2 });
  const both = await Promise.all([send(worker, 'repeat', logs, 'b2'), send(worker, 'repeat', logs, 'b2')]);
  assert.deepEqual(both.map((answer) => answer.json.added).sort(), [0, 2]);
  assert.deepEqual(await messages('node_id=repeat'), ['two', 'one', 'two', 'one']);
});

test('entries that come with a report are stored with it, once', async () => {
  const worker = await stack.worker('with-report');
  const body = report('with-report', { logs: [entry('along')], batch: 'r1' });
  assert.equal((await worker.post('/api/reporter/report', body)).status, 200);
  assert.equal((await worker.post('/api/reporter/report', body)).status, 200);
  assert.deepEqual(await messages('node_id=with-report'), ['along']);
  const bad = report('with-report', { logs: [entry('x', { level: 'LOUD' })] });
  const refused = await worker.post('/api/reporter/report', bad);
  assert.equal(refused.status, 422);
  assert.match(refused.json.error, /logs\[0\]\.level/);
});

test('the newest 1000 of a node are kept', async () => {
  const worker = await stack.worker('many');
  for (let i = 0; i < 3; i++)
    await send(worker, 'many', Array.from({ length: 500 }, (_, k) => entry(`line ${i * 500 + k}`)));
  const { logs, total } = await find('node_id=many&limit=1000');
  assert.equal(total, 1000);
  assert.equal(logs.length, 1000);
  assert.equal(logs[0].message, 'line 1499');
  assert.equal(logs[999].message, 'line 500');
  assert.equal((await send(worker, 'many', [entry('one more')])).json.total_stored, 1000);
});

test('filters: node, level and above, logger, text, and all of them', async () => {
  const a = await stack.worker('filter-a');
  const b = await stack.worker('filter-b');
  const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];
  await send(a, 'filter-a', levels.map((level) => entry(`Zebra ${level}`, { level, logger_name: 'kernel.Zoo' })));
  await send(b, 'filter-b', [
    entry('ЖИРАФ in the zoo', { level: 'ERROR', logger_name: 'Ünit' }),
    entry('a "quoted\\zebra"', { level: 'INFO', logger_name: 'nginx' }),
  ]);
  assert.equal((await find('node_id=filter-a')).total, 5);
  assert.deepEqual(await messages('node_id=filter-a&level=ERROR'), ['Zebra CRITICAL', 'Zebra ERROR']);
  assert.deepEqual(await messages('node_id=filter-a&level=warning&limit=1'), ['Zebra CRITICAL']);
  assert.deepEqual(await messages('logger_name=KERNEL.z&level=CRITICAL'), ['Zebra CRITICAL']);
  assert.deepEqual(await messages(`q=${encodeURIComponent('жираф')}`), ['ЖИРАФ in the zoo']);
  assert.deepEqual(await messages(`logger_name=${encodeURIComponent('üNIT')}`), ['ЖИРАФ in the zoo']);
  assert.deepEqual(await messages(`q=${encodeURIComponent('"QUOTED\\Z')}`), ['a "quoted\\zebra"']);
  assert.deepEqual(await messages('q=zebra&node_id=filter-b'), ['a "quoted\\zebra"']);
  assert.deepEqual(await messages('q=lineno&node_id=filter-a'), [], 'only the message is searched');
  assert.deepEqual(await messages('node_id=unheard-of'), []);
  assert.equal((await find('level=DEBUG&logger_name=&q=&node_id=')).total, (await find('')).total);
});

test('pages follow each other over all nodes, newest first', async () => {
  const all = (await find('limit=1000')).logs;
  const { total } = await find('limit=1');
  const paged = [];
  for (let offset = 0; offset < 300; offset += 70) paged.push(...(await find(`limit=70&offset=${offset}`)).logs);
  assert.deepEqual(paged.slice(0, 300), all.slice(0, 300));
  assert.deepEqual((await find(`offset=${total}`)).logs, []);
  assert.equal((await find(`offset=${total + 1000}`)).total, total);
});

test('a few reads at once wait for each other, and none is refused', async () => {
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(Array.from({ length: 8 }, () => viewer.get('/api/logs?limit=1000')));
    assert.deepEqual(answers.map(({ status }) => status), Array(8).fill(200));
  }
});

test('bounds on seq and on time, in either order, are where one reads on', async () => {
  const nodes = ['bounds-a', 'bounds-b'];
  const workers = await Promise.all(nodes.map((node) => stack.worker(node)));
  for (let i = 0; i < 10; i++) {
    const timestamp = `2025-11-17T10:30:0${i}.000Z`;
    await send(workers[i % 2], nodes[i % 2], [entry(`bound ${i}`, { timestamp, level: i < 9 ? 'INFO' : 'ERROR' })]);
  }
  const all = (await find('q=bound&order=oldest')).logs;
  const { seq } = all[4];
  const numbers = async (/** @type {string} */ query) =>
    (await messages(`q=bound&${query}`)).map((/** @type {string} */ message) => Number(message.slice(-1)));
  assert.deepEqual(await numbers('order=oldest'), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(await numbers('order=oldest&limit=3&offset=2'), [2, 3, 4]);
  assert.deepEqual(await numbers('order=oldest&limit=3&offset=9'), [9]);
  assert.deepEqual(await numbers('order=oldest&offset=10'), []);
  assert.deepEqual(await numbers(`before=${seq}&limit=2`), [3, 2]);
  assert.deepEqual(await numbers(`after=${seq}&order=oldest&limit=2`), [5, 6]);
  assert.deepEqual(await numbers(`after=${seq}&order=newest&limit=2`), [9, 8]);
  assert.deepEqual(await numbers(`after=${seq}&before=${all[7].seq}`), [6, 5]);
  assert.deepEqual(await numbers('since=2025-11-17T13:30:07%2B03:00&order=oldest&limit=1'), [7]);
  assert.deepEqual(await numbers('since=2025-11-17T10:30:06.001Z&level=ERROR'), [9]);
  assert.equal((await find(`q=bound&after=${seq}&limit=1`)).total, 5);
  assert.equal((await find(`node_id=bounds-a&before=${seq}`)).total, 2, 'without a text, too');
});

test('a question out of bounds names its parameter', async () => {
  for (const [query, name] of [
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['offset=-1', 'offset'],
    ['after=-1', 'after'],
    ['before=9007199254740992', 'before'],
    ['since=yesterday', 'since'],
    ['order=best', 'order'],
    ['level=LOUD', 'level'],
    ['node_id=a/b', 'node_id'],
    [`q=${'x'.repeat(300)}`, 'q'],
  ]) {
    const answer = await viewer.get(`/api/logs?${query}`);
    assert.equal(answer.status, 422, `${query}: ${answer.text}`);
    assert.match(answer.json.error, new RegExp(`^${name} `));
  }
  assert.equal((await viewer.get('/api/logs?q=%zz')).status, 400);
});

test('sources name the nodes, the loggers and the levels', async () => {
  const { json } = await viewer.get('/api/logs/sources');
  assert.deepEqual(json.log_levels, ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']);
  assert.ok(json.nodes.includes('filter-a') && json.nodes.includes('filter-b'));
  assert.ok(json.loggers.includes('kernel.Zoo') && json.loggers.includes('Ünit'));
  assert.deepEqual(json.nodes, [...json.nodes].sort());
});

test('a long message is cut and says so; more than the body may hold is refused', async () => {
  const worker = await stack.worker('long');
  await send(worker, 'long', [entry('я'.repeat(100_000))]);
  const [{ message }] = (await find('node_id=long')).logs;
  assert.ok(Buffer.byteLength(message) <= 65536);
  assert.match(message, /^я+…\[cut\]$/);
  const huge = await send(worker, 'long', [entry('x'.repeat(10_000_000))]);
  assert.equal(huge.status, 413);
  assert.equal(huge.json.code, 'too_large');
});

test('what is no batch is refused by its fault, and nothing of it is stored', async () => {
  const worker = await stack.worker('bad-logs');
  /** @type {[unknown, number, RegExp][]} */
  const cases = [
    [{ batch: 'b', logs: [] }, 422, /node_id is missing/],
    [{ node_id: 'bad-logs', logs: [] }, 422, /batch is missing/],
    [{ node_id: 'bad-logs', batch: '', logs: [] }, 422, /batch is empty/],
    [{ node_id: 'bad-logs', batch: 'b' }, 422, /logs must be an array/],
    [{ node_id: 'bad-logs', batch: 'b', logs: {} }, 422, /logs must be an array/],
    [{ node_id: 'bad-logs', batch: 'b', logs: [entry('fine'), 'text'] }, 422, /logs\[1\] must be an object/],
    [{ node_id: 'bad-logs', batch: 'b', logs: [entry('fine'), { level: 'INFO' }] }, 422, /logs\[1\]\.message is missing/],
    [{ node_id: 'bad-logs', batch: 'b', logs: [entry('x', { message: 5 })] }, 422, /logs\[0\]\.message must be a string/],
    [{ node_id: 'bad-logs', batch: 'b', logs: [entry('x', { lineno: 'ten' })] }, 422, /logs\[0\]\.lineno/],
    [{ node_id: 'bad-logs', batch: 'b', logs: [entry('x', { timestamp: 'yesterday' })] }, 422, /logs\[0\]\.timestamp/],
    [{ node_id: 'bad-logs', batch: 'b', logs: Array.from({ length: 1001 }, () => entry('x')) }, 422, /more than 1000/],
    ['{"node_id":"bad-logs","batch":"b","logs":[{"level":"INFO","message":"cut sh', 400, /JSON/],
    [`{"node_id":"bad-logs","batch":"b","logs":${'['.repeat(10_000)}`, 400, /deeper/],
  ];
  for (const [body, status, error] of cases) {
    const answer = await worker.post('/api/reporter/logs', body);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.json.error, error);
  }
  assert.equal((await find('node_id=bad-logs')).total, 0);
});

test('bytes that are no UTF-8 are replaced, never passed on', async () => {
  const worker = await stack.worker('bytes');
  const body = Buffer.concat([
    Buffer.from('{"node_id":"bytes","batch":"b","logs":[{"level":"INFO","message":"a'),
    Buffer.from([0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]),
    Buffer.from('z \\u0000 \\ud800"}]}'),
  ]);
  const answer = await worker.post('/api/reporter/logs', body);
  assert.ok([200, 400].includes(answer.status), answer.text);
  const found = await viewer.get('/api/logs?node_id=bytes');
  assert.doesNotThrow(() => new TextDecoder('utf-8', { fatal: true }).decode(found.body));
});

test('a batch may come gzipped, but neither broken nor as a bomb', async () => {
  const worker = await stack.worker('zipped');
  const headers = { 'content-encoding': 'gzip' };
  const body = JSON.stringify({ node_id: 'zipped', batch: 'z', logs: [entry('packed')] });
  const fine = await worker.post('/api/reporter/logs', gzipSync(body), { headers });
  assert.equal(fine.status, 200, fine.text);
  assert.deepEqual(await messages('node_id=zipped'), ['packed']);
  const bomb = await worker.post('/api/reporter/logs', gzipSync(Buffer.alloc(100_000_000)), { headers });
  assert.equal(bomb.status, 413);
  const broken = await worker.post('/api/reporter/logs', gzipSync(body).subarray(0, 40), { headers });
  assert.equal(broken.status, 400);
  const other = await worker.post('/api/reporter/logs', body, { headers: { 'content-encoding': 'br' } });
  assert.equal(other.status, 415);
});

test('clearing forgets one node, then all', async () => {
  const { total: before } = await find('');
  const one = await operator.post('/api/logs/clear', { node_id: 'filter-a' });
  assert.deepEqual(one.json, { success: true, cleared: 5, node: 'filter-a' });
  const { total, nodes } = await find('');
  assert.equal(total, before - 5);
  assert.ok(!nodes.includes('filter-a'));
  const empty = await operator.post('/api/logs/clear', { node_id: '' });
  assert.equal(empty.status, 422, 'an empty target is not "all of them"');
  for (const path of ['/api/logs/clear', '/api/dashboard/clear-history']) {
    const mistyped = await operator.post(path, { node: 'filter-b' });
    assert.deepEqual([mistyped.status, mistyped.json.code], [422, 'invalid'], `${path}: nor is a mistyped one`);
    assert.match(mistyped.json.error, /^node means nothing here: node_id does/);
  }
  const nobody = await operator.post('/api/logs/clear', { node_id: 'nobody' });
  assert.deepEqual([nobody.status, nobody.json.code], [404, 'unknown_node']);
  const all = await operator.post('/api/logs/clear');
  assert.equal(all.json.cleared, total);
  assert.equal((await find('')).total, 0);
  assert.deepEqual((await viewer.get('/api/logs/sources')).json.nodes, []);
});

test('a Redis that has forgotten the scripts is taught them again', async () => {
  const worker = await stack.worker('forgetful');
  await stack.redisCommand('SCRIPT', 'FLUSH');
  const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => send(worker, 'forgetful', [entry(`line ${i}`)])));
  for (const answer of answers) assert.equal(answer.status, 200, answer.text);
  assert.equal((await find('node_id=forgetful')).total, 12);
});

test('a search over many full nodes answers right', async () => {
  const nodes = Array.from({ length: 40 }, (_, i) => `wide-${i}`);
  const logs = Array.from({ length: 100 }, (_, i) => entry(`line ${i}`, { level: i % 10 ? 'INFO' : 'ERROR' }));
  for (const node of nodes) await send(await stack.worker(node), node, logs);
  const { logs: found, total } = await find('level=ERROR&limit=25&offset=50');
  assert.equal(total, 400);
  assert.equal(found.length, 25);
  assert.equal(found[0].node_id, 'wide-34');
});

test('of more nodes than one round trip holds, all are counted and cleared', async () => {
  const NODES = 150;
  const layOut = `for i = 1, ARGV[1] do
    redis.call('RPUSH', 'p2pdash:{many-' .. i .. '}:logs', '{"seq":' .. i .. '}', '{"seq":' .. i .. '}')
    redis.call('ZADD', 'p2pdash:log_sources:nodes', i, 'many-' .. i)
    redis.call('RPUSH', 'p2pdash:{many-' .. i .. '}:history', '{}')
    redis.call('ZADD', 'p2pdash:nodes', i, 'many-' .. i)
  end`;
  await operator.post('/api/logs/clear');
  await operator.post('/api/dashboard/clear-history');
  await stack.redisCommand('EVAL', layOut, '0', String(NODES));
  const stats = (await viewer.post('/rpc', { jsonrpc: '2.0', id: 1, method: 'log_collector.get_stats' })).json.result;
  assert.equal(stats.total_logs, 2 * NODES);
  for (let i = 1; i <= NODES; i++) assert.equal(stats.logs_by_node[`many-${i}`], 2);
  assert.equal((await operator.post('/api/logs/clear')).json.cleared, 2 * NODES);
  assert.equal((await operator.post('/api/dashboard/clear-history')).json.cleared_records, NODES);
  assert.equal(await stack.redisCommand('KEYS', 'p2pdash:{many-*'), '');
  assert.equal((await find('')).total, 0);
});

test('a node keeps at most 4 MiB of entries, the newest, through repeats, clearing and a count that is lost', async () => {
  const worker = await stack.worker('bytes');
  const list = 'p2pdash:{bytes}:logs';
  const counter = 'p2pdash:{bytes}:log_bytes';
  const budget = 4 << 20;
  const sizes = async () => (await stack.redisCommand('LRANGE', list, '0', '-1')).split('\n').map((line) => Buffer.byteLength(line));
  const bytes = async () => (await sizes()).reduce((sum, size) => sum + size, 0);
  for (let batch = 0; batch < 10; batch++) {
    const logs = Array.from({ length: 8 }, (_, i) => entry(`large ${batch} ${i} ${'\u0001'.repeat(20_000)}`));
    assert.equal((await send(worker, 'bytes', logs, `bytes-${batch}`)).status, 200);
    assert.equal((await send(worker, 'bytes', logs, `bytes-${batch}`)).json.added, 0);
    assert.equal(Number(await stack.redisCommand('GET', counter)), await bytes());
    if (batch === 4) await stack.redisCommand('DEL', counter);
  }
  const kept = await sizes();
  assert.ok((await bytes()) <= budget && (await bytes()) + Math.max(...kept) > budget, `${await bytes()} bytes kept`);
  assert.ok(Math.max(...kept) <= (64 << 10) + 500, 'an entry is bounded by what it takes in JSON');
  const { logs, total } = await find('node_id=bytes&limit=1');
  assert.equal(total, kept.length);
  assert.match(logs[0].message, /^large 9 7 /);
  await operator.post('/api/logs/clear', { node_id: 'bytes' });
  assert.equal(await stack.redisCommand('EXISTS', list, counter), '0');
  await send(worker, 'bytes', [entry('small')]);
  assert.equal(Number(await stack.redisCommand('GET', counter)), await bytes());
});

test('a full Redis is told from one that is away, can be read, and takes entries again when it has room', async () => {
  const worker = await stack.worker('full');
  await send(worker, 'full', [entry('before')]);
  await stack.redisCommand('CONFIG', 'SET', 'maxmemory', '1');
  try {
    for (const attempt of [
      () => send(worker, 'full', [entry('refused')]),
      () => worker.post('/api/reporter/report', report('full')),
    ]) {
      const answer = await attempt();
      assert.deepEqual([answer.status, answer.json.code], [503, 'backend_full'], answer.text);
      assert.match(answer.json.error, /^the data store is full/);
      assert.ok(Number(answer.headers['retry-after']) > 0);
    }
    assert.deepEqual(await messages('node_id=full'), ['before']);
    await waitFor(() => /Redis is full/.test(stack.api.log()), { what: 'the log to say it' });
  } finally {
    await stack.redisCommand('CONFIG', 'SET', 'maxmemory', '0');
  }
  assert.equal((await send(worker, 'full', [entry('after')])).status, 200);
  assert.deepEqual(await messages('node_id=full'), ['after', 'before']);
});

const kept = BIN.endsWith('sanitize') && 'a sanitizer keeps what was freed';

test('a search holds a few MiB of the nodes\' logs at once, however many nodes and however long their entries', { skip: kept }, async () => {
  const worker = await stack.worker('heavy-0');
  await send(worker, 'heavy-0', [entry(`heavy ${'x'.repeat(60_000)}`)]);
  for (let node = 0; node < 20; node++) {
    const keys = [`p2pdash:{heavy-${node}}:logs`, `p2pdash:{heavy-${node}}:log_bytes`, 'p2pdash:log_sources:nodes'];
    const reply = await stack.redisCommand('EVAL', LAY_OUT_LOG, '4', 'p2pdash:{heavy-0}:logs', ...keys, `heavy-${node}`);
    assert.equal(reply, '66');
  }
  const before = await poolPeakMib();
  assert.equal((await find('q=nowhere-to-be-found')).total, 0);
  assert.equal((await find('q=heavy%20xxx&limit=1')).total, 20 * 66);
  const grown = (await poolPeakMib()) - before;
  assert.ok(grown < 32, `the search took ${grown} MiB`);
});
