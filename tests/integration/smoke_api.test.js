// The shortest way through: log in, report as a worker, see it; with real Redis, API and nginx.

import assert from 'node:assert/strict';
import test from 'node:test';

import { startStack } from '../lib/stack.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });

test('health_is_ok', async () => {
  const { status, json } = await stack.visitor.get('/health');
  assert.deepEqual([status, json.status, json.redis], [200, 'ok', true]);
});

test('a_lost_redis_is_503_and_heals_by_itself', async () => {
  await stack.redis.kill();
  const lost = await stack.visitor.get('/health');
  assert.equal(lost.status, 503);
  assert.ok(lost.headers['retry-after']);
  stack.redis.start();
  await stack.ready();
});

test('nobody_sees_metrics_without_a_token', async () => {
  const { status, json } = await stack.visitor.get('/api/dashboard/metrics');
  assert.deepEqual([status, json.success], [401, false]);
});

test('every_role_logs_in_and_sees_metrics', async () => {
  for (const role of /** @type {const} */ (['viewer', 'operator', 'admin'])) {
    const client = await stack.user(role);
    const { status, json } = await client.get('/api/dashboard/metrics');
    assert.equal(status, 200);
    assert.deepEqual(json.workers, {});
  }
});
