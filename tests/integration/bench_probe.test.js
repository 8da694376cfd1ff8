// The probe of `make bench` sees every message at every subscriber, and says so when one does not come; beside a real
// Redis.

import assert from 'node:assert/strict';
import test, { after } from 'node:test';

import { startRedis } from '../bench/lib/peers.js';
import { MARK, probe } from '../bench/lib/probe.js';
import { redisPublish, redisSubscription } from '../bench/lib/subscriptions.js';

const redis = await startRedis();
after(() => redis.program.stop());

const subscription = redisSubscription(redis.socket);

test('every_message_is_timed_at_every_subscriber', async () => {
  const measured = await probe(subscription, redisPublish(redis.socket, 200), { subscribers: 20, rounds: 30, pauseMs: 0 });
  assert.equal(measured.arrival.count, 20 * 30);
  assert.equal(measured.last.count, 30);
  assert.equal(measured.answer.count, 30);
  for (const { median_us: median, p99_us: p99, max_us: max } of [measured.arrival, measured.last, measured.answer]) {
    assert.ok(median > 0 && median <= p99 && p99 <= max, `${median} ${p99} ${max}`);
  }
});

test('a_command_can_send_the_messages', async () => {
  const command = ['redis-cli', '-s', redis.socket, 'PUBLISH', 'lines', MARK];
  const measured = await probe(subscription, { command }, { subscribers: 3, rounds: 4 });
  assert.equal(measured.arrival.count, 12);
});

test('what_does_not_arrive_is_counted_as_lost', async () => {
  const elsewhere = { ...redisPublish(redis.socket, 200) };
  elsewhere.message = elsewhere.message?.replace('lines', 'other');
  await assert.rejects(
    probe(subscription, elsewhere, { subscribers: 3, rounds: 4, patienceMs: 50 }),
    /12 messages did not arrive/,
  );
});
