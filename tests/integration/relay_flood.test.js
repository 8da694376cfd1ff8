// Goal: whatever browsers ask, however often and however many of them, Redis holds little ready for the relay, and who
// asks for too much is the one who pays.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startRelay } from '../lib/relay.js';
import { settles, waitFor } from '../lib/wait.js';

const LINES = 900;
const LINE_BYTES = 4000;
const MIB = 1024 * 1024;

const rig = await startRelay();

// A log that the relay has to read from Redis: of what it loads at the start this is too much.
await rig.log('worker-1', Array.from({ length: LINES }, (_, i) => `${i} ${'x'.repeat(LINE_BYTES)}`));
await rig.relay.restart();
await rig.loaded(2);

const WHOLE_LOG = { type: 'subscribe', logs: { node_id: 'worker-1' }, log_seq: 0 };

/** @param {string} section @param {RegExp} value */
const info = async (section, value) => Number(value.exec(await rig.redis.command('INFO', section))?.[1] ?? 0);
const logsRead = () => info('commandstats', /cmdstat_lrange:calls=(\d+)/);
const memoryPeak = () => info('memory', /used_memory_peak:(\d+)/);

/** @param {import('../lib/socket.js').DashboardSocket} socket */
const lines = (socket) => socket.messages.filter((m) => m.type === 'new_logs').flatMap((m) => m.logs.map((e) => e.message));

/**
 * Messages of these clients that are there, or as many of them as their sockets hold, before the relay reads the first.
 * @param {import('../lib/socket.js').DashboardSocket[]} sockets
 * @param {(string | object)[]} messages
 */
function atOnce(sockets, messages) {
  rig.relay.signal('SIGSTOP');
  for (const socket of sockets) for (const message of messages) socket.send(message);
  rig.relay.signal('SIGCONT');
}

// The first one: Redis never forgets its peak.
test('many_browsers_are_answered_a_few_at_a_time', async () => {
  const sockets = await Promise.all(Array.from({ length: 40 }, () => rig.delta()));
  const before = await memoryPeak();
  atOnce(sockets, [WHOLE_LOG]);
  for (const socket of sockets) await waitFor(() => lines(socket).length >= LINES, { what: 'the log' });
  const grown = (await memoryPeak()) - before;
  console.log(`Redis grew by ${(grown / MIB).toFixed(1)} MiB`);
  assert.ok(grown < 30 * MIB, `${grown} bytes`);
  for (const { socket } of sockets) socket.terminate();
});

test('a_browser_has_one_question_under_way_and_the_newest_wish_is_answered', async () => {
  const socket = await rig.delta();
  await rig.redis.command('CONFIG', 'RESETSTAT');
  const wishes = Array.from({ length: 60 }, (_, i) => ({ ...WHOLE_LOG, logs: { node_id: 'worker-1', q: `${i} ` } }));
  atOnce([socket], wishes);
  await waitFor(() => lines(socket).length > 0, { what: 'an answer' });
  await rig.log('worker-1', ['59 is live']);
  await waitFor(() => lines(socket).includes('59 is live'), { what: 'what comes next' });
  const got = lines(socket).slice(0, -1).map((line) => Number.parseInt(line, 10));
  assert.deepEqual(got, Array.from({ length: 9 }, (_, i) => i * 100 + 59));
  assert.equal(socket.messages.filter((m) => m.type === 'subscribed').length, wishes.length);
  // Each time it looks at what has come it may begin one.
  const read = await logsRead();
  assert.ok(read < 10, `${read} questions`);
  await socket.close();
});

test('a_wish_that_is_taken_back_is_not_answered', async () => {
  const socket = await rig.delta();
  atOnce([socket], [WHOLE_LOG, { type: 'subscribe', logs: null }, WHOLE_LOG, { type: 'subscribe', logs: { q: 'only new' } }]);
  await waitFor(() => socket.messages.filter((m) => m.type === 'subscribed').length === 4);
  await rig.log('worker-1', ['old', 'only new']);
  await waitFor(() => lines(socket).includes('only new'));
  assert.deepEqual(lines(socket), ['only new']);
  await socket.close();
});

test('browsers_that_leave_before_they_are_answered_leave_nothing_behind', async () => {
  const before = await memoryPeak();
  for (let round = 0; round < 5; round++) {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => rig.delta()));
    rig.redis.command('CLIENT', 'PAUSE', 200, 'ALL').catch(() => {});
    atOnce(sockets, [WHOLE_LOG]);
    for (const { socket } of sockets) socket.terminate();
  }
  const last = await rig.delta();
  last.send(WHOLE_LOG);
  await waitFor(() => lines(last).length >= LINES, { what: 'the log' });
  const grown = (await memoryPeak()) - before;
  assert.ok(grown < 30 * MIB, `${grown} bytes`);
  await last.close();
});

test('who_wants_something_else_all_the_time_is_shown_out_and_who_pings_is_not', async () => {
  const talker = await rig.delta();
  const quiet = await rig.socket();
  const said = (/** @type {import('../lib/socket.js').DashboardSocket} */ socket, /** @type {string} */ type) =>
    socket.messages.filter((m) => m.type === type).length;
  atOnce([talker, quiet], Array.from({ length: 1000 }, () => 'ping'));
  await waitFor(() => said(talker, 'pong') === 1000 && said(quiet, 'pong') === 1000, { what: 'every answer' });
  // Nearly as much as may be wanted at once, and then more than that: few enough for the relay to have read them all when it
  // closes, since who is still sending then may find the connection reset before he has read why.
  atOnce([talker], Array.from({ length: 90 }, () => ({ type: 'subscribe', logs: {} })));
  await waitFor(() => said(talker, 'subscribed') === 90, { what: 'every wish to be heard' });
  atOnce([talker], Array.from({ length: 200 }, () => '{}'));
  const { code, reason } = await settles(talker.closed, { what: 'the connection to end' });
  assert.deepEqual([code, reason], [4429, 'too_many_requests']);
  quiet.send('ping');
  await waitFor(() => said(quiet, 'pong') === 1001, { what: 'the other to be served' });
  await quiet.close();
});
