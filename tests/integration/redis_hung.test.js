// Goal: a Redis that is there but silent (here: stopped by a signal) costs nobody long, and heals by itself.

import assert from 'node:assert/strict';
import test from 'node:test';

import { report } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';

const WORKERS = 2;
const stack = await startStack({ workers: WORKERS });
const viewer = await stack.user('viewer');
const worker = await stack.worker('worker-001');
await worker.post('/api/reporter/report', report('worker-001'));
const [plain, delta] = await Promise.all([stack.webSocket(viewer), stack.webSocket(viewer, { mode: 'delta' })]);
await plain.next('initial');
await delta.next('snapshot');

/** A request and how long its answer took. */
async function timed() {
  const began = Date.now();
  const answer = await viewer.get('/api/dashboard/metrics');
  return { answer, took: Date.now() - began };
}

/** @param {() => Promise<void>} during */
async function hung(during) {
  stack.redis.signal('SIGSTOP');
  try {
    await during();
  } finally {
    stack.redis.signal('SIGCONT');
  }
}

test('a_silent_redis_is_503_soon_at_first_and_sooner_afterwards_and_heals', async () => {
  await hung(async () => {
    const first = await Promise.all(Array.from({ length: WORKERS }, timed));
    for (const { answer, took } of first) {
      assert.deepEqual([answer.status, answer.json.code], [503, 'backend_away'], answer.text);
      assert.ok(Number(answer.headers['retry-after']) >= 1);
      assert.ok(took < 4000, `the first took ${took} ms`);
    }
    const times = [];
    for (let i = 0; i < 40; i++) {
      const { answer, took } = await timed();
      assert.equal(answer.status, 503, answer.text);
      times.push(took);
    }
    assert.ok(Math.max(...times) < 2500, `one took ${Math.max(...times)} ms`);
    assert.ok(times.filter((took) => took < 200).length > 20, `most fail at once: ${times}`);
    assert.equal((await stack.visitor.get('/health')).json.redis, false);
  });
  await waitFor(async () => (await timed()).answer.status === 200, { what: 'the API to heal' });
});

test('the_page_that_is_open_stays_and_is_told_what_happens_then', async () => {
  const loads = stack.relay.log().split('load: loaded').length;
  await hung(async () => {
    await waitFor(
      async () => {
        const refused = await stack.webSocket(viewer).catch((/** @type {any} */ error) => error);
        return refused.status === 503 && JSON.parse(refused.text).code === 'backend_away';
      },
      { what: 'new ones to be asked to wait' },
    );
    plain.send('ping');
    await plain.next('pong');
    assert.ok((await plain.next('update')).data.metrics.workers['worker-001']);
  });
  await waitFor(() => stack.relay.log().split('load: loaded').length > loads, { what: 'the relay to load again' });
  await waitFor(async () => (await worker.post('/api/reporter/report', report('worker-001', { interval: 77 }))).status === 200);
  await waitFor(() => JSON.stringify(delta.messages).includes('"current_interval":'), { what: 'the report' });
  const fresh = await stack.webSocket(viewer);
  await fresh.next('initial');
  for (const socket of [plain, delta, fresh]) await socket.close();
});
