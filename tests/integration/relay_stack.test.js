// Goal: in the whole stack, behind nginx, what workers report and log reaches browsers, commands reach workers, and a
// session that ends ends here too.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { entry, metrics, report } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';
import { settles } from '../lib/wait.js';

const stack = await startStack();
const viewer = await stack.user('viewer');
const worker = await stack.worker('worker-1');

/** @param {import('../lib/socket.js').DashboardSocket} socket */
const ended = (socket) => settles(socket.closed, { what: 'the connection to end' });

/** @param {number} cpu_percent */
const reportWith = (cpu_percent) => report('worker-1', { metrics: metrics({ cpu_percent }) });

test('a_report_and_a_line_reach_both_kinds_of_clients', async () => {
  assert.equal((await worker.post('/api/reporter/report', reportWith(11))).status, 200);
  const plain = await stack.webSocket(viewer);
  const delta = await stack.webSocket(viewer, { mode: 'delta' });
  const { data } = await plain.next('initial');
  assert.equal(data.metrics.workers['worker-1'].metrics.cpu_percent, 11);
  assert.equal(data.metrics.workers['worker-1'].status, 'online');
  assert.equal(data.history['worker-1'][0].cpu_percent, 11);
  const snapshot = await delta.next('snapshot');
  const summary = snapshot.data.workers['worker-1'];
  const documented =
    'status last_heard stream_lost timestamp mode current_interval fresh_until cpu_percent memory_percent disk_percent ' +
    'load1 network_bytes_sent network_bytes_recv network_receive_bytes_per_second network_transmit_bytes_per_second ' +
    'services_total services_running services_stopped services_error services_revision troubles_total ' +
    'certificates_total certificates_error certificate_days_left';
  assert.deepEqual(Object.keys(summary).sort(), documented.split(' ').sort());

  delta.send({ type: 'subscribe', nodes: ['worker-1'], logs: { level: 'ERROR' } });
  await delta.next('subscribed');
  await delta.next('node');
  assert.equal((await worker.post('/api/reporter/report', reportWith(12))).status, 200);
  const changed = await delta.next('delta');
  assert.equal(changed.data.workers['worker-1'].cpu_percent, 12);
  const node = delta.messages.find((m) => m.type === 'node' && m.point);
  assert.equal(node.point.cpu_percent, 12);
  plain.send('ping');
  const update = await plain.next('update');
  assert.deepEqual(update.data.history['worker-1'].map((p) => p.cpu_percent), [11, 12]);

  const batch = { node_id: 'worker-1', batch: 'b1', logs: [entry('quiet'), entry('loud', { level: 'ERROR' })] };
  assert.equal((await worker.post('/api/reporter/logs', batch)).status, 200);
  assert.deepEqual((await plain.next('new_logs')).logs.map((e) => e.message), ['quiet', 'loud']);
  const [line] = (await delta.next('new_logs')).logs;
  assert.equal(line.message, 'loud');
  assert.equal(line.node_id, 'worker-1');
  assert.ok(line.seq > 0);
  await plain.close();
  await delta.close();
});

test('a_command_reaches_its_worker_and_the_stream_ends_with_its_token', async () => {
  const { status, stream } = await stack.commands(worker);
  assert.equal(status, 200);
  await waitFor(() => stream?.comments.length);
  const operator = await stack.user('operator');
  const answer = operator.post('/api/dashboard/control-service', { worker_id: 'worker-1', service_name: 'nginx', action: 'restart' });
  const command = await stream?.next();
  assert.equal(command.service_name, 'nginx');
  await worker.post('/api/reporter/result', { command_id: command.id, success: true, message: 'done', status: 'running' });
  assert.equal((await answer).json.success, true);

  const [, payload] = worker.token?.split('.') ?? [];
  const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  await stack.cli(['token', 'revoke', jti]);
  await waitFor(() => stream?.ended, { what: 'the stream to end' });
  assert.equal((await stack.commands(worker)).status, 401);
});

test('a_session_ends_here_by_logout_and_by_a_changed_user', async () => {
  await stack.createUser('eve', 'viewer', 'first password 1');
  const first = await stack.logIn('eve', 'first password 1');
  const second = await stack.logIn('eve', 'first password 1');
  const one = await stack.webSocket(first);
  const two = await stack.webSocket(second);
  assert.equal((await first.post('/auth/logout')).status, 200);
  assert.deepEqual(await ended(one), { code: 4401, reason: 'token_revoked' });
  assert.equal(two.socket.readyState, two.socket.OPEN);
  await stack.cli(['user', 'passwd', 'eve'], { input: 'second password 2\n' });
  assert.deepEqual(await ended(two), { code: 4401, reason: 'user_changed' });
  await assert.rejects(stack.webSocket(second), { status: 401 });
});

test('the_relay_ends_in_order_and_clients_are_told', async () => {
  const socket = await stack.webSocket(viewer);
  await socket.next('initial');
  assert.equal(await stack.relay.kill('SIGTERM'), 0);
  const { code } = await socket.closed;
  assert.equal(code, 1001);
  stack.relay.start();
  await waitFor(async () => (await stack.webSocket(viewer)).close(), { what: 'the relay to be back' });
});
