// Workers that fall silent, as the relay tells it: a stream that is lost, beats, and workers that are missing. The rig
// publishes what the API would.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { iso, startRelay } from '../lib/relay.js';
import { BIN, EventStream, Program, waitFor } from '../lib/stack.js';

const rig = await startRelay();

/** When Redis says that the stream of the node was lost; '' if it was not. @param {string} node @returns {Promise<string>} */
const lostAt = async (node) => (await rig.redis.command('GET', rig.key(node, 'stream_lost'))) ?? '';

/** A worker that has reported and is connected. @param {string} node @param {Parameters<typeof rig.report>[1]} [options] */
async function connect(node, options) {
  await rig.report(node, options);
  const { stream } = await rig.commands(node);
  assert.ok(stream);
  await rig.connected(node);
  return stream;
}

/** What a delta says of the node in one of its members. @param {string} member @param {string} node */
const about = (member, node) => (/** @type {any} */ m) => node in (m.data?.[member] ?? {});

test('a_worker_whose_stream_ends_is_lost_after_two_seconds_until_it_is_heard', async () => {
  const socket = await rig.delta();
  const stream = await connect('worker-k');
  await socket.next(about('workers', 'worker-k'));
  const ended = Date.now();
  stream.close();
  const lost = await socket.next(about('workers', 'worker-k'));
  const took = Date.now() - ended;
  assert.ok(took >= 1990, `${took} ms`);
  const summary = lost.data.workers['worker-k'];
  assert.deepEqual(Object.keys(summary), ['status', 'stream_lost']);
  assert.equal(summary.status, 'stale');
  assert.ok(Date.parse(summary.stream_lost) >= ended && Date.parse(summary.stream_lost) <= Date.now() - 1990);
  assert.equal(await lostAt('worker-k'), String(Date.parse(summary.stream_lost)));
  assert.equal(lost.data.stats.active_workers, 0);
  const late = await rig.delta();
  assert.equal((await late.next('snapshot')).data.workers['worker-k'].stream_lost, summary.stream_lost);
  await late.close();

  const now = Date.now();
  await rig.publish('heard', `worker-k ${now}`);
  const heard = (await socket.next(about('workers', 'worker-k'))).data.workers['worker-k'];
  assert.equal(heard.status, 'online');
  assert.equal(heard.stream_lost, null);
  assert.equal(heard.last_heard, iso(now));
  await socket.close();
});

test('a_stream_that_opens_again_is_lost_no_more', async () => {
  const socket = await rig.delta();
  const stream = await connect('worker-b');
  stream.close();
  await socket.next((m) => m.data?.workers?.['worker-b']?.stream_lost);
  const again = (await rig.commands('worker-b')).stream;
  const back = (await socket.next(about('workers', 'worker-b'))).data.workers['worker-b'];
  assert.equal(back.status, 'online');
  assert.equal(back.stream_lost, null);
  assert.equal(await lostAt('worker-b'), '');
  again?.close();
  await socket.close();
});

test('nobody_is_lost_who_comes_back_in_time_goes_to_another_relay_says_goodbye_or_never_reported', async () => {
  const { folder } = rig.stack;
  const other = new Program(
    'relay',
    [join(BIN, 'p2pdash-relay'), '--listen', `unix:${folder}/other.sock`, '--redis', `unix:${folder}/redis.sock`, '--secret-file', `${folder}/jwt-secret`],
    { log: join(folder, 'log', 'other.log') },
  );
  other.start();
  const moved = await connect('worker-m');
  const back = await connect('worker-c');
  const leaving = await connect('worker-l');
  const stranger = (await rig.commands('worker-x')).stream;
  await rig.connected('worker-x');
  const witness = await connect('worker-w');
  const identity = { authorization: `Bearer ${await rig.workerToken('worker-m')}` };
  const there = await waitFor(
    async () => (await EventStream.open('http://relay/api/reporter/commands', identity, { socketPath: `${folder}/other.sock` })).stream,
    { what: 'a stream on the other relay' },
  );
  await rig.connected('worker-m', 2);
  await rig.report('worker-l', { offline: true });
  for (const stream of [moved, back, leaving, stranger, witness]) stream?.close(); // the witness last
  const again = (await rig.commands('worker-c')).stream;
  await waitFor(async () => (await lostAt('worker-w')) !== '', { what: 'the witness to be lost' });
  for (const node of ['worker-m', 'worker-c', 'worker-l', 'worker-x']) assert.equal(await lostAt(node), '', node);
  there.close();
  again?.close();
  await other.stop();
  other.assertHealthy();
});

test('the_end_of_a_relay_loses_nobody', async () => {
  const stream = await connect('worker-r');
  const loads = rig.relay.log().split('sync: loaded').length;
  await rig.relay.restart();
  await rig.loaded(loads);
  assert.equal(await lostAt('worker-r'), '');
  stream.close();
  const witness = await connect('worker-w');
  witness.close();
  await waitFor(async () => (await lostAt('worker-w')) !== '', { what: 'the witness to be lost' });
  assert.equal(await lostAt('worker-r'), '');
});

test('a_worker_silent_for_ten_minutes_is_missing_and_not_in_the_default_protocol', async () => {
  const at = Date.now() - 601_000;
  const socket = await rig.delta();
  const certificate = { worker: 'worker-g', path: '/a.pem' };
  await rig.report('worker-g', { cpu_percent: 7, certificates: [certificate] });
  await socket.next(about('workers', 'worker-g'));
  await rig.publish('heard', `worker-g ${at}`);
  const { data } = await socket.next(about('missing', 'worker-g'));
  assert.deepEqual(data.removed, ['worker-g']);
  assert.ok(!('worker-g' in data.workers));
  const { summary, ...missing } = data.missing['worker-g'];
  assert.deepEqual(missing, { node_id: 'worker-g', last_seen: iso(at), since: iso(at + 600_000), said_goodbye: false });
  assert.equal(summary.status, 'stale');
  assert.equal(summary.cpu_percent, 7);

  const late = await rig.delta();
  const snapshot = (await late.next('snapshot')).data;
  assert.deepEqual(snapshot.missing['worker-g'], data.missing['worker-g']);
  assert.ok(!('worker-g' in snapshot.workers));
  await late.close();
  const plain = await rig.socket();
  const initial = (await plain.next('initial')).data;
  assert.equal(initial.metrics.missing, undefined);
  assert.ok(!('worker-g' in initial.metrics.workers) && !('worker-g' in initial.history));
  assert.deepEqual(initial.certificates.filter((/** @type {any} */ c) => c.worker === 'worker-g'), []);
  await plain.close();

  await rig.publish('heard', `worker-g ${Date.now()}`);
  const found = (await socket.next(about('missing', 'worker-g'))).data;
  assert.equal(found.missing['worker-g'], null);
  assert.equal(found.workers['worker-g'].cpu_percent, 7, 'it comes whole');
  await rig.publish('heard', `worker-g ${at}`);
  await socket.next(about('missing', 'worker-g'));
  await rig.publish('removed', 'worker-g');
  assert.equal((await socket.next(about('missing', 'worker-g'))).data.missing['worker-g'], null);
  await socket.close();
});

test('what_redis_holds_of_the_last_word_counts_after_a_restart', async () => {
  await rig.report('worker-o', { at: Date.now() - 700_000 });
  await rig.report('worker-p', { at: Date.now() - 700_000 });
  const heard = Date.now() - 5_000;
  await rig.redis.command('ZADD', 'p2pdash:nodes', heard, 'worker-p');
  await rig.redis.command('SET', rig.key('worker-p', 'stream_lost'), heard + 1000);
  const loads = rig.relay.log().split('sync: loaded').length;
  await rig.relay.restart();
  await rig.loaded(loads);
  const socket = await rig.delta();
  const { data } = await socket.next('snapshot');
  assert.ok('worker-o' in data.missing);
  assert.equal(data.workers['worker-p'].last_heard, iso(heard));
  assert.equal(data.workers['worker-p'].stream_lost, iso(heard + 1000));
  assert.equal(data.workers['worker-p'].status, 'stale');
  await socket.close();
});
