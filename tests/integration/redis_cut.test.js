// Goal: when the connection to Redis ends in the middle of a search, the search ends with one 503 and nothing else happens,
// however many nodes it still had to ask.

import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { startStack, waitFor } from '../lib/stack.js';

const NODES = 20; // a search asks 16 of them in one round trip
const COMMAND = '$6\r\nLRANGE\r\n'; // as it stands on the wire

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const viewer = await stack.user('viewer');

// The real Redis is behind a proxy in its place, which ends a connection that sends this command.
const path = join(stack.folder, 'redis.sock');
const real = join(stack.folder, 'redis-real.sock');
let cutAt = '';
let cuts = 0;
const proxy = createServer((client) => {
  const redis = createConnection(real);
  const end = () => [client, redis].forEach((socket) => socket.destroy());
  for (const socket of [client, redis]) socket.on('error', end).on('close', end).unref();
  redis.pipe(client);
  client.on('data', (data) => {
    if (!cutAt || !data.includes(cutAt)) return void redis.write(data);
    cuts++;
    end();
  });
});
renameSync(path, real);
await new Promise((resolve) => proxy.listen(path, () => resolve(null)));
proxy.unref();
for (let node = 0; node < NODES; node++) {
  await stack.redisCommand('ZADD', 'p2pdash:log_sources:nodes', '1', `node-${node}`);
  await stack.redisCommand('SET', `p2pdash:{node-${node}}:log_bytes`, '100');
}
await stack.redisCommand('CLIENT', 'KILL', 'TYPE', 'normal');

for (const query of ['limit=10', 'q=anything', 'order=oldest']) {
  test(`a search (${query}) whose connection to Redis is cut is refused, and the next one is answered`, async () => {
    const before = cuts;
    cutAt = COMMAND;
    const answer = await viewer.get(`/api/logs?${query}`);
    cutAt = '';
    assert.deepEqual([answer.status, answer.json?.code], [503, 'backend_away'], answer.text);
    assert.equal(cuts, before + 1);
    await waitFor(async () => (await viewer.get(`/api/logs?${query}`)).status === 200, { what: 'the next search' });
    stack.assertHealthy();
  });
}
