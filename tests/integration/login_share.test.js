// Operators whose worker hangs wait side by side, and nobody who wants to log in waits behind them.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { service } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';
import { FakeWorker } from '../lib/worker.js';

const PROCESSES = 8; // hence 4 calls of one user wait at most, and 6 of all
const PASSWORD = 'a long password';

const stack = await startStack({ waitWorkers: PROCESSES, env: { P2PDASH_COMMAND_TIMEOUT: '300' } });
const operators = await Promise.all(
  ['ann', 'ben'].map(async (name) => {
    await stack.createUser(name, 'operator', PASSWORD);
    return stack.logIn(name, PASSWORD);
  }),
);
const worker = await FakeWorker.start(stack, 'hung', { services: { nginx: service() } });
after(() => worker.close());
worker.answer = () => null;

test('a login is answered while as many calls wait for a hung worker as may', async () => {
  const settled = new Set();
  const calls = operators.flatMap((operator) =>
    Array.from({ length: PROCESSES / 2 }, async () => {
      const call = { worker_id: 'hung', service_name: 'nginx', action: 'stop' };
      const answer = await operator.post('/api/dashboard/control-service', call);
      settled.add(answer);
      return answer;
    }),
  );
  await waitFor(() => worker.commands.length + settled.size === calls.length, { what: 'every call to wait or be refused' });
  await stack.logIn('ann', PASSWORD);
  assert.equal(settled.size, 2, 'those that were refused, and none that waited');
  for (const { status, json } of settled) {
    assert.deepEqual([status, json.code], [429, 'too_many_waiting']);
    assert.match(json.error, /^6 calls of all users together wait/);
  }
  for (const { id } of worker.commands) await worker.send(id, { success: true, message: 'done' });
  const answers = await Promise.all(calls);
  assert.equal(answers.filter((answer) => answer.status === 200).length, 6);
});
