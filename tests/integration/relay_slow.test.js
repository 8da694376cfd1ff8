// Goal: clients that do not read cost the relay a bounded amount of memory and the others nothing; they are told what
// they missed, and end up knowing what is true. Run under the sanitizers, this is also the proof that writing at once,
// outside the library's callback, is sound.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { startRelay } from '../lib/relay.js';
import { waitFor } from '../lib/wait.js';

const rig = await startRelay();

const residentKib = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${rig.relay.pid}/status`, 'utf8'))?.[1]);

/** @param {import('../lib/socket.js').DashboardSocket} socket */
const messages = (socket) => socket.messages.filter((m) => m.type === 'new_logs').flatMap((m) => m.logs.map((e) => e.message));

/**
 * 40 MB of lines, in order, the last one "end", no faster than the quick ones read.
 * @param {import('../lib/socket.js').DashboardSocket[]} [quick]
 */
async function flood(quick = []) {
  for (let i = 0; i < 80; i++) {
    await rig.log('worker-1', Array.from({ length: 50 }, (_, j) => `${i * 50 + j} ${'x'.repeat(10_000)}`));
    for (const socket of quick) await waitFor(() => Number.parseInt(messages(socket).at(-1) ?? '', 10) === i * 50 + 49);
  }
  await rig.log('worker-1', ['end']);
}

test('the_slow_are_told_what_they_missed_and_the_quick_get_everything', async () => {
  for (let i = 0; i < 20; i++) await rig.report(`worker-${i}`);
  const slow = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? rig.delta() : rig.socket())));
  const quick = await Promise.all([rig.delta(), rig.socket()]);
  for (const socket of [...slow, ...quick]) {
    await waitFor(() => socket.messages.length > 0);
    socket.send({ type: 'subscribe', nodes: ['worker-3'], logs: {} });
  }
  await waitFor(() => slow[1].messages.some((m) => m.type === 'node'));
  const before = residentKib();
  for (const socket of slow) socket.socket.pause();
  await flood(quick);
  await rig.report('worker-3', { cpu_percent: 99 });
  for (const socket of quick) {
    await waitFor(() => messages(socket).at(-1) === 'end', { deadline: 60_000 });
    assert.deepEqual(messages(socket).slice(0, -1).map((m) => Number.parseInt(m, 10)), Array.from({ length: 4000 }, (_, i) => i));
    assert.equal(socket.messages.some((m) => m.type === 'lagged'), false);
  }
  const grown = residentKib() - before;
  console.log(`resident memory grew by ${grown} KiB`);
  for (const socket of slow) socket.socket.resume();
  for (const [i, socket] of slow.entries()) {
    const lagged = await socket.next('lagged', { deadline: 60_000 });
    assert.ok(lagged.dropped > 0);
    if (i % 2) {
      const { data } = await socket.next('snapshot');
      assert.equal(data.workers['worker-3'].cpu_percent, 99);
      assert.equal((await socket.next('database')).away, false);
      assert.equal((await socket.next('node')).node.metrics.cpu_percent, 99);
    }
    await rig.log('worker-1', ['again']);
    await waitFor(() => messages(socket).at(-1) === 'again');
    // What did arrive is in order, whole, and cut at one place only.
    const numbers = messages(socket).filter((m) => /^\d/.test(m)).map((m) => Number.parseInt(m, 10));
    assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, j) => j));
  }
  for (const socket of [...slow, ...quick]) socket.socket.terminate();
});

test('the_missed_lines_are_had_by_log_seq_after_lagging', async () => {
  const socket = await rig.delta();
  socket.send({ type: 'subscribe', logs: {} });
  await socket.next('subscribed');
  const quick = await rig.delta();
  quick.send({ type: 'subscribe', logs: {} });
  await quick.next('subscribed');
  socket.socket.pause();
  await flood([quick]);
  await waitFor(() => messages(quick).at(-1) === 'end');
  socket.socket.resume();
  await socket.next('lagged');
  const seqs = () => socket.messages.filter((m) => m.type === 'new_logs').flatMap((m) => m.logs.map((e) => e.seq));
  const last = seqs().at(-1) ?? 0;
  socket.send({ type: 'subscribe', logs: {}, log_seq: last });
  await waitFor(() => messages(socket).at(-1) === 'end');
  const gap = socket.messages.find((m) => m.type === 'gap');
  const all = seqs();
  const jump = all.findIndex((seq, i) => i > 0 && seq !== all[i - 1] + 1);
  // Redis keeps 1000 lines of a node: what is older is a gap, and it is told.
  assert.equal(gap.after, last);
  assert.equal(all[jump], gap.before);
  assert.deepEqual(all.slice(jump), Array.from({ length: all.length - jump }, (_, i) => gap.before + i));
  for (const { socket: ended } of [socket, quick]) ended.terminate();
});

test('a_snapshot_larger_than_every_buffer_arrives_whole', async () => {
  for (let i = 0; i < 3000; i++) void rig.report(`large-${String(i).padStart(4, '0')}`, { cpu_percent: i % 100 });
  await rig.report('large-end');
  await waitFor(async () => {
    const socket = await rig.socket();
    const { data } = await socket.next('initial');
    socket.socket.terminate();
    return data.metrics.workers['large-end'];
  });
  const sockets = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? rig.delta() : rig.socket())));
  for (const socket of sockets) {
    socket.socket.pause();
    socket.send('ping');
  }
  await rig.log('worker-1', ['after the large one']);
  for (const socket of sockets) socket.socket.resume();
  for (const [i, socket] of sockets.entries()) {
    const { data } = await socket.next(i % 2 ? 'snapshot' : 'initial');
    const workers = i % 2 ? data.workers : data.metrics.workers;
    assert.equal(Object.keys(workers).filter((id) => id.startsWith('large-')).length, 3001);
    await socket.next('pong');
    socket.socket.terminate();
  }
});

test('clients_that_come_and_go_in_the_middle_of_everything_leave_nothing_behind', async () => {
  let stop = false;
  const traffic = (async () => {
    for (let i = 0; !stop; i++) {
      await Promise.all([rig.report(`worker-${i % 20}`, { cpu_percent: i % 100 }), rig.log('worker-2', [`t ${i}`, 'x'.repeat(3_000)])]);
    }
  })();
  for (let round = 0; round < 30; round++) {
    const sockets = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? rig.delta() : rig.socket())));
    for (const [i, socket] of sockets.entries()) {
      if (i % 3 === 0) socket.socket.pause();
      socket.send(i % 2 ? { type: 'subscribe', nodes: ['worker-1', 'worker-2'], logs: { q: String(i) }, log_seq: 1 } : 'ping');
    }
    for (const [i, socket] of sockets.entries()) i % 4 ? socket.socket.terminate() : socket.socket.close();
    for (const socket of sockets) socket.socket.resume();
  }
  stop = true;
  await traffic;
  await rig.relayHolds(0);
});

test('who_has_lagged_when_the_database_went_away_is_told_so', async () => {
  const [slow, quick] = await Promise.all([rig.delta(), rig.delta()]);
  for (const socket of [slow, quick]) {
    socket.send({ type: 'subscribe', logs: {} });
    await socket.next('subscribed');
  }
  slow.socket.pause();
  await flood([quick]);
  await rig.stack.redis.stop();
  assert.equal((await quick.next('database')).away, true);
  slow.socket.resume();
  await slow.next('lagged');
  await slow.next('snapshot');
  assert.equal((await slow.next('database')).away, true);
  for (const { socket } of [slow, quick]) socket.terminate();
});
