// Commands: what the coordinator asks and `ctl` asks is done by the same code, and at most once.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Host } from '../lib/host.js';
import { startStack, waitFor } from '../lib/stack.js';

const stack = await startStack();
const operator = await stack.user('operator');
/** Where nothing changes by itself that would be worth a report. */
const host = new Host(join(stack.folder, 'host'));

/** @param {string} node @returns {Promise<any>} */
const nodeOf = async (node) => (await operator.get('/api/dashboard/metrics')).json.workers[node];

/** @param {string} method @param {Record<string, unknown>} params @returns {Promise<any>} the JSON-RPC answer */
async function rpc(method, params) {
  const { json } = await operator.post('/rpc', { jsonrpc: '2.0', id: 1, method: `metrics_reporter.${method}`, params });
  return json;
}

/**
 * A worker whose command stream is connected.
 * @param {string} node
 * @param {string} [sections]
 * @param {Record<string, string | number>} [settings]
 */
async function connected(node, sections = '', settings = {}) {
  const reporter = await stack.reporter(node, { sections, settings });
  reporter.daemon.start();
  await waitFor(async () => (await rpc('get_stats', { worker_id: node })).result?.reporter_active, {
    what: `${node} to answer`,
  });
  return reporter;
}

/** @param {string} node @param {string} name @param {string} action */
const control = async (node, name, action) =>
  (await operator.post('/api/dashboard/control-service', { worker_id: node, service_name: name, action })).json;

/**
 * A service of a script that notes each start in a file, and runs what is given.
 * @param {string} name @param {string} script
 */
function scripted(name, script) {
  const path = join(stack.folder, `${name}.sh`);
  const runs = join(stack.folder, `${name}.runs`);
  const up = join(stack.folder, `${name}.up`);
  writeFileSync(
    path,
    `#!/bin/sh\nup=${up}\ncase $1 in\nstatus) [ -e $up ] && exit 0; exit 3;;\nesac\necho $1 >>${runs}\n${script}\n`,
  );
  chmodSync(path, 0o755);
  const section = `[service ${name}]\ndriver = exec\nactions = start,stop\n${['start', 'stop', 'status']
    .map((word) => `${word} = ${path} ${word}`)
    .join('\n')}\n\n`;
  return { section, up, runs: () => (existsSync(runs) ? readFileSync(runs, 'utf8').trim().split('\n') : []) };
}

test('stats_are_the_same_by_rpc_and_by_ctl', async () => {
  const reporter = await connected('stats');
  const { result } = await rpc('get_stats', { worker_id: 'stats' });
  const { stdout } = await reporter.ctl('stats');
  const local = JSON.parse(stdout);
  assert.equal(result.service, 'metrics_reporter');
  assert.equal(result.worker_id, 'stats');
  assert.ok(result.statistics.total_reports >= 1);
  assert.equal(result.statistics.failed_reports, 0);
  assert.equal(result.statistics.success_rate_percent, 100);
  assert.equal(result.last_report_status, 'success');
  assert.deepEqual(Object.keys(local).sort(), Object.keys(result).sort());
});

test('report_now_reports_now', async () => {
  await connected('now', '', { host_root: host.root });
  const before = (await nodeOf('now')).timestamp;
  const { result } = await rpc('control_reporter', { worker_id: 'now', action: 'report_now' });
  assert.ok(result, 'an answer');
  await waitFor(async () => (await nodeOf('now')).timestamp !== before, { what: 'the report' });
});

test('a_stopped_reporter_reports_only_what_it_is_asked_for', async () => {
  const reporter = await connected('stopped', '', { min_interval: 30, host_root: host.root });
  assert.equal((await rpc('control_reporter', { worker_id: 'stopped', action: 'stop' })).result.reporter_active, false);
  const { timestamp } = await nodeOf('stopped');
  assert.match((await reporter.ctl('set-interval', '40')).stdout, /stopped, every 40 s/);
  assert.equal((await nodeOf('stopped')).timestamp, timestamp);
  assert.match((await reporter.ctl('report-now')).stdout, /stopped/);
  const asked = await waitFor(
    async () => {
      const seen = await nodeOf('stopped');
      return seen.timestamp !== timestamp && seen;
    },
    { what: 'the report that was asked for' },
  );
  assert.match((await reporter.ctl('start')).stdout, /active/);
  await waitFor(async () => (await nodeOf('stopped')).timestamp !== asked.timestamp, { what: 'a report' });
});

test('an_interval_is_fixed_and_given_back', async () => {
  const reporter = await connected('interval', '', { min_interval: 30 });
  const { result } = await rpc('set_interval', { worker_id: 'interval', interval: 120 });
  assert.deepEqual([result.current_interval, result.interval_fixed], [120, true]);
  const seen = await waitFor(async () => (await nodeOf('interval')).interval_fixed && nodeOf('interval'), { what: 'the interval' });
  assert.equal(seen.current_interval, 120);
  assert.match((await reporter.ctl('set-interval', '0')).stdout, /every \d+ s, /);
  await waitFor(async () => !(await nodeOf('interval')).interval_fixed, { what: 'the interval to be given back' });
  const refused = await reporter.ctl('set-interval', '7');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /interval must be 30 to 300 seconds here, or 0: as the coordinator likes$/m);
});

test('ctl_says_what_is_wrong', async () => {
  const reporter = await stack.reporter('silent');
  const away = await reporter.ctl('status');
  assert.equal(away.status, 1);
  assert.match(away.stderr, /no reporter answers on .*Is it running/);
  assert.equal((await reporter.ctl('dance')).status, 2);
  assert.equal((await reporter.ctl('set-interval', 'often')).status, 2);
  assert.equal((await reporter.ctl('stop', 'it')).status, 2);
});

test('only_its_owner_can_talk_to_a_reporter', async () => {
  const reporter = await connected('private');
  assert.equal(statSync(reporter.controlSocket).mode & 0o077, 0);
});

test('two_reporters_cannot_share_a_state_directory', async () => {
  const reporter = await connected('shared');
  const second = await reporter.once();
  assert.equal(second.status, 1);
  assert.match(second.stderr, /another reporter holds/);
});

test('a_service_is_started_and_its_new_state_is_reported', async () => {
  const web = scripted('web', '[ $1 = start ] && touch $up || rm -f $up');
  await connected('services', web.section);
  await waitFor(async () => (await nodeOf('services')).services.web?.status === 'stopped', { what: 'web to be seen' });
  const answer = await control('services', 'web', 'start');
  assert.deepEqual([answer.success, answer.status], [true, 'running'], JSON.stringify(answer));
  await waitFor(async () => (await nodeOf('services')).services.web.status === 'running', { what: 'the new state' });
  assert.deepEqual(web.runs(), ['start']);
  assert.deepEqual((await nodeOf('services')).services.web.actions, ['start', 'stop']);
});

test('what_the_worker_does_not_allow_is_not_done', async () => {
  const locked = scripted('locked', 'touch $up');
  await connected('locks', locked.section.replace('start,stop', 'stop'));
  await waitFor(async () => (await nodeOf('locks')).services.locked, { what: 'locked to be seen' });
  assert.equal((await control('locks', 'locked', 'start')).code, 'action_not_allowed');
  assert.deepEqual(locked.runs(), []);
});

test('an_action_under_way_is_finished_before_the_configuration_is_read_anew', async () => {
  const gate = join(stack.folder, 'gate');
  const gated = scripted('gated', `while ! [ -e ${gate} ]; do sleep 0.05; done; touch $up`);
  const reporter = await connected('busy', gated.section, { min_interval: 30 });
  await waitFor(async () => (await nodeOf('busy')).services.gated, { what: 'gated to be seen' });
  const answer = control('busy', 'gated', 'start');
  await waitFor(() => gated.runs().length === 1, { what: 'the action to begin' });
  reporter.settings.min_interval = 90;
  reporter.configure(gated.section);
  reporter.daemon.signal('SIGHUP');
  assert.equal((await nodeOf('busy')).min_interval, 30);
  writeFileSync(gate, '');
  assert.equal((await answer).success, true);
  await waitFor(async () => (await nodeOf('busy')).min_interval === 90, { what: 'the new configuration' });
});

test('a_command_that_was_interrupted_is_not_run_again_and_the_caller_is_told', async () => {
  const slow = scripted('slow', 'exec sleep 30');
  const reporter = await connected('fragile', slow.section);
  await waitFor(async () => (await nodeOf('fragile')).services.slow, { what: 'slow to be seen' });
  const answer = control('fragile', 'slow', 'start');
  await waitFor(() => slow.runs().length === 1, { what: 'the action to begin' });
  await reporter.daemon.kill();
  reporter.daemon.start();
  assert.deepEqual((({ success, code }) => [success, code])(await answer), [false, 'interrupted']);
  assert.deepEqual(slow.runs(), ['start']);
});

test('a_question_leaves_no_trace_in_the_ledger', async () => {
  const reporter = await connected('asked', '', { min_interval: 30 });
  const ledger = () => readFileSync(join(String(reporter.settings.state_dir), 'commands'), 'utf8');
  await rpc('set_interval', { worker_id: 'asked', interval: 60 });
  await waitFor(() => /delivered/.test(ledger()), { what: 'the command to be noted' });
  const noted = ledger();
  for (let i = 0; i < 5; i++) {
    assert.ok((await rpc('get_stats', { worker_id: 'asked' })).result);
    assert.ok((await rpc('control_reporter', { worker_id: 'asked', action: 'status' })).result);
  }
  assert.equal(ledger(), noted);
});

test('a_worker_whose_ledger_is_full_says_so_and_still_answers_questions', async () => {
  const reporter = await stack.reporter('crowded');
  const stateDir = String(reporter.settings.state_dir);
  const now = Date.now();
  const lines = Array.from({ length: 1000 }, (_, i) => `begin id-${i} ${now} ${now + 600_000}\ndelivered id-${i} ${now}\n`);
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(join(stateDir, 'commands'), lines.join(''));
  reporter.daemon.start();
  await waitFor(async () => (await rpc('get_stats', { worker_id: 'crowded' })).result, { what: 'crowded to answer' });
  const { error } = await rpc('set_interval', { worker_id: 'crowded', interval: 60 });
  assert.match(error.message, /too recent to be forgotten/);
  assert.equal((await rpc('get_stats', { worker_id: 'crowded' })).result.interval_fixed, false);
});

test('a_cron_worker_runs_its_command_with_the_next_report_and_once', async () => {
  const job = scripted('job', '[ $1 = start ] && touch $up');
  const reporter = await stack.reporter('by-cron', { sections: job.section });
  assert.equal((await reporter.once()).status, 0);
  const queued = await operator.post('/api/dashboard/control-service', {
    worker_id: 'by-cron',
    service_name: 'job',
    action: 'start',
  });
  assert.equal(queued.status, 202, queued.text);
  assert.deepEqual(job.runs(), []);
  assert.equal((await reporter.once()).status, 0);
  assert.deepEqual(job.runs(), ['start']);
  assert.equal((await nodeOf('by-cron')).services.job.status, 'running');
  const { json } = await operator.get(`/api/dashboard/commands/${queued.json.command_id}`);
  assert.equal(json.status, 'done', JSON.stringify(json));
  assert.equal((await reporter.once()).status, 0);
  assert.deepEqual(job.runs(), ['start']);
});

test('commands_that_waited_for_a_cron_worker_run_one_after_another', async () => {
  const job = scripted('turns', '[ $1 = start ] && touch $up || rm -f $up');
  const reporter = await stack.reporter('in-turn', { sections: job.section });
  assert.equal((await reporter.once()).status, 0);
  const ids = [];
  for (const action of ['start', 'stop', 'start']) ids.push((await control('in-turn', 'turns', action)).command_id);
  assert.equal((await reporter.once()).status, 0);
  assert.deepEqual(job.runs(), ['start', 'stop', 'start']);
  for (const id of ids) assert.equal((await operator.get(`/api/dashboard/commands/${id}`)).json.result.success, true);
  assert.equal((await nodeOf('in-turn')).services.turns.status, 'running');
});

test('a_reporter_for_whose_node_another_one_speaks_neither_acts_nor_tells', async () => {
  const job = scripted('shared', '[ $1 = start ] && touch $up || rm -f $up');
  const file = join(stack.folder, 'twin.log');
  writeFileSync(file, 'a line of the second\n');
  const first = await connected('twin', job.section);
  const second = await stack.reporter('twin', { sections: `${job.section}[log app]\nsource = file\npath = ${file}\n` });
  const linesOfSecond = async () => JSON.parse((await second.ctl('stats')).stdout).logs;
  second.daemon.start();
  await waitFor(() => /status=409/.test(second.daemon.log()), { what: 'the second to be refused' });
  await waitFor(async () => (await linesOfSecond()).waiting === 1, { what: 'its line to be read' });
  assert.equal((await control('twin', 'shared', 'start')).success, true);
  assert.match(first.daemon.log(), /command: begun/);
  assert.doesNotMatch(second.daemon.log(), /command: begun/);
  assert.equal((await linesOfSecond()).sent, 0);

  await first.daemon.stop();
  await second.ctl('report-now');
  await waitFor(async () => (await linesOfSecond()).sent === 1, { what: 'the second to speak for the node' });
  await waitFor(async () => (await control('twin', 'shared', 'stop')).success, { what: 'its command stream' });
});
