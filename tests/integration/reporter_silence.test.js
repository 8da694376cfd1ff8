// A real reporter that dies, hangs, is restarted and comes back, as the page's socket and the API tell it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startStack, waitFor } from '../lib/stack.js';

const SERVICE = '[service job]\ndriver = exec\nstart = /bin/true\nstop = /bin/true\nstatus = /bin/true\n';

const stack = await startStack();
const viewer = await stack.user('viewer');
const metrics = async () => (await viewer.get('/api/dashboard/metrics')).json;

/** Waits until the worker's stream of commands stands. @param {string} node */
const connected = (node) =>
  waitFor(async () => (await stack.redisCommand('PUBSUB', 'NUMSUB', `p2pdash:commands:${node}`)).endsWith('1'), {
    what: `the stream of ${node}`,
  });

/** The last word was heard so long ago, as far as Redis and the relay know. @param {string} node @param {number} seconds */
async function silence(node, seconds) {
  const at = String(Date.now() - seconds * 1000);
  await stack.redisCommand('ZADD', 'p2pdash:nodes', at, node);
  await stack.redisCommand('PUBLISH', 'p2pdash:heard', `${node} ${at}`);
}

test('killed_reporters_are_lost_two_seconds_later_and_stay_seen', async () => {
  const nodes = ['worker-1', 'worker-2', 'coordinator'];
  const reporters = [];
  for (const node of nodes) {
    reporters.push(await stack.startReporter(node, { sections: SERVICE }));
    await connected(node);
  }
  await waitFor(async () => (await metrics()).stats.active_services === 3, { what: 'the services to be known' });
  const socket = await stack.webSocket(viewer, { mode: 'delta' });
  await socket.next('snapshot');
  const killed = Date.now();
  await Promise.all(reporters.map((reporter) => reporter.daemon.kill('SIGKILL')));
  /** @type {Record<string, any>} */
  const seen = {};
  while (Object.keys(seen).length < 3) {
    const { data } = await socket.next('delta');
    for (const [node, summary] of Object.entries({ ...data.workers, ...(data.coordinator && { coordinator: data.coordinator }) }))
      if (summary.stream_lost) seen[node] = summary;
  }
  assert.deepEqual(Object.keys(seen).sort(), [...nodes].sort());
  for (const summary of Object.values(seen)) {
    assert.equal(summary.status, 'stale');
    assert.ok(Date.parse(summary.stream_lost) >= killed - 100, summary.stream_lost);
  }
  const { workers, coordinator, stats } = await metrics();
  assert.equal(coordinator.stream_lost, seen.coordinator.stream_lost);
  assert.equal(workers['worker-1'].stream_lost, seen['worker-1'].stream_lost);
  assert.equal(workers['worker-1'].status, 'stale');
  assert.deepEqual([stats.active_workers, stats.active_services, stats.unknown_services, stats.total_services], [0, 0, 3, 3]);
  const { services } = (await viewer.get('/api/dashboard/services')).json;
  assert.equal(services['worker-2'].job.known, false);

  await silence('worker-2', 601);
  const { data } = await socket.next((m) => m.data?.missing?.['worker-2']);
  assert.equal(data.missing['worker-2'].said_goodbye, false);
  reporters.forEach((reporter) => reporter.daemon.start());
  await socket.next((m) => m.data?.missing?.['worker-2'] === null);
  await waitFor(async () => (await metrics()).stats.active_services === 3, { what: 'all to be back' });
  for (const node of nodes) await connected(node);
  await waitFor(async () => (await stack.redisCommand('KEYS', 'p2pdash:{*}:stream_lost')) === '', { what: 'no stream to be lost' });
  await socket.close();
});

test('a_reporter_that_hangs_is_stale_then_missing_and_back_with_its_next_beat', async () => {
  const reporter = await stack.startReporter('worker-h');
  await connected('worker-h');
  assert.equal((await reporter.ctl('stop')).status, 0); // from now on it sends nothing but beats
  const { timestamp } = (await metrics()).workers['worker-h'];
  const socket = await stack.webSocket(viewer, { mode: 'delta' });
  await socket.next('snapshot');
  reporter.daemon.signal('SIGSTOP'); // its kernel keeps the connections, as a dead machine's peer sees them
  await silence('worker-h', 31);
  const stale = (await socket.next((m) => m.data?.workers?.['worker-h']?.status)).data.workers['worker-h'];
  assert.equal(stale.status, 'stale');
  assert.ok(!stale.stream_lost);
  await silence('worker-h', 601);
  await socket.next((m) => m.data?.missing?.['worker-h']);
  assert.ok(!('worker-h' in (await metrics()).workers));
  reporter.daemon.signal('SIGCONT');
  const found = await socket.next((m) => m.data?.workers?.['worker-h']);
  assert.equal(found.data.missing['worker-h'], null);
  const node = (await metrics()).workers['worker-h'];
  assert.equal(node.status, 'online');
  assert.ok(node.last_heard > node.timestamp);
  assert.equal(node.timestamp, timestamp);
  await socket.close();
});

test('a_reporter_that_is_told_to_end_says_goodbye_and_is_not_lost', async () => {
  const [leaving, dying] = [await stack.startReporter('worker-l'), await stack.startReporter('worker-d')];
  await Promise.all([connected('worker-l'), connected('worker-d')]);
  await leaving.daemon.stop();
  await dying.daemon.kill('SIGKILL');
  await waitFor(async () => (await metrics()).workers['worker-d'].stream_lost, { what: 'the killed one to be lost' });
  const { workers } = await metrics();
  assert.equal(workers['worker-l'].status, 'offline');
  assert.equal(workers['worker-l'].stream_lost, undefined);
  dying.daemon.start();
  await connected('worker-d');
});
