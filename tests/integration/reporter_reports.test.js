// A worker's reports: from cron, printed, as a daemon that starts, is told how often, and says goodbye.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { Host } from '../lib/host.js';
import { BIN, startStack, waitFor } from '../lib/stack.js';
import { settles } from '../lib/wait.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const viewer = await stack.user('viewer');

/** @param {string} node @returns {Promise<any>} */
async function node(node) {
  const { json } = await viewer.get('/api/dashboard/metrics');
  return node === 'coordinator' ? json.coordinator : json.workers[node];
}

test('once_sends_a_report_and_ends_well', async () => {
  const reporter = await stack.reporter('cron-1');
  const { status, stderr } = await reporter.once();
  assert.equal(status, 0, stderr);
  const seen = await node('cron-1');
  assert.deepEqual([seen.status, seen.mode, seen.current_interval], ['online', 'cron', 300]);
  assert.ok(seen.metrics.cpu_percent >= 0 && seen.metrics.cpu_percent <= 100);
});

test('the_numbers_are_those_of_the_machine', async () => {
  const reporter = await stack.reporter('numbers');
  await reporter.once();
  const { metrics } = await node('numbers');
  const total = Number(/MemTotal:\s+(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
  assert.equal(metrics.memory.total, total);
  assert.equal(metrics.memory.used, total - metrics.memory.available);
  const df = execFileSync('df', ['--output=pcent,size', '-B1', '/'], { encoding: 'utf8' }).split('\n')[1].trim();
  const [percent, size] = df.split(/[ %]+/).map(Number);
  assert.equal(metrics.disk.total, size);
  assert.ok(Math.abs(Math.ceil(metrics.disk.percent) - percent) <= 1, `${metrics.disk.percent} is not df's ${percent}`);
  const started = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]) * 1000;
  // The kernel counts it back from a clock that is kept right, which may move it by a second.
  assert.ok(Math.abs(Date.parse(metrics.boot_time) - started) <= 1000, metrics.boot_time);
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).map(Number);
  metrics.load_average.forEach((/** @type {number} */ value, /** @type {number} */ i) =>
    assert.ok(Math.abs(value - load[i]) < 2),
  );
});

test('once_fails_when_nobody_takes_the_report', async () => {
  const reporter = await stack.reporter('nobody', { settings: { coordinator: 'http://127.0.0.1:1' } });
  const { status, stderr } = await reporter.once();
  assert.equal(status, 1);
  assert.match(stderr, /the coordinator is away/);
});

test('a_token_of_another_node_is_refused', async () => {
  const reporter = await stack.reporter('own-node');
  reporter.settings.node_id = 'other-node';
  reporter.configure('');
  const { status, stderr } = await reporter.once();
  assert.equal(status, 1);
  assert.match(stderr, /status=403/);
  assert.equal(await node('other-node'), undefined);
});

test('the_second_of_two_workers_with_one_id_is_told_so', async () => {
  const first = await stack.reporter('twin');
  first.daemon.start();
  await waitFor(() => node('twin'), { what: 'the first report' });
  const second = await stack.reporter('twin');
  const { status, stderr } = await second.once();
  assert.equal(status, 1);
  assert.match(stderr, /refuses us for=reports status=409/);
  await first.daemon.stop();
});

test('print_shows_the_report_and_sends_nothing', async () => {
  const reporter = await stack.reporter('printed');
  const report = await reporter.print();
  assert.equal(report.worker_id, 'printed');
  assert.equal(report.metrics.cpu_count, (await import('node:os')).cpus().length);
  assert.equal(await node('printed'), undefined);
});

const CONFIG = '/etc/p2pdash/reporter.conf';
test('print_shows_this_machine_without_a_configuration', { skip: existsSync(CONFIG) && `${CONFIG} is here` }, () => {
  const program = join(BIN, 'p2pdash-reporter');
  const shown = JSON.parse(execFileSync(program, ['--print'], { encoding: 'utf8' }));
  assert.equal(shown.worker_id, hostname());
  assert.ok(shown.metrics.memory.total > 0);
  const named = spawnSync(program, ['--print', '--config', CONFIG], { encoding: 'utf8' });
  assert.equal(named.status, 2, 'one that was named has to be there');
  assert.match(named.stderr, /reporter\.conf.*No such file/);
});

test('a_driver_that_cannot_look_at_a_service_is_a_trouble', async () => {
  const sections = [
    '[service nowhere]\ndriver = exec\nstatus = /nonexistent/status\nactions =',
    '[service engineless]\ndriver = docker\ncontainer = web\nsocket = /nonexistent/docker.sock\nactions =',
    '[service busless]\ndriver = systemd\nunit = web.service\nactions =',
    '[service fine]\ndriver = exec\nstatus = /bin/true\nactions =',
  ].join('\n');
  const env = { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
  const { troubles, services } = await (await stack.reporter('blind', { sections, env })).print();
  const of = (/** @type {string} */ name) =>
    troubles.find((/** @type {any} */ trouble) => trouble.part === 'service' && trouble.name === name)?.message;
  assert.match(of('nowhere'), /^the status program \/nonexistent\/status cannot be run: No such file/);
  assert.match(of('engineless'), /^the engine does not answer on \/nonexistent\/docker\.sock: /);
  assert.match(of('busless'), /^systemd cannot be reached/);
  assert.equal(of('fine'), undefined);
  for (const name of ['nowhere', 'engineless', 'busless']) assert.equal(services[name].status, 'error');
  assert.deepEqual([services.fine.detail, services.fine.restarts], ['exit status 0', null]);
});

test('a_daemon_reports_at_once_and_says_goodbye', async () => {
  const reporter = await stack.reporter('daemon-1');
  reporter.daemon.start();
  const seen = await waitFor(() => node('daemon-1'), { what: 'the first report' });
  assert.deepEqual([seen.status, seen.mode], ['online', 'daemon']);
  await reporter.daemon.stop();
  assert.equal((await node('daemon-1')).status, 'offline');
});

test('a_busy_processor_is_reported_before_the_interval_is_over', async () => {
  const host = new Host(join(stack.folder, 'host'));
  const reporter = await stack.reporter('busy', { settings: { host_root: host.root } });
  reporter.daemon.start();
  const first = await waitFor(() => node('busy'), { what: 'the first report' });
  assert.ok(first.metrics.cpu_percent < 70 && first.current_interval === 300);
  host.work();
  await waitFor(async () => (await node('busy')).metrics.cpu_percent === 100, { what: 'a report of the busy processor' });
});

test('a_reporter_that_was_stopped_before_its_first_report_watches_the_machine_once_it_is_started', async () => {
  const host = new Host(join(stack.folder, 'early-host'));
  const sections = '[service slow]\ndriver = exec\nstatus = /bin/sleep 600\ntimeout = 600\n';
  const reporter = await stack.reporter('early', { sections, settings: { host_root: host.root } });
  reporter.daemon.start();
  // The first report waits a second for the slow service.
  await waitFor(async () => (await reporter.ctl('stop')).status === 0, { what: 'ctl to be heard' });
  assert.equal((await reporter.ctl('start')).status, 0);
  const first = await waitFor(() => node('early'), { what: 'the first report' });
  assert.ok(first.metrics.cpu_percent < 70);
  host.work();
  await waitFor(async () => (await node('early')).metrics.cpu_percent === 100, { what: 'a report of the busy processor' });
});

test('the_coordinators_own_reporter_sends_every_5_seconds', async () => {
  const reporter = await stack.reporter('coordinator', { settings: { min_interval: 1, max_interval: 5 } });
  reporter.daemon.start();
  const first = await waitFor(async () => (await node('coordinator')).metrics && node('coordinator'), {
    what: 'the first report',
  });
  assert.equal(first.current_interval, 5);
  const later = async () => (await node('coordinator')).timestamp !== first.timestamp;
  await waitFor(later, { what: 'the second report' });
});

test('a_daemon_outlives_its_coordinator_and_finds_it_again', async () => {
  const reporter = await stack.reporter('patient', { settings: { min_interval: 30, max_interval: 30 } });
  await stack.nginx.stop();
  reporter.daemon.start();
  await waitFor(() => /coordinator is away, will try again for=reports/.test(reporter.daemon.log()), {
    what: 'the reporter to notice',
  });
  stack.nginx.start();
  await stack.ready();
  await waitFor(() => node('patient'), { what: 'the first report' });
  const log = reporter.daemon.log();
  assert.equal(log.match(/coordinator is away, will try again for=reports/g)?.length, 1, log);
  assert.equal(log.match(/connected to the coordinator for=reports/g)?.length, 1, log);
});

test('a_configuration_is_read_anew_and_a_bad_one_is_not', async () => {
  const reporter = await stack.reporter('reload', { settings: { min_interval: 30 } });
  reporter.daemon.start();
  await waitFor(() => node('reload'), { what: 'the first report' });
  reporter.settings.min_interval = 120;
  reporter.configure('');
  reporter.daemon.signal('SIGHUP');
  await waitFor(async () => (await node('reload')).min_interval === 120, { what: 'the new limit' });
  assert.ok((await node('reload')).current_interval >= 120);
  assert.ok(JSON.parse((await reporter.ctl('stats')).stdout).statistics.total_reports > 1, 'the counts go on');
  reporter.configure('[servce x]');
  reporter.daemon.signal('SIGHUP');
  await waitFor(() => /unknown section \[servce\]/.test(reporter.daemon.log()), { what: 'the refusal' });
  reporter.settings.ca_file = '/nonexistent';
  reporter.configure('');
  reporter.daemon.signal('SIGHUP');
  await waitFor(() => /ca_file \/nonexistent cannot be read/.test(reporter.daemon.log()), { what: 'another refusal' });
  assert.ok(reporter.daemon.alive);
});

test('a_configuration_that_cannot_be_used_leaves_the_one_that_worked', async () => {
  const reporter = await stack.reporter('unusable');
  const holder = await stack.startReporter('holder');
  reporter.daemon.start();
  await waitFor(() => node('unusable'), { what: 'the first report' });
  const { state_dir: own } = reporter.settings;
  reporter.settings.state_dir = holder.settings.state_dir;
  reporter.configure('');
  reporter.daemon.signal('SIGHUP');
  await waitFor(() => /configuration not changed: it cannot be used here/.test(reporter.daemon.log()), { what: 'the refusal' });
  reporter.settings.state_dir = own;
  reporter.configure('');
  const reports = async () => JSON.parse((await reporter.ctl('stats')).stdout).statistics.successful_reports;
  await waitFor(async () => (await reports()) >= 2, { what: 'reports to go on, and their count' });
});

test('a_file_in_the_way_of_the_control_socket_stays_and_is_named', async () => {
  const reporter = await stack.reporter('obstacle');
  writeFileSync(reporter.controlSocket, 'precious');
  const { status, stderr } = await reporter.run();
  assert.notEqual(status, 0);
  assert.ok(stderr.includes(`${reporter.controlSocket} is in the way and is no socket`), stderr);
  assert.equal(readFileSync(reporter.controlSocket, 'utf8'), 'precious');
});

test('what_is_wrong_with_the_configuration_is_said_with_exit_status_2', async () => {
  const reporter = await stack.reporter('misconfigured');
  reporter.configure('[service web]\ndriver = systemd\n');
  let outcome = await reporter.once();
  assert.equal(outcome.status, 2);
  assert.match(outcome.stderr, /reporter\.conf:9: unit is missing/);
  reporter.configure('');
  chmodSync(String(reporter.settings.token_file), 0o644);
  outcome = await reporter.once();
  assert.equal(outcome.status, 2);
  assert.match(outcome.stderr, /can be read by others/);
  assert.equal((await reporter.run('--nonsense')).status, 2);
});

test('settings_that_nothing_could_be_done_with_end_the_program_and_are_no_absent_coordinator', async () => {
  const settings = {
    coordinator: 'https://localhost:99999',
    ca_file: '/nonexistent',
    state_dir: '/nonexistent/state',
    control_socket: `/${'x'.repeat(200)}`,
    disk_path: '/nonexistent',
  };
  for (const [key, value] of Object.entries(settings)) {
    const reporter = await stack.reporter(`unusable-${key}`, { settings: { [key]: value } });
    const line = readFileSync(reporter.configFile, 'utf8').split('\n').indexOf(`${key} = ${value}`) + 1;
    for (const args of [[], ['--once'], ['ctl', 'status']]) {
      const { status, stderr } = await settles(reporter.run(...args), { what: `the refusal of ${key}` });
      assert.equal(status, 2, stderr);
      assert.ok(stderr.includes(`reporter.conf:${line}: ${key}`), stderr);
    }
  }
});

test('only_who_needs_the_state_directory_must_be_able_to_make_it', async () => {
  const reporter = await stack.reporter('stateless', { settings: { state_dir: '/proc/stateless' } });
  for (const args of [[], ['--once']]) {
    const { status, stderr } = await reporter.run(...args);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /state_dir \/proc\/stateless cannot be made: No such file/);
  }
  assert.equal((await reporter.print()).worker_id, 'stateless');
});
