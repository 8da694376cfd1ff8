// Goal: wherever the connection to Redis ends in the middle of a request, the request ends with one 503 and nothing else
// happens, however much it still had to ask.

import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { entry, report } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';

const NODES = 20; // a search asks 16 of them in one round trip

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const operator = await stack.user('operator');
const worker = await stack.worker('node-0');
await worker.post('/api/reporter/report', report('node-0'));
await worker.post('/api/reporter/logs', { node_id: 'node-0', batch: 'b', logs: [entry('hello')] });

// The real Redis is behind a proxy in its place, which ends a connection that sends what is to be cut.
const path = join(stack.folder, 'redis.sock');
const real = join(stack.folder, 'redis-real.sock');
/** The command as it stands on the wire, and how many round trips with it are let through. */
let cut = { command: '', after: 0 };
let cuts = 0;
const proxy = createServer((client) => {
  const redis = createConnection(real);
  const end = () => [client, redis].forEach((socket) => socket.destroy());
  for (const socket of [client, redis]) socket.on('error', end).on('close', end).unref();
  redis.pipe(client);
  client.on('data', (data) => {
    if (!cut.command || !data.includes(cut.command) || cut.after-- > 0) return void redis.write(data);
    cuts++;
    end();
  });
});
renameSync(path, real);
await new Promise((resolve) => proxy.listen(path, () => resolve(null)));
proxy.unref();
for (let node = 1; node < NODES; node++) {
  await stack.redisCommand('ZADD', 'p2pdash:log_sources:nodes', '1', `node-${node}`);
  await stack.redisCommand('SET', `p2pdash:{node-${node}}:log_bytes`, '100');
}
await stack.redisCommand('CLIENT', 'KILL', 'TYPE', 'normal');

const get = (/** @type {string} */ url) => () => operator.get(url);
const post = (/** @type {string} */ url) => () => operator.post(url, {});

for (const [what, ask, command, after] of /** @type {[string, () => Promise<import('../lib/client.js').Answer>, string, number][]} */ ([
  ['a search in its first round', get('/api/logs?limit=10'), 'LRANGE', 0],
  ['a search by text in its first round', get('/api/logs?q=hello'), 'LRANGE', 0],
  ['a search from the oldest entry in its last round', get('/api/logs?order=oldest'), 'LRANGE', 1],
  ['a search that loads its page', get('/api/logs?q=hello'), 'LRANGE', 2],
  ['a search that looks for sources', get('/api/logs'), 'ZRANGEBYSCORE', 0],
  ['reading all states', get('/api/dashboard/metrics'), 'HMGET', 0],
  ['reading all histories', get('/api/dashboard/full-data'), 'LRANGE', 0],
  ['reading the services', get('/api/dashboard/services'), 'HGETALL', 0],
  ['clearing all logs', post('/api/logs/clear'), 'ZREM', 1],
  ['clearing all histories', post('/api/dashboard/clear-history'), 'LLEN', 0],
])) {
  test(`${what} is refused when the connection to Redis is cut, and the next time answered`, async () => {
    const before = cuts;
    cut = { command: `$${command.length}\r\n${command}\r\n`, after };
    const answer = await ask();
    cut.command = '';
    assert.deepEqual([answer.status, answer.json?.code], [503, 'backend_away'], answer.text);
    assert.equal(cuts, before + 1);
    await waitFor(async () => (await ask()).status === 200, { what: 'the next answer' });
    stack.assertHealthy();
  });
}
