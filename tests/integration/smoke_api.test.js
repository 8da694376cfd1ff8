// The shortest way through: log in, report as a worker, see it; with real Redis, API and nginx.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { ROOT, Stack, freePort, startStack, temporaryFolder } from '../lib/stack.js';

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

test('a_burst_far_larger_than_the_pool_is_answered_whole', async () => {
  const viewer = await stack.user('viewer');
  const answers = await Promise.all(Array.from({ length: 300 }, () => viewer.get('/api/dashboard/stats')));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
});

test('connections_that_nginx_keeps_hold_at_most_half_of_what_the_pool_can', () => {
  for (const pool of [1, 2, 3, 4, 16, 64]) {
    const target = temporaryFolder();
    execFileSync(join(ROOT, 'scripts/nginx-config.sh'), [target], { env: { ...process.env, P2PDASH_WORKERS: String(pool) } });
    const read = (/** @type {string} */ file, /** @type {RegExp} */ directive) =>
      Number(directive.exec(readFileSync(join(target, file), 'utf8'))?.[1] ?? 0);
    const workers = read('process.conf', /^worker_processes (\d+);/m);
    const kept = read('upstreams/addresses.conf', /^ *keepalive (\d+);/m);
    assert.ok(workers > 0 && workers * kept <= pool, `${workers} x ${kept} for a pool of ${pool}`);
  }
});

test('a_pool_of_one_process_answers_everybody', async () => {
  const small = new Stack({ workers: 1, parts: ['redis', 'api', 'nginx'] }, await freePort());
  try {
    await small.start();
    const answers = await Promise.all(Array.from({ length: 30 }, () => small.visitor.get('/health')));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  } finally {
    await small.stop();
  }
});
