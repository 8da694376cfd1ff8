// Goal: a Redis that is there but silent (here: stopped by a signal) is waited for now and then, not by everybody, and heals
// by itself.

import assert from 'node:assert/strict';
import test from 'node:test';

import { report } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';
import { settles } from '../lib/wait.js';

const stack = await startStack({ workers: 1 });
const viewer = await stack.user('viewer');
const worker = await stack.worker('worker-001');
await worker.post('/api/reporter/report', report('worker-001'));
const [plain, delta] = await Promise.all([stack.webSocket(viewer), stack.webSocket(viewer, { mode: 'delta' })]);
await plain.next('initial');
await delta.next('snapshot');

const ask = () => viewer.get('/api/dashboard/metrics');

/** @param {() => Promise<void>} during */
async function hung(during) {
  stack.redis.signal('SIGSTOP');
  try {
    await during();
  } finally {
    stack.redis.signal('SIGCONT');
  }
}

test('a_silent_redis_is_503_for_all_though_few_wait_for_it_and_heals', async () => {
  const askOften = async () => {
    for (let i = 0; i < 100; i++) {
      const answer = await ask();
      assert.deepEqual([answer.status, answer.json.code], [503, 'backend_away'], answer.text);
      assert.ok(Number(answer.headers['retry-after']) >= 1);
    }
  };
  await hung(async () => {
    // If each of them waited, a second or more, that would be longer than the bound.
    await settles(askOften(), { what: 'a hundred answers' });
    assert.equal((await stack.visitor.get('/health')).json.redis, false);
  });
  await waitFor(async () => (await ask()).status === 200, { what: 'the API to heal' });
});

test('the_page_that_is_open_stays_and_is_told_what_happens_then', async () => {
  const loads = stack.relay.log().split('sync: loaded').length;
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
  await waitFor(() => stack.relay.log().split('sync: loaded').length > loads, { what: 'the relay to load again' });
  await waitFor(async () => (await worker.post('/api/reporter/report', report('worker-001', { interval: 77 }))).status === 200);
  await waitFor(() => JSON.stringify(delta.messages).includes('"current_interval":'), { what: 'the report' });
  const fresh = await stack.webSocket(viewer);
  await fresh.next('initial');
  for (const socket of [plain, delta, fresh]) await socket.close();
});
