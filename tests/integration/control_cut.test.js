// Goal: what a worker has done is answered, even if Redis goes away in the moment after its result was read. A caller who got
// an error would do it again.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { cutRedis } from '../lib/redis_cut.js';
import { service } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';
import { FakeWorker } from '../lib/worker.js';

const stack = await startStack({});
const operator = await stack.user('operator');
const worker = await FakeWorker.start(stack, 'able', { services: { nginx: service() } });
after(() => worker.close());
const cutter = await cutRedis(stack);

const restart = () =>
  operator.post('/api/dashboard/control-service', { worker_id: 'able', service_name: 'nginx', action: 'restart' });

test('a lease that cannot be given back does not turn a done command into an error', async () => {
  await waitFor(async () => (await restart()).status === 200, { what: 'the relay to have Redis again' });
  const before = worker.commands.length;
  cutter.at = 'ZREM'; // by which the lease of a waiting call is given back
  const answer = await restart();
  cutter.at = '';
  assert.deepEqual([answer.status, answer.json?.success, answer.json?.message], [200, true, 'restart done'], answer.text);
  assert.equal(cutter.cuts, 1, 'the lease was not given back');
  assert.equal(worker.commands.length, before + 1);
  stack.assertHealthy();
});
