// Goal: however much the logs hold, one answer of the API is of a bounded size, page by page one reads all of it, and
// nobody who reads stands in others' way.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { entry } from '../lib/report.js';
import { startStack } from '../lib/stack.js';

const NODES = 6;
const ENTRIES = 66; // of 60 kB: as much as a node may keep
const PAGE_BYTES = 8 << 20;

/** Fills a node's log with copies of another's only entry, each with a number of its own. */
const LAY_OUT_LOG = `local entry = redis.call('LINDEX', KEYS[1], 0)
for i = 1, ARGV[2] do
  local copy = entry:gsub('"seq":%d+', '"seq":' .. string.format('%.0f', redis.call('INCR', KEYS[5])))
  redis.call('LPUSH', KEYS[2], copy)
end
redis.call('SET', KEYS[3], ARGV[2] * #entry)
redis.call('ZADD', KEYS[4], 1, ARGV[1])
return redis.call('LLEN', KEYS[2])`;

const stack = await startStack({ parts: ['redis', 'api', 'nginx'], waitWorkers: 8 }); // hence 2 reads at once
const viewer = await stack.user('viewer');
const pattern = await stack.worker('pattern');
await pattern.post('/api/reporter/logs', { node_id: 'pattern', batch: 'p', logs: [entry(`heavy ${'x'.repeat(60_000)}`)] });
for (let node = 0; node < NODES; node++) {
  const keys = [`{heavy-${node}}:logs`, `{heavy-${node}}:log_bytes`, 'log_sources:nodes', 'log_seq'].map((key) => `p2pdash:${key}`);
  await stack.redisCommand('EVAL', LAY_OUT_LOG, '5', 'p2pdash:{pattern}:logs', ...keys, `heavy-${node}`, String(ENTRIES));
}

/** @param {string} query @returns {Promise<number[]>} the seqs of a page, which is checked */
async function page(query, total = NODES * ENTRIES + 1) {
  const answer = await viewer.get(`/api/logs?limit=1000&${query}`);
  assert.equal(answer.status, 200, answer.text.slice(0, 200));
  assert.ok(answer.body.length < PAGE_BYTES + 4096, `${answer.body.length} bytes`);
  assert.equal(answer.json.total, total);
  return answer.json.logs.map((/** @type {any} */ log) => log.seq);
}

/** @param {(seqs: number[]) => Promise<number[]>} next what comes after these */
async function readAll(next) {
  /** @type {number[]} */
  const seqs = [];
  for (let more; (more = await next(seqs)).length > 0; ) seqs.push(...more);
  return seqs;
}

test('a page ends where it would be too large; by number of lines, from line to line, in both orders nothing is lost or repeated', async () => {
  const all = Array.from({ length: NODES * ENTRIES + 1 }, (_, i) => NODES * ENTRIES + 1 - i);
  assert.ok((await page('')).length < all.length, 'a page does not hold all');
  assert.deepEqual(await readAll((seqs) => page(`offset=${seqs.length}`)), all);
  const older = async (/** @type {number[]} */ seqs) => {
    const before = seqs.at(-1) ?? all.length + 1;
    return before > 1 ? page(`before=${before}`, before - 1) : [];
  };
  assert.deepEqual(await readAll(older), all);
  const newer = async (/** @type {number[]} */ seqs) =>
    page(`order=oldest&q=heavy&after=${seqs.at(-1) ?? 0}`, all.length - (seqs.at(-1) ?? 0));
  assert.deepEqual(await readAll(newer), [...all].reverse());
});

test('a batch of calls that all want much is answered until it is enough', async () => {
  const calls = Array.from({ length: 20 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'log_collector.get_logs', params: { limit: 1000 } }));
  const list = { jsonrpc: '2.0', id: 'small', method: 'nothing.at_all' };
  const answer = await viewer.post('/rpc', [...calls, list].slice(1));
  assert.equal(answer.status, 200);
  assert.ok(answer.body.length < (16 << 20) + PAGE_BYTES + 4096, `${answer.body.length} bytes`);
  const done = answer.json.filter((/** @type {any} */ one) => one.result);
  assert.ok(done.length >= 2 && done.every((/** @type {any} */ one) => one.result.total === NODES * ENTRIES + 1));
  for (const { error } of answer.json.slice(done.length)) {
    assert.deepEqual([error.code, error.data], [-32000, { code: 'too_large', status: 413 }]);
    assert.match(error.message, /^not done: /);
  }
  assert.deepEqual(answer.json.map((/** @type {any} */ one) => one.id), [...calls.map(({ id }) => id).slice(1), 'small']);
});

test('who reads all the time leaves the log to others and the dashboard to all', async () => {
  const admin = await stack.user('admin');
  const reads = Array.from({ length: 40 }, () => viewer.get('/api/logs?q=zzz'));
  const call = { jsonrpc: '2.0', id: 1, method: 'log_collector.get_logs', params: { q: 'zzz' } };
  const calls = Array.from({ length: 8 }, () => viewer.post('/rpc', Array.from({ length: 5 }, () => call)));
  assert.equal((await viewer.get('/health')).status, 200);
  const answers = await Promise.all(reads);
  const refused = answers.filter((answer) => answer.status === 429);
  assert.ok(refused.length > 0 && refused.length < reads.length, `${refused.length} of ${reads.length} were refused`);
  for (const { headers, json } of refused) {
    assert.equal(json.code, 'too_many_reads');
    assert.match(json.error, /^the log is being read 2 times by the-viewer already/);
    assert.ok(Number(headers['retry-after']) >= 1);
  }
  assert.ok(answers.every((answer) => answer.status === 429 || (answer.status === 200 && answer.json.total === 0)));
  const results = (await Promise.all(calls)).flatMap((answer) => answer.json);
  assert.ok(results.every(({ result, error }) => result?.total === 0 || error.data.code === 'too_many_reads'));
  assert.equal((await admin.get('/api/logs?limit=1')).status, 200);
  assert.equal((await viewer.get('/api/logs?limit=1')).status, 200);
});

test('how far back one may count is bounded', async () => {
  const answer = await viewer.get('/api/logs?offset=100001');
  assert.deepEqual([answer.status, answer.json.code], [422, 'invalid']);
  assert.match(answer.json.error, /^offset /);
});
