// Goal: a client of the delta protocol always knows what is true, hears of a change unasked, and gets of the rest what
// it has asked for and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startRelay } from '../lib/relay.js';
import { waitFor } from '../lib/wait.js';

const rig = await startRelay();

/** What a client that applies every frame knows of the workers. @param {any[]} messages */
function view(messages) {
  /** @type {Record<string, any>} */
  let workers = {};
  let seq = 0;
  for (const { type, seq: n, data } of messages) {
    if (type === 'snapshot') workers = structuredClone(data.workers);
    if (type === 'delta') {
      assert.equal(n, seq + 1, 'deltas are counted without a gap');
      for (const id of data.removed) delete workers[id];
      for (const [id, changed] of Object.entries(data.workers)) workers[id] = { ...workers[id], ...changed };
    }
    if (n !== undefined) seq = n;
  }
  return workers;
}

test('snapshot_then_what_changed', async () => {
  await rig.report('coordinator', { cpu_percent: 2 });
  await rig.report('worker-1', { cpu_percent: 5 });
  const socket = await waitFor(async () => {
    const socket = await rig.delta();
    const { data } = await socket.next('snapshot');
    if (data.workers['worker-1'] && data.coordinator) return socket;
    return void (await socket.close());
  });
  const snapshot = socket.messages[0];
  assert.equal(snapshot.data.coordinator.cpu_percent, 2);
  assert.equal(snapshot.data.workers['worker-1'].status, 'online');
  assert.equal(snapshot.data.workers['worker-1'].cpu_percent, 5);
  assert.equal(snapshot.data.stats.active_workers, 1);

  const { summary } = await rig.report('worker-1', { cpu_percent: 6 });
  const delta = await socket.next('delta');
  assert.equal(delta.seq, snapshot.seq + 1);
  assert.deepEqual(delta.data.workers, {
    'worker-1': { timestamp: summary.timestamp, fresh_until: summary.fresh_until, last_heard: summary.timestamp, cpu_percent: 6 },
  });
  assert.deepEqual(delta.data.removed, []);
  assert.ok(delta.data.stats.total_updates >= 3);
  assert.equal('coordinator' in delta.data, false);

  await rig.report('coordinator', { cpu_percent: 3 });
  const own = await socket.next('delta');
  assert.equal(own.data.coordinator.cpu_percent, 3);
  assert.deepEqual(own.data.workers, {});

  await rig.report('worker-new', { cpu_percent: 1 });
  const added = await socket.next('delta');
  assert.equal(added.data.workers['worker-new'].status, 'online');
  assert.equal(added.data.workers['worker-new'].mode, 'daemon');
  await rig.publish('removed', 'worker-new');
  assert.deepEqual((await socket.next('delta')).data.removed, ['worker-new']);
  await socket.close();
});

test('changes_that_come_close_together_share_a_frame_and_end_in_the_truth', async () => {
  const socket = await rig.delta();
  await socket.next('snapshot');
  const before = socket.messages.length;
  rig.relay.signal('SIGSTOP'); // what has come when it looks has come close together
  for (let i = 0; i < 400; i++) void rig.report(`worker-${i % 7}`, { cpu_percent: i });
  await rig.report('worker-end');
  rig.relay.signal('SIGCONT');
  await waitFor(() => view(socket.messages)['worker-end']);
  for (let i = 393; i < 400; i++) assert.equal(view(socket.messages)[`worker-${i % 7}`].cpu_percent, i);
  const frames = socket.messages.length - before;
  assert.ok(frames < 100, `${frames} frames`);
  const late = await rig.delta();
  const { data } = await late.next('snapshot');
  assert.deepEqual(data.workers, view(socket.messages));
  await socket.close();
  await late.close();
});

test('a_worker_that_falls_silent_becomes_stale_and_one_that_says_goodbye_offline', async () => {
  const socket = await rig.delta();
  await rig.report('worker-s', { fresh_ms: 3000 });
  await socket.next((m) => m.data?.workers?.['worker-s']?.status === 'online');
  const stale = await socket.next((m) => m.data?.workers?.['worker-s']?.status === 'stale');
  assert.deepEqual(stale.data.workers['worker-s'], { status: 'stale' });
  await rig.report('worker-s');
  await socket.next((m) => m.data?.workers?.['worker-s']?.status === 'online');
  await rig.report('worker-s', { offline: true });
  await socket.next((m) => m.data?.workers?.['worker-s']?.status === 'offline');
  await socket.close();
});

test('a_subscribed_node_comes_whole_and_then_report_by_report', async () => {
  await rig.report('worker-n', { cpu_percent: 1, certificates: [{ worker: 'worker-n', path: '/a.pem' }] });
  await rig.report('worker-n', { cpu_percent: 2 });
  const socket = await rig.delta();
  await waitFor(() => view(socket.messages)['worker-n']?.cpu_percent === 2);
  socket.send({ type: 'subscribe', nodes: ['worker-n', 'worker-unknown'] });
  await socket.next('subscribed');
  const whole = await socket.next('node');
  assert.equal(whole.node_id, 'worker-n');
  assert.equal(whole.node.metrics.cpu_percent, 2);
  assert.equal(whole.node.status, 'online');
  assert.deepEqual(whole.history.map((p) => p.cpu_percent), [1, 2]);
  assert.deepEqual(whole.certificates, [{ worker: 'worker-n', path: '/a.pem' }]);
  assert.deepEqual(await socket.next('node'), {
    type: 'node',
    node_id: 'worker-unknown',
    node: null,
    history: [],
    certificates: [],
  });

  const { point } = await rig.report('worker-n', { cpu_percent: 3 });
  const next = await socket.next('node');
  assert.deepEqual(next.point, point);
  assert.equal(next.node.metrics.cpu_percent, 3);
  assert.equal('history' in next || 'certificates' in next, false);
  await rig.report('worker-n', { certificates: [] });
  assert.deepEqual((await socket.next('node')).certificates, []);
  await rig.report('worker-unknown');
  assert.equal((await socket.next('node')).node.status, 'online');
  await rig.publish('removed', 'history worker-n');
  assert.deepEqual((await socket.next('node')).history, []);
  await rig.publish('removed', 'worker-n');
  assert.equal((await socket.next('node')).node, null);

  socket.send({ type: 'subscribe', nodes: [] });
  await socket.next('subscribed');
  const before = socket.messages.length;
  await rig.report('worker-n');
  await socket.next('delta');
  assert.ok(socket.messages.slice(before).every((m) => m.type === 'delta'));
  await socket.close();
});

test('log_filters_are_applied_by_the_relay', async () => {
  /** @type {[object, string[]][]} */
  const filters = [
    [{}, ['a', 'b', 'c', 'd']],
    [{ node_id: 'worker-2' }, ['c', 'd']],
    [{ level: 'error' }, ['b', 'd']],
    [{ logger_name: 'SERVICE.X' }, ['a', 'b']],
    [{ q: 'ISK' }, ['c']],
    [{ node_id: 'worker-1', level: 'ERROR', logger_name: 'x', q: '' }, ['b']],
  ];
  const sockets = await Promise.all(filters.map(() => rig.delta()));
  for (const [i, socket] of sockets.entries()) {
    socket.send({ type: 'subscribe', logs: filters[i][0] });
    await socket.next('subscribed');
  }
  const lines = (/** @type {string} */ id) => ({ module: id, funcName: id });
  await rig.log('worker-1', [
    { ...lines('a'), message: 'first', level: 'INFO', logger_name: 'Service.X' },
    { ...lines('b'), message: 'second', level: 'ERROR', logger_name: 'service.xy' },
  ]);
  await rig.log('worker-2', [
    { ...lines('c'), message: 'the disk is full', level: 'WARNING', logger_name: 'kernel' },
    { ...lines('d'), message: 'panic', level: 'CRITICAL', logger_name: 'kernel' },
  ]);
  for (const [i, socket] of sockets.entries()) {
    const got = () => socket.messages.filter((m) => m.type === 'new_logs').flatMap((m) => m.logs.map((e) => e.module));
    await waitFor(() => got().length >= filters[i][1].length, { what: JSON.stringify(filters[i][0]) });
    assert.deepEqual(got(), filters[i][1]);
  }
  sockets[0].send({ type: 'subscribe', logs: null });
  await sockets[0].next('subscribed');
  const count = sockets[0].messages.length;
  await rig.log('worker-1', ['unheard']);
  await sockets[1].close();
  sockets[0].send('ping');
  await sockets[0].next('pong');
  assert.ok(sockets[0].messages.slice(count).every((m) => m.type !== 'new_logs'));
  for (const socket of sockets) socket.socket.terminate();
});

test('lines_missed_are_had_by_log_seq_without_one_twice', async () => {
  const [first] = await rig.log('worker-1', ['r0']);
  const watcher = await rig.delta();
  watcher.send({ type: 'subscribe', logs: {} });
  await watcher.next('subscribed');
  await rig.log('worker-1', Array.from({ length: 30 }, (_, i) => `r${i + 1}`));
  await watcher.next((m) => m.type === 'new_logs' && m.logs.at(-1).message === 'r30');
  const socket = await rig.delta();
  socket.send({ type: 'subscribe', logs: {}, log_seq: first.seq });
  const [, { log_seq }] = [await socket.next('snapshot'), await socket.next('subscribed')];
  assert.equal(log_seq, first.seq + 30);
  await rig.log('worker-2', ['live']);
  const got = () => socket.messages.filter((m) => m.type === 'new_logs').flatMap((m) => m.logs.map((e) => e.message));
  await waitFor(() => got().includes('live'));
  assert.deepEqual(got(), [...Array.from({ length: 30 }, (_, i) => `r${i + 1}`), 'live']);
  assert.equal(socket.messages.some((m) => m.type === 'gap'), false);
  await socket.close();
  await watcher.close();
});

test('a_log_that_was_shortened_by_its_size_is_told_as_a_gap', async () => {
  // What is left of a node's log when it is full by bytes: far less than 1000 entries.
  const entries = await rig.log('worker-full', Array.from({ length: 69 }, () => 'x'.repeat(60_000)), { publish: false });
  const loads = rig.relay.log().split('sync: loaded').length;
  await rig.relay.restart();
  await rig.loaded(loads);
  const socket = await rig.delta();
  socket.send({ type: 'subscribe', logs: { node_id: 'worker-full' }, log_seq: entries[0].seq - 10 });
  const gap = await socket.next('gap');
  assert.deepEqual([gap.after, gap.before], [entries[0].seq - 10, entries[0].seq]);
  await socket.close();
});

test('what_a_client_sends_is_checked', async () => {
  const socket = await rig.delta();
  const bad = [
    '{',
    '[]',
    '"x"',
    '{"type":"other"}',
    { type: 'subscribe', nodes: 'worker-1' },
    { type: 'subscribe', nodes: ['a/b'] },
    { type: 'subscribe', nodes: [7] },
    { type: 'subscribe', nodes: Array.from({ length: 101 }, (_, i) => `w${i}`) },
    { type: 'subscribe', logs: 'all' },
    { type: 'subscribe', logs: { level: 'LOUD' } },
    { type: 'subscribe', logs: { level: 3 } },
    { type: 'subscribe', logs: { node_id: '../x' } },
    { type: 'subscribe', logs: { q: 'x'.repeat(300) } },
    { type: 'subscribe', logs: {}, log_seq: -1 },
    { type: 'subscribe', logs: {}, log_seq: 'x' },
    `{"type":${'['.repeat(5000)}`,
  ];
  for (const message of bad) {
    socket.send(message);
    const answer = await socket.next((m) => m.type === 'error' || m.type === 'subscribed');
    assert.equal(answer.type, 'error', JSON.stringify(message));
    assert.equal(answer.code, 'invalid');
    assert.ok(answer.error.length > 5);
  }
  socket.send('ping');
  await socket.next('pong');
  socket.send('x'.repeat(20_000));
  assert.equal((await socket.closed).code, 1009);
  const binary = await rig.delta();
  binary.socket.send(Buffer.from('ping'));
  assert.equal((await binary.closed).code, 1003);
});
