// Goal: a follower of fifty lines (tests/feed/print.c) hears everything that the API writes, in order, and after an
// outage of Redis what is, what came meanwhile, and what is missing.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { entry, report } from '../lib/report.js';
import { BIN, Program, startStack, waitFor } from '../lib/stack.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const admin = await stack.user('admin');
const workers = { able: await stack.worker('able'), baker: await stack.worker('baker') };

const print = new Program('print', [join(BIN, 'feed/print'), `unix:${stack.folder}/redis.sock`], {
  log: join(stack.folder, 'log', 'print.log'),
});
print.start();
after(async () => {
  await print.stop();
  print.assertHealthy();
});

/** What it has printed, but for its own messages about the connection. */
const heard = () => print.log().split('\n').map((line) => line.trim()).filter((line) => line && !/^(INFO|WARNING) /.test(line));

/** The seq of the lines it has heard. @param {string[]} lines */
const seqs = (lines) => lines.filter((line) => line.startsWith('line ')).map((line) => JSON.parse(line.slice(line.indexOf('{'))).seq);

/** @param {'able' | 'baker'} node @param {number} cpu_percent */
async function sendReport(node, cpu_percent) {
  const body = report(node);
  const answer = await workers[node].post('/api/reporter/report', { ...body, metrics: { ...body.metrics, cpu_percent } });
  assert.equal(answer.status, 200, answer.text);
}

let batches = 0;
/** @param {'able' | 'baker'} node @param {number} count */
async function sendLines(node, count) {
  const logs = Array.from({ length: count }, (_, i) => entry(`${i}`));
  const answer = await workers[node].post('/api/reporter/logs', { node_id: node, batch: `${++batches}`, logs });
  assert.equal(answer.status, 200, answer.text);
}

test('it_hears_reports_lines_and_removals_as_they_happen', async () => {
  await waitFor(() => heard().at(-1) === 'following');
  assert.deepEqual(heard(), ['learning', 'catching up', 'following']);
  await sendReport('able', 11);
  await sendReport('baker', 22);
  await sendLines('able', 3);
  await sendLines('baker', 2);
  await sendLines('able', 1);
  assert.equal((await admin.request('DELETE', '/api/admin/nodes/baker')).status, 200);
  await waitFor(() => heard().at(-1)?.startsWith('removed baker'));
  const told = heard().slice(3);
  assert.deepEqual(told.map((line) => line.split(' ').slice(0, 2).join(' ')), [
    'report able', 'report baker', 'line able', 'line able', 'line able', 'line baker', 'line baker', 'line able', 'removed baker',
  ]);
  assert.match(told[0], /"cpu_percent":11[,}]/);
  assert.match(told[1], /"cpu_percent":22[,}]/);
  assert.deepEqual(seqs(told), [1, 2, 3, 4, 5, 6]);
});

test('after_an_outage_it_hears_what_is_what_came_and_what_is_missing', async () => {
  await sendReport('baker', 33);
  await waitFor(() => heard().at(-1)?.startsWith('report baker'));
  const before = heard().length;
  await stack.redis.stop();
  await waitFor(() => heard().at(-1) === 'away');
  print.signal('SIGSTOP'); // so that it cannot come back before everything has happened
  stack.redis.start();
  await waitFor(async () => (await stack.visitor.get('/health')).status === 200, { what: 'the API to have Redis again' });
  assert.equal((await admin.request('DELETE', '/api/admin/nodes/baker')).status, 200);
  await sendReport('able', 44);
  await sendLines('able', 15); // it reads the newest 10
  print.signal('SIGCONT');
  await waitFor(() => heard().at(-1) === 'following');
  await sendLines('able', 1);
  await waitFor(() => seqs(heard()).at(-1) === 22);
  const told = heard().slice(before);
  assert.deepEqual(told.filter((line) => !line.startsWith('line ')), [
    'away', 'learning', 'catching up', 'removed baker online points=1', 'loaded able online points=2', 'gap 6 12', 'following',
  ]);
  assert.deepEqual(seqs(told), [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);
});

test('a_sync_that_fails_begins_anew', async () => {
  const before = heard().length;
  await stack.redisCommand('RENAME', 'p2pdash:stats', 'put-aside');
  await stack.redisCommand('SET', 'p2pdash:stats', 'no hash');
  await stack.redis.restart();
  await waitFor(() => heard().slice(before).filter((line) => line === 'away').length > 1, { what: 'a sync to fail' });
  assert.equal(heard().slice(before).includes('catching up'), false);
  await waitFor(() => stack.redisCommand('RENAME', 'put-aside', 'p2pdash:stats'));
  await waitFor(() => heard().at(-1) === 'following');
  assert.match(print.log(), /Redis refuses a command: WRONGTYPE/);
});

test('a_cleared_log_and_a_clean_end', async () => {
  assert.equal((await admin.post('/api/logs/clear', { node_id: 'able' })).status, 200);
  await waitFor(() => heard().at(-1) === 'log cleared able');
  assert.equal((await admin.post('/api/logs/clear', {})).status, 200);
  await waitFor(() => heard().at(-1) === 'log cleared *');
  assert.equal(await print.kill('SIGTERM'), 0);
});
