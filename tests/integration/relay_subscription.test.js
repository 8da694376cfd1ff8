// Goal: a client that changes its log filter knows of every line which filter it came by.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startRelay } from '../lib/relay.js';
import { waitFor } from '../lib/wait.js';

const rig = await startRelay();

/** Subscribes, and gives the answer. @param {import('../lib/socket.js').DashboardSocket} socket @param {object} request */
async function subscribe(socket, request) {
  socket.send({ type: 'subscribe', ...request });
  return socket.next((m) => m.type === 'subscribed' || m.type === 'error');
}

test('an_answer_has_the_id_of_its_request', async () => {
  const socket = await rig.delta();
  const first = await subscribe(socket, { id: 1, logs: {} });
  assert.equal(first.id, 1);
  assert.ok(Number.isSafeInteger(first.subscription) && first.subscription > 0);
  const named = await subscribe(socket, { id: 'errors', logs: { level: 'ERROR' } });
  assert.equal(named.id, 'errors');
  assert.notEqual(named.subscription, first.subscription);
  const refused = await subscribe(socket, { id: 3, logs: { level: 'LOUD' } });
  assert.deepEqual([refused.type, refused.id], ['error', 3]);
  const kept = await subscribe(socket, { nodes: [] });
  assert.deepEqual([kept.subscription, 'id' in kept], [named.subscription, false], 'a refused request changes nothing');
  assert.equal((await subscribe(socket, { id: 4, logs: null })).subscription, null);
  for (const id of [true, {}, 'x'.repeat(65)])
    assert.equal((await subscribe(socket, { id, logs: {} })).type, 'error', JSON.stringify(id));
  await socket.close();
});

test('equal_filters_share_a_subscription_whatever_their_ids', async () => {
  const [one, two] = [await rig.delta(), await rig.delta()];
  const logs = { q: 'shared' };
  const numbers = [await subscribe(one, { id: 'a', logs }), await subscribe(two, { id: 'b', logs })];
  assert.equal(numbers[0].subscription, numbers[1].subscription);
  await rig.log('worker-1', ['a shared line']);
  for (const socket of [one, two])
    assert.equal((await socket.next('new_logs')).subscription, numbers[0].subscription);
  await one.close();
  await two.close();
});

test('lines_in_flight_have_the_number_of_the_filter_that_they_passed', async () => {
  const socket = await rig.delta();
  /** What each number stands for. @type {Map<number, string>} */
  const filters = new Map();
  const texts = ['odd', 'even'];
  const ids = 40;
  const follow = (/** @type {number} */ id) =>
    socket.send({ type: 'subscribe', id, logs: { q: texts[id % 2] } });
  follow(0);
  await socket.next('subscribed');
  // What waits for the relay when it goes on comes close together, and in an order that nobody knows.
  rig.relay.signal('SIGSTOP');
  const logged = [];
  for (let id = 1; id <= ids; id++) {
    follow(id);
    logged.push(rig.log('worker-1', [`odd ${id}`, `even ${id}`]));
  }
  rig.relay.signal('SIGCONT');
  await Promise.all(logged);
  await socket.next((m) => m.type === 'subscribed' && m.id === ids);
  await rig.log('worker-1', [`${texts[0]} end`]);
  await socket.next((m) => m.type === 'new_logs' && m.logs.some((entry) => entry.message.endsWith(' end')));

  for (const { type, id, subscription } of socket.messages)
    if (type === 'subscribed') filters.set(subscription, texts[id % 2]);
  const lines = socket.messages.filter(({ type }) => type === 'new_logs');
  for (const { subscription, logs } of lines)
    for (const { message } of logs) assert.ok(message.startsWith(filters.get(subscription)), message);
  await socket.close();
});

test('lines_that_were_missed_and_gaps_have_the_number_too', async () => {
  const entries = await rig.log('worker-full', Array.from({ length: 69 }, () => 'x'.repeat(60_000)), { publish: false });
  const loads = rig.relay.log().split('sync: loaded').length;
  await rig.relay.restart();
  await rig.loaded(loads);
  const socket = await rig.delta();
  const { subscription } = await subscribe(socket, {
    id: 1,
    logs: { node_id: 'worker-full' },
    log_seq: entries[0].seq - 10,
  });
  assert.equal((await socket.next('gap')).subscription, subscription);
  const missed = () => socket.messages.filter(({ type }) => type === 'new_logs');
  await waitFor(() => missed().flatMap(({ logs }) => logs).length === entries.length);
  assert.ok(missed().every((frame) => frame.subscription === subscription));
  await socket.close();
});
