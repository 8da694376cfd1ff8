// Services that are units of a real systemd: seen as they change, started and stopped from the API, and what the
// caller is told when that goes wrong.

import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { startStack, waitFor } from '../lib/stack.js';
import { cannotRunSystemd, startSystemd } from '../lib/systemd.js';
import { settles } from '../lib/wait.js';

const options = { skip: cannotRunSystemd };

/** @param {string} lines */
const unit = (lines) => `[Service]\n${lines}\n`;

const UNITS = {
  'web.service': unit('ExecStart=/bin/sleep 1000'),
  'broken.service': unit("Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'exit 7'"),
  'dies.service': unit("ExecStart=/bin/sh -c 'exit 3'"),
  'nothing.service': unit('ExecStart=/nonexistent/program'),
  'slow.service': unit('Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 3'),
  'hangs.service': unit('Type=oneshot\nExecStart=/bin/sleep 1000'),
  'needs.service': `[Unit]\nRequires=broken.service\nAfter=broken.service\n${unit('ExecStart=/bin/sleep 1000')}`,
  'restless.service': `[Unit]\nStartLimitIntervalSec=0\n${unit('ExecStart=/bin/sleep 1000')}`,
  'real.service': unit('ExecStart=/bin/sleep 1000'),
  'dying.service': `[Unit]\nStartLimitIntervalSec=0\n${unit("Restart=always\nRestartSec=100ms\nExecStart=/bin/sh -c 'sleep 0.8; exit 5'")}`,
  'waits.service': unit("Restart=always\nRestartSec=1h\nExecStart=/bin/sh -c 'exit 6'"),
  'notifies.service': unit('Type=notify\nTimeoutStartSec=1h\nExecStart=/bin/sleep 1000'),
  'garbled.service': unit('Type=oneshot\nExecStart=relative/path'),
};

/** @param {string} name @param {string} [more] */
const section = (name, more = '') =>
  `[service ${name}]\ndriver = systemd\nunit = ${name}.service\nactions = start,stop,restart\n${more}\n`;

const stack = options.skip ? undefined : await startStack();
const systemd = options.skip ? undefined : await startSystemd();
const operator = await stack?.user('operator');

/** @returns {Promise<Record<string, any>>} */
const services = async () => (await operator?.get('/api/dashboard/services'))?.json.services.unitary ?? {};

/** @param {string} name @param {string} action @returns {Promise<any>} */
async function control(name, action) {
  const answer = await operator?.post('/api/dashboard/control-service', {
    worker_id: 'unitary',
    service_name: name,
    action,
  });
  return answer?.json;
}

/** @param {string} name @param {string} status */
const becomes = (name, status) =>
  waitFor(async () => (await services())[name]?.status === status, { what: `${name} to be seen as ${status}` });

if (stack && systemd) {
  symlinkSync('real.service', join(systemd.units, 'alias.service'));
  await systemd.define(UNITS);
  const sections = [
    ...['web', 'broken', 'dies', 'nothing', 'slow', 'needs', 'missing', 'alias', 'restless', 'dying', 'waits', 'notifies', 'garbled'].map((name) => section(name)),
    section('hangs', 'timeout = 1'),
  ].join('\n');
  await stack.startReporter('unitary', { sections, env: systemd.env });
  await waitFor(async () => Object.keys(await services()).length === 14, { what: 'the services' });
  // The stream of commands may connect a moment after the first report.
  await waitFor(async () => (await control('web', 'stop'))?.success, { what: 'the first command' });
}

test('a_unit_is_started_restarted_and_stopped', options, async () => {
  const begun = Date.now();
  const started = await control('web', 'start');
  assert.equal(started.success, true, JSON.stringify(started));
  assert.match(started.message, /start of web\.service done/);
  assert.equal(await systemd?.systemctl('is-active', 'web.service'), 'active');
  await becomes('web', 'running');
  const { uptime, installed, driver } = (await services()).web;
  assert.ok(uptime >= 0 && uptime <= Math.ceil((Date.now() - begun) / 1000), `uptime ${uptime}`);
  assert.deepEqual({ installed, driver }, { installed: true, driver: 'systemd' });

  const before = await systemd?.systemctl('show', '--value', '--property=MainPID', 'web.service');
  assert.equal((await control('web', 'restart')).success, true);
  assert.notEqual(await systemd?.systemctl('show', '--value', '--property=MainPID', 'web.service'), before);

  assert.equal((await control('web', 'stop')).success, true);
  await becomes('web', 'stopped');
});

test('a_unit_that_fails_to_start_tells_how', options, async () => {
  const answer = await control('broken', 'start');
  assert.equal(answer.success, false);
  assert.match(answer.error, /start of broken\.service failed \(exit-code, exit status 7\)/);
  await becomes('broken', 'error');
});

test('a_unit_that_ends_at_once_was_not_started', options, async () => {
  assert.match((await control('dies', 'start')).error, /failed right after it was done \(exit-code, exit status 3\)/);
  assert.match((await control('nothing', 'start')).error, /failed.*exit status 203/);
});

test('a_dependency_that_fails_is_named_as_the_reason', options, async () => {
  const answer = await control('needs', 'start');
  assert.equal(answer.success, false);
  assert.match(answer.error, /job result: dependency/);
});

test('a_unit_that_does_not_exist_is_an_error', options, async () => {
  const { status, installed } = (await services()).missing;
  assert.deepEqual({ status, installed }, { status: 'error', installed: false });
  assert.match((await control('missing', 'start')).error, /Unit missing\.service not found/);
});

test('a_slow_start_is_waited_for', options, async () => {
  const begun = performance.now();
  const answer = await control('slow', 'start');
  assert.equal(answer.success, true, JSON.stringify(answer));
  assert.ok(performance.now() - begun >= 2900);
  await becomes('slow', 'running');
});

/** @param {string} name @param {(service: any) => boolean} holds @param {string} what */
const shows = (name, holds, what) =>
  waitFor(async () => holds((await services())[name]), { what: `${name} to show ${what}` });

test('a_unit_on_its_way_up_runs_while_its_main_process_lives', options, async () => {
  await systemd?.systemctl('start', '--no-block', 'notifies.service');
  await becomes('notifies', 'running');
  const { detail, since, uptime } = (await services()).notifies;
  assert.equal(detail, 'activating (start)');
  assert.ok(Date.parse(since) > Date.now() - 60_000 && uptime < 60, `since ${since}, uptime ${uptime}`);
  await systemd?.systemctl('stop', 'notifies.service');
  await systemd?.systemctl('start', '--no-block', 'hangs.service');
  await shows('hangs', ({ status, detail }) => status === 'running' && detail === 'activating (start)', 'that it works');
  await systemd?.systemctl('stop', 'hangs.service');
});

test('a_unit_that_cannot_be_loaded_is_an_error_and_says_why', options, async () => {
  const { status, installed, detail, last_failure } = (await services()).garbled;
  assert.deepEqual({ status, installed, detail }, { status: 'error', installed: true, detail: 'bad-setting' });
  assert.match(last_failure.message, /garbled\.service has a bad unit file setting/);
  const { missing } = await services();
  assert.equal(missing.detail, 'not-found');
});

test('a_failed_unit_that_waits_for_its_next_start_is_an_error', options, async () => {
  await systemd?.systemctl('start', '--no-block', 'waits.service');
  await shows('waits', ({ detail }) => detail === 'activating (auto-restart)', 'that it waits');
  const { status, last_failure, since } = (await services()).waits;
  assert.equal(status, 'error');
  assert.equal(last_failure.message, 'exit-code, exit status 6');
  assert.ok(Date.parse(since) > Date.now() - 60_000, since);
  await systemd?.systemctl('stop', 'waits.service');
  await becomes('waits', 'stopped');
  assert.equal((await services()).waits.last_failure.message, 'exit-code, exit status 6', 'it is still told');
});

test('a_unit_that_dies_again_and_again_is_an_error_all_the_time_and_its_restarts_are_counted', options, async () => {
  await systemd?.systemctl('start', 'dying.service');
  await shows('dying', ({ status, restarts }) => status === 'error' && restarts >= 1, 'its first restart');
  const begun = (await services()).dying.since;
  /** @type {Set<string>} */
  const statuses = new Set();
  const watch = async () => {
    await control('web', 'restart'); // a report comes with every result
    const { dying } = await services();
    statuses.add(dying.status);
    return dying.restarts >= 6;
  };
  await waitFor(watch, { what: 'more restarts' });
  assert.deepEqual([...statuses], ['error']);
  const { last_failure, since } = (await services()).dying;
  assert.equal(since, begun);
  assert.equal(last_failure.message, 'exit-code, exit status 5');
  assert.ok(Date.parse(last_failure.at) > Date.parse(begun), 'its newest failure is told');
  // Its program may end by itself in the very moment of the stop: systemd then calls the unit failed.
  await systemd?.systemctl('stop', 'dying.service');
  await systemd?.systemctl('reset-failed');
  await becomes('dying', 'stopped');
});

test('a_start_beyond_its_time_is_told_to_go_on', options, async () => {
  const answer = await control('hangs', 'start');
  assert.equal(answer.success, false);
  assert.match(answer.error, /did not finish in time/);
  await systemd?.systemctl('stop', 'hangs.service');
});

test('a_killed_process_is_seen_at_once', options, async () => {
  const liveAndDie = async () => {
    for (let life = 0; life < 5; life++) {
      await systemd?.systemctl('start', 'restless.service');
      await becomes('restless', 'running');
      await systemd?.systemctl('kill', '--signal=KILL', 'restless.service');
      await becomes('restless', 'error');
    }
  };
  // By its own look, every 15 s, the reporter would need minutes for so many changes.
  await settles(liveAndDie(), { what: 'every change to be seen' });
});

test('an_alias_is_the_unit_behind_it', options, async () => {
  const answer = await control('alias', 'start');
  assert.equal(answer.success, true, JSON.stringify(answer));
  await becomes('alias', 'running');
  await systemd?.systemctl('stop', 'real.service');
  await becomes('alias', 'stopped');
});

test('what_somebody_else_does_is_seen', options, async () => {
  await systemd?.systemctl('reset-failed');
  await systemd?.systemctl('start', 'web.service');
  await becomes('web', 'running');
  await systemd?.systemctl('stop', 'web.service');
  await becomes('web', 'stopped');
});

test('a_unit_that_is_installed_later_is_seen', options, async () => {
  await systemd?.define({ 'missing.service': unit('ExecStart=/bin/sleep 1000') });
  await becomes('missing', 'stopped');
  assert.equal((await services()).missing.installed, true);
});

test('systemd_that_goes_and_comes_back_is_found_again', options, async () => {
  await systemd?.program.stop();
  await becomes('web', 'error');
  assert.match((await control('web', 'start')).error, /systemd cannot be reached/);
  const trouble = async () => {
    const { troubles = [] } = (await operator?.get('/api/dashboard/metrics'))?.json.workers.unitary ?? {};
    return troubles.find((/** @type {any} */ { part, name }) => part === 'service' && name === 'web');
  };
  const { message, since } = await waitFor(trouble, { what: 'the trouble' });
  assert.match(message, /systemd cannot be reached: the system's D-Bus is away/);
  assert.ok(Date.parse(since) > Date.now() - 120_000, since);
  systemd?.program.start();
  await systemd?.ready();
  await becomes('web', 'stopped');
  await waitFor(async () => !(await trouble()), { what: 'the trouble to end' });
  assert.equal((await control('web', 'start')).success, true);
  await becomes('web', 'running');
});
