// A worker that does not answer: for how long it is waited for, and what becomes of what it says at last.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { startStack, waitFor } from '../lib/stack.js';
import { FakeWorker } from '../lib/worker.js';

const stack = await startStack({ env: { P2PDASH_COMMAND_TIMEOUT: '3' } });
const [operator, admin] = await Promise.all([stack.user('operator'), stack.user('admin')]);
const worker = await FakeWorker.start(stack, 'able');
worker.answer = () => null;
after(() => worker.close());

/** @param {import('../lib/client.js').Answer} answer @param {number} status @param {string} code */
function assertRefused(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.success, false);
  assert.equal(answer.json.code, code);
}

test('a worker that stays silent is 504; its late answer is kept but wakes nobody', async () => {
  const answer = await operator.post('/api/dashboard/control-service', { worker_id: 'able', service_name: 'nginx', action: 'stop' });
  assertRefused(answer, 504, 'worker_timeout');
  assert.match(answer.json.error, /did not answer in 3 s/);
  const { id } = await waitFor(() => worker.commands[0], { what: 'the command' });
  assert.equal((await operator.get(`/api/dashboard/commands/${id}`)).json.status, 'expired');
  assert.equal((await worker.send(id, { success: true, message: 'at last' })).status, 200);
  const { json } = await operator.get(`/api/dashboard/commands/${id}`);
  assert.equal(json.status, 'done');
  assert.equal(json.result.message, 'at last');
  const [audit] = (await admin.get('/api/dashboard/audit?limit=1')).json.audit;
  assert.equal(audit.command_id, id);
  assert.equal(audit.result, 'succeeded');
});

test('a question is waited for less long than a command', async () => {
  const { error } = await operator.rpc('metrics_reporter.get_stats', { worker_id: 'able' });
  assert.equal(error.data.code, 'worker_timeout');
  assert.match(error.message, /did not answer in 2 s/);
  const question = await waitFor(() => worker.commands[1], { what: 'the question' });
  assert.ok(question.expires_in_ms <= 2000, `${question.expires_in_ms}`);
});
