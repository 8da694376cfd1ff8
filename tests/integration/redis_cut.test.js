// Goal: when the connection to Redis ends in the middle of a search, the search ends with one 503 and nothing else happens,
// however many nodes it still had to ask.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cutRedis } from '../lib/redis_cut.js';
import { startStack, waitFor } from '../lib/stack.js';

const NODES = 20; // a search asks 16 of them in one round trip

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const viewer = await stack.user('viewer');

for (let node = 0; node < NODES; node++) {
  await stack.redisCommand('ZADD', 'p2pdash:log_sources:nodes', '1', `node-${node}`);
  await stack.redisCommand('SET', `p2pdash:{node-${node}}:log_bytes`, '100');
}
const cutter = await cutRedis(stack);

for (const query of ['limit=10', 'q=anything', 'order=oldest']) {
  test(`a search (${query}) whose connection to Redis is cut is refused, and the next one is answered`, async () => {
    const before = cutter.cuts;
    cutter.at = 'LRANGE';
    const answer = await viewer.get(`/api/logs?${query}`);
    cutter.at = '';
    assert.deepEqual([answer.status, answer.json?.code], [503, 'backend_away'], answer.text);
    assert.equal(cutter.cuts, before + 1);
    await waitFor(async () => (await viewer.get(`/api/logs?${query}`)).status === 200, { what: 'the next search' });
    stack.assertHealthy();
  });
}
