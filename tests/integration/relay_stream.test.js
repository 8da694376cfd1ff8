// Goal: a worker gets each command once, whatever reconnects, and one stream at a time speaks to it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startRelay } from '../lib/relay.js';
import { waitFor } from '../lib/wait.js';

const rig = await startRelay();

/** @param {string} node */
async function open(node) {
  const { status, stream, text } = await rig.commands(node);
  assert.equal(status, 200, text);
  assert.ok(stream);
  await rig.connected(node);
  return stream;
}

/** @param {import('../lib/events.js').EventStream} stream */
const ids = (stream) => stream.events.map((event) => JSON.parse(event.data).id);

test('commands_that_wait_come_first_and_new_ones_at_once', async () => {
  const waiting = await rig.command('worker-1');
  assert.equal(waiting.receivers, 0);
  await rig.command('worker-1', { expires_in: -1 });
  const stream = await open('worker-1');
  const first = await stream.next();
  assert.equal(first.id, waiting.id);
  assert.equal(first.type, 'service');
  assert.ok(first.expires_in_ms > 0 && first.expires_in_ms <= 30_000);
  const { id, receivers } = await rig.command('worker-1');
  assert.equal(receivers, 1);
  assert.equal((await stream.next()).id, id);
  assert.deepEqual(ids(stream), [waiting.id, id]);
  assert.ok(stream.events.every((event) => event.event === 'command'));
  stream.close();
  await rig.connected('worker-1', 0);
});

test('a_command_published_while_the_list_is_read_comes_once', async () => {
  for (let round = 0; round < 20; round++) {
    const node = `race-${round}`;
    const opening = rig.commands(node);
    const sent = await Promise.all(Array.from({ length: 5 }, () => rig.command(node)));
    const { stream } = await opening;
    await waitFor(() => stream && ids(stream).length >= 5);
    const last = await rig.command(node);
    await waitFor(() => stream && ids(stream).includes(last.id));
    assert.deepEqual(stream && ids(stream).sort(), [...sent.map((c) => c.id), last.id].sort());
    stream?.close();
  }
});

test('a_second_stream_of_a_node_takes_the_place_of_the_first', async () => {
  const first = await open('worker-2');
  const { stream: second } = await rig.commands('worker-2');
  await waitFor(() => first.ended, { what: 'the first stream to end' });
  await rig.connected('worker-2');
  const { id, receivers } = await rig.command('worker-2');
  assert.equal(receivers, 1);
  assert.equal((await second?.next()).id, id);
  assert.deepEqual(ids(first), []);
  second?.close();
});

test('a_command_goes_to_its_worker_only', async () => {
  const one = await open('worker-3');
  const two = await open('worker-4');
  const { id } = await rig.command('worker-4');
  assert.equal((await two.next()).id, id);
  const own = await rig.command('worker-3');
  assert.equal((await one.next()).id, own.id);
  assert.equal(one.events.length, 1);
  one.close();
  two.close();
});

test('a_worker_that_hangs_up_is_missed_at_once_and_not_with_the_next_heartbeat', async () => {
  const before = await open('worker-8');
  const stream = await open('worker-9');
  stream.close();
  await rig.connected('worker-9', 0);
  assert.equal(before.comments.length, 1, 'an older stream has not been greeted again');
  before.close();
});

test('a_command_of_another_shape_is_passed_over', async () => {
  const stream = await open('worker-5');
  for (const payload of ['', 'nonsense', '123', `${Date.now() + 9e3} {"id":7}`, `${Date.now() + 9e3} {"no":"id"}`]) {
    await rig.publish('commands:worker-5', payload);
  }
  const { id } = await rig.command('worker-5');
  assert.equal((await stream.next()).id, id);
  stream.close();
});

test('a_comment_keeps_the_stream_alive_every_15_s', async () => {
  const begin = performance.now(); // before the relay's own beginning, however late one hears of that
  const stream = await open('worker-6');
  await waitFor(() => stream.comments.length >= 1);
  await waitFor(() => stream.comments.length >= 2);
  const waited = performance.now() - begin;
  assert.ok(waited > 14_000, `${waited} ms`);
  stream.close();
});

test('a_stream_outlives_redis_and_gets_each_command_once', async () => {
  const stream = await open('worker-7');
  const before = await rig.command('worker-7');
  assert.equal((await stream.next()).id, before.id);
  const loads = rig.relay.log().split('sync: loaded').length;
  await rig.stack.redis.restart();
  await rig.connect();
  await rig.loaded(loads);
  await rig.connected('worker-7');
  const after = await rig.command('worker-7');
  assert.equal((await stream.next()).id, after.id);
  assert.deepEqual(ids(stream), [before.id, after.id]);
  stream.close();
});
