// Goal: a client written from SPEC.ru.md's WebSocket section alone gets what that section draws.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startRelay } from '../lib/relay.js';
import { waitFor } from '../lib/wait.js';

const rig = await startRelay();

test('initial_holds_all_that_is_known', async () => {
  await rig.report('coordinator', { cpu_percent: 3 });
  for (let i = 0; i < 60; i++) await rig.report('worker-1', { cpu_percent: i, certificates: [{ worker: 'worker-1', path: '/c.pem' }] });
  await rig.log('worker-1', ['first', { message: 'second', level: 'ERROR', logger_name: 'Service "two"' }]);
  await waitFor(async () => {
    const socket = await rig.socket();
    const { data } = await socket.next('initial');
    await socket.close();
    return data.logs.length === 2 && data;
  });
  const socket = await rig.socket();
  const { data } = await socket.next('initial');
  assert.equal(data.metrics.coordinator.metrics.cpu_percent, 3);
  assert.equal(data.metrics.coordinator.cluster_state.total_workers, 1);
  assert.equal(data.metrics.workers['worker-1'].status, 'online');
  assert.equal(data.metrics.workers['worker-1'].metrics.cpu_percent, 59);
  assert.equal(data.metrics.stats.total_updates, 61);
  assert.deepEqual(Object.keys(data.history), ['coordinator', 'worker-1']);
  assert.deepEqual(data.history['worker-1'].map((p) => p.cpu_percent), Array.from({ length: 50 }, (_, i) => i + 10));
  assert.deepEqual(data.logs.map((e) => e.message), ['first', 'second']);
  assert.deepEqual(data.log_sources, {
    nodes: ['worker-1'],
    loggers: ['Service "two"', 'Service.app'],
    log_levels: ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'],
  });
  assert.deepEqual(data.certificates, [{ worker: 'worker-1', path: '/c.pem' }]);
  await socket.close();
});

test('ping_is_answered_with_pong_then_update', async () => {
  const begun = Date.now();
  const socket = await rig.socket();
  await socket.next('initial');
  await rig.report('worker-1', { cpu_percent: 77 });
  await waitFor(async () => {
    socket.send('ping');
    const update = await socket.next('update');
    return update.data.metrics.workers['worker-1'].metrics.cpu_percent === 77;
  });
  const before = socket.messages.length;
  socket.send('ping');
  const update = await socket.next('update');
  assert.deepEqual(socket.messages.slice(before).map((m) => m.type), ['pong', 'update']);
  assert.equal(update.data.history['worker-1'].at(-1).cpu_percent, 77);
  assert.ok(Date.parse(update.timestamp) >= begun && Date.parse(update.timestamp) <= Date.now(), update.timestamp);
  await socket.close();
});

test('the_silent_get_an_update_every_10_s', async () => {
  const begin = performance.now(); // before the relay's own beginning, however late one hears of that
  const socket = await rig.socket();
  await socket.next('initial');
  await socket.next('update');
  const waited = performance.now() - begin;
  assert.ok(waited > 9_500, `${waited} ms`);
  await socket.close();
});

test('new_logs_hold_the_lines_of_one_node_in_order', async () => {
  const socket = await rig.socket();
  await socket.next('initial');
  await Promise.all([
    rig.log('worker-1', ['a1']),
    rig.log('worker-2', ['b1', 'b2']),
    rig.log('worker-1', ['a2', 'a3']),
    rig.log('worker-2', ['b3']),
  ]);
  /** @type {Record<string, string[]>} */
  const got = { 'worker-1': [], 'worker-2': [] };
  while (got['worker-1'].length + got['worker-2'].length < 6) {
    const { node_id, logs, timestamp } = await socket.next('new_logs');
    assert.ok(logs.every((entry) => entry.node_id === node_id));
    assert.ok(Date.parse(timestamp));
    got[node_id].push(...logs.map((entry) => entry.message));
  }
  assert.deepEqual(got, { 'worker-1': ['a1', 'a2', 'a3'], 'worker-2': ['b1', 'b2', 'b3'] });
  await socket.close();
});

test('cleared_logs_and_history_are_gone_for_who_comes_next', async () => {
  await rig.publish('logs', 'worker-1');
  await rig.publish('removed', 'history worker-1');
  await waitFor(async () => {
    const socket = await rig.socket();
    const { data } = await socket.next('initial');
    await socket.close();
    return (
      data.history['worker-1'].length === 0 &&
      data.logs.every((entry) => entry.node_id !== 'worker-1') &&
      !data.log_sources.nodes.includes('worker-1')
    );
  });
  await rig.publish('logs', '*');
  await rig.publish('removed', 'worker-1');
  await waitFor(async () => {
    const socket = await rig.socket();
    const { data } = await socket.next('initial');
    await socket.close();
    const { nodes, loggers } = data.log_sources;
    return data.logs.length + nodes.length + loggers.length === 0 && !data.metrics.workers['worker-1'];
  });
});

test('a_message_of_another_shape_changes_nothing', async () => {
  for (const payload of ['', '\n', 'worker-9', 'worker-9\n{}', 'bad/name\n{}\n\n{}', 'worker-9\nnot json\n\n{}', 'worker-9\n{}\n{}\n{}'])
    await rig.publish('metrics', payload);
  for (const payload of ['', 'bad/name\n{}', 'worker-9\nnot json', 'worker-9\n{"seq":"x"}']) await rig.publish('logs', payload);
  for (const payload of ['', 'token', 'user alice', 'user alice x', 'nonsense']) await rig.publish('revoked', payload);
  for (const payload of ['', 'history', 'bad/name']) await rig.publish('removed', payload);
  await rig.report('worker-3');
  await waitFor(async () => {
    const socket = await rig.socket();
    const { data } = await socket.next('initial');
    await socket.close();
    return data.metrics.workers['worker-3'] && !data.metrics.workers['worker-9'];
  });
});
