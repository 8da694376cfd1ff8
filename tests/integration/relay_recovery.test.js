// Goal: whatever goes away and comes back, clients that stayed are told what they missed, once, and nothing false.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startRelay } from '../lib/relay.js';
import { waitFor } from '../lib/wait.js';

const rig = await startRelay();

/** @param {import('../lib/socket.js').DashboardSocket} socket */
const lines = (socket) => socket.messages.filter((m) => m.type === 'new_logs').flatMap((m) => m.logs.map((e) => e.message));

/** Redis away, and back with what `change` did meanwhile, unheard by the relay. @param {() => Promise<unknown>} change */
async function outage(change) {
  const loads = rig.relay.log().split('sync: loaded').length;
  await rig.redis.command('SHUTDOWN').catch(() => {});
  await rig.stack.redis.ended();
  await waitFor(() => rig.relay.log().includes('no connection to Redis'));
  rig.relay.signal('SIGSTOP'); // so that it cannot connect before `change` has been done
  rig.stack.redis.start();
  await rig.connect();
  await waitFor(async () => (await rig.redis.command('PING')) === 'PONG');
  await change();
  rig.relay.signal('SIGCONT');
  await rig.loaded(loads);
}

test('who_stayed_is_brought_up_to_date_without_repeats', async () => {
  await rig.report('worker-same', { cpu_percent: 1 });
  await rig.report('worker-changed', { cpu_percent: 1 });
  await rig.report('worker-gone', { cpu_percent: 1 });
  await rig.log('worker-same', ['before']);
  const delta = await rig.delta();
  delta.send({ type: 'subscribe', nodes: ['worker-changed'], logs: {}, log_seq: 0 });
  await waitFor(() => lines(delta).length === 1);
  const plain = await rig.socket();
  await waitFor(() => plain.messages.length === 1 && delta.messages.length > 2);
  const before = delta.messages.length;

  await outage(async () => {
    await rig.report('worker-changed', { cpu_percent: 2 });
    await rig.report('worker-added', { cpu_percent: 3 });
    await rig.redis.command('ZREM', 'p2pdash:nodes', 'worker-gone');
    await rig.redis.command('DEL', rig.key('worker-gone', 'state'), rig.key('worker-gone', 'summary'));
    await rig.log('worker-same', ['missed 1', 'missed 2']);
  });
  await rig.log('worker-same', ['after']);
  await waitFor(() => lines(delta).includes('after') && lines(plain).includes('after'));
  assert.deepEqual(lines(delta), ['before', 'missed 1', 'missed 2', 'after']);
  assert.deepEqual(lines(plain), ['missed 1', 'missed 2', 'after']);
  // What has changed may wait for the end of a window that was open already, and come behind the lines.
  await waitFor(() => delta.messages.slice(before).some((m) => m.data?.removed?.includes('worker-gone')));
  const told = delta.messages.slice(before);
  const deltas = told.filter((m) => m.type === 'delta');
  const workers = Object.assign({}, ...deltas.map((m) => m.data.workers));
  assert.deepEqual(Object.keys(workers).sort(), ['worker-added', 'worker-changed']);
  assert.equal(workers['worker-changed'].cpu_percent, 2);
  assert.deepEqual(deltas.flatMap((m) => m.data.removed), ['worker-gone']);
  const node = told.find((m) => m.type === 'node');
  assert.deepEqual(node.history.map((p) => p.cpu_percent), [1, 2]);
  await delta.close();
  await plain.close();
});

test('while_redis_is_away_the_new_are_asked_to_wait_and_the_old_stay', async () => {
  const socket = await rig.socket();
  const delta = await rig.delta();
  await socket.next('initial');
  await delta.next('snapshot');
  const authorization = `Bearer ${await rig.workerToken('worker-1')}`;
  const loads = rig.relay.log().split('sync: loaded').length;
  await rig.stack.redis.stop();
  await waitFor(async () => {
    const error = await rig.socket().catch((/** @type {any} */ error) => error);
    return error.status === 503 && JSON.parse(error.text).code === 'backend_away';
  });
  assert.equal((await rig.commands('worker-1', { authorization })).status, 503);
  assert.equal((await delta.next('database')).away, true);
  socket.send('ping');
  await socket.next('pong');
  const { data } = await socket.next('update');
  assert.equal(data.metrics.workers['worker-same'].status, 'online');
  rig.stack.redis.start();
  await rig.connect();
  await rig.loaded(loads);
  await waitFor(async () => (await rig.socket()).close());
  assert.equal((await delta.next('database')).away, false);
  assert.deepEqual(delta.messages.map((m) => m.type), ['snapshot', 'database', 'database']);
  await delta.close();
  await socket.close();
});

test('a_redis_that_hangs_is_left_and_found_again', async () => {
  const loads = rig.relay.log().split('sync: loaded').length;
  rig.stack.redis.signal('SIGSTOP');
  try {
    await waitFor(() => rig.relay.log().includes('it does not answer'));
  } finally {
    rig.stack.redis.signal('SIGCONT');
  }
  await rig.loaded(loads);
});

test('a_redis_that_began_anew_is_believed', async () => {
  const delta = await rig.delta();
  delta.send({ type: 'subscribe', logs: {} });
  await delta.next('subscribed');
  await outage(async () => {
    await rig.redis.command('FLUSHALL');
    await rig.redis.command('HSET', 'p2pdash:users', 'alice', JSON.stringify({ generation: 1 }));
    rig.restartSeq();
    await rig.log('worker-same', ['new world 1']);
  });
  await rig.log('worker-same', ['new world 2']);
  await waitFor(() => lines(delta).includes('new world 2'));
  const late = await rig.socket();
  const { data } = await late.next('initial');
  assert.deepEqual(data.logs.map((e) => e.message), ['new world 1', 'new world 2']);
  assert.deepEqual(data.metrics.workers, {});
  await late.close();
  await delta.close();
});

test('nothing_is_lost_or_doubled_while_it_loads', async () => {
  for (let round = 0; round < 5; round++) {
    const node = `busy-${round}`;
    let stop = false;
    let sent = 0;
    const begun = Date.now();
    const worker = (async () => {
      while (!stop) {
        await Promise.all([rig.log(node, [`${sent + 1}`]), rig.report(node, { at: begun + sent, cpu_percent: sent % 100 })]);
        sent++;
      }
    })();
    const loads = rig.relay.log().split('sync: loaded').length;
    await rig.relay.restart();
    await rig.loaded(loads);
    const socket = await rig.socket();
    const { data } = await socket.next('initial');
    const enough = sent + 20;
    await waitFor(() => sent > enough);
    stop = true;
    await worker;
    await waitFor(() => lines(socket).at(-1) === String(sent));
    const all = [...data.logs.filter((e) => e.node_id === node).map((e) => e.message), ...lines(socket)];
    const first = Number(all[0]);
    assert.deepEqual(all, Array.from({ length: all.length }, (_, i) => String(first + i)));
    const stored = (await rig.redis.command('LRANGE', rig.key(node, 'history'), 0, 49)).map((p) => JSON.parse(p).cpu_percent);
    const points = await waitFor(async () => {
      socket.send('ping');
      const { data: update } = await socket.next('update');
      const shares = update.history[node].map((p) => p.cpu_percent);
      return shares.at(-1) === stored[0] && shares; // the last report follows the last line
    });
    assert.deepEqual(points, stored.reverse());
    await socket.close();
  }
});

test('lines_older_than_the_relay_keeps_come_from_redis_and_gaps_are_told', async () => {
  const old = await rig.log('worker-old', Array.from({ length: 400 }, (_, i) => `old ${i}`));
  const other = await rig.log('worker-other', Array.from({ length: 300 }, (_, i) => `other ${i}`));
  const loads = rig.relay.log().split('sync: loaded').length;
  await rig.relay.restart(); // it loads the newest 100 of each node
  await rig.loaded(loads);

  const one = await rig.delta();
  one.send({ type: 'subscribe', logs: { node_id: 'worker-old' }, log_seq: old[9].seq });
  await waitFor(() => lines(one).length >= 390);
  assert.deepEqual(lines(one), old.slice(10).map((e) => e.message));
  assert.equal(one.messages.some((m) => m.type === 'gap'), false);

  const all = await rig.delta();
  all.send({ type: 'subscribe', logs: {}, log_seq: old[9].seq });
  const gap = await all.next('gap');
  await rig.log('worker-old', ['live']);
  await waitFor(() => lines(all).includes('live'));
  assert.deepEqual([gap.after, gap.before], [old[9].seq, other[100].seq]);
  assert.deepEqual(lines(all), [...other.slice(100).map((e) => e.message), 'live']);
  await one.close();
  await all.close();
});
