// Services that are containers of a real Docker engine (DOCKER_HOST): seen as they change, started and stopped from the
// API, and what the caller is told when that goes wrong.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { promisify } from 'node:util';

import { startStack, waitFor } from '../lib/stack.js';
import { settles } from '../lib/wait.js';

const run = promisify(execFile);
const IMAGE = 'debian:bookworm-slim';
const names = ['web', 'deaf', 'broken', 'fails', 'dying', 'quits', 'sick'];

/** @param {...string} args @returns {Promise<string>} what it prints */
const docker = async (...args) => (await run('docker', args)).stdout.trim();

/** The engine's socket as a door that can be shut: what is behind it goes on. */
class Door {
  /** @param {string} path @param {string} engine */
  constructor(path, engine) {
    this.path = path;
    this.engine = engine;
    /** @type {Set<import('node:net').Socket>} */
    this.guests = new Set();
    this.server = createServer();
  }

  open() {
    this.server = createServer((guest) => {
      const host = connect(this.engine);
      this.guests.add(guest);
      for (const [from, to] of [[guest, host], [host, guest]]) {
        from.pipe(to);
        from.on('error', () => to.destroy()).on('close', () => to.destroy());
      }
    });
    return new Promise((done) => this.server.listen(this.path, () => done(undefined)));
  }

  shut() {
    for (const guest of this.guests) guest.destroy();
    this.guests.clear();
    return new Promise((done) => this.server.close(done));
  }
}

const stack = await startStack();
const operator = await stack.user('operator');
const door = new Door(join(stack.folder, 'docker.sock'), (process.env.DOCKER_HOST ?? '').replace(/^unix:\/\//, '') || '/var/run/docker.sock');
await door.open();
const own = (/** @type {string} */ name) => `p2pdash-test-${process.pid}-${name}`;
after(async () => {
  await docker('rm', '--force', ...names.map(own));
  await door.shut();
});

await docker('create', '--name', own('web'), '--init', IMAGE, 'sleep', '1000');
await docker('create', '--name', own('deaf'), IMAGE, 'sh', '-c', 'trap "" TERM; while :; do sleep 1; done');
await docker('create', '--name', own('broken'), IMAGE, '/nonexistent');
await docker('create', '--name', own('fails'), IMAGE, 'sh', '-c', 'exit 3');
await docker('create', '--name', own('dying'), '--restart', 'always', IMAGE, 'sh', '-c', 'sleep 0.8; exit 5');
await docker('create', '--name', own('quits'), '--stop-signal', 'SIGQUIT', IMAGE, 'sh', '-c', 'trap "exit 131" QUIT; while :; do sleep 0.1; done');
await docker('create', '--name', own('sick'), '--init', '--health-cmd', 'echo refused; exit 1', '--health-interval', '1s', '--health-retries', '1', IMAGE, 'sleep', '1000');
await stack.startReporter('docking', {
  sections: [...names, 'missing']
    .map(
      (name) =>
        `[service ${name}]\ndriver = docker\ncontainer = ${own(name)}\nsocket = ${door.path}\n` +
        `actions = start,stop,restart\n${name === 'deaf' ? 'timeout = 9\n' : ''}`,
    )
    .join('\n'),
});

/** @returns {Promise<Record<string, any>>} */
const services = async () => (await operator.get('/api/dashboard/services')).json.services.docking ?? {};

/** @param {string} name @param {string} action @returns {Promise<any>} */
const control = async (name, action) =>
  (await operator.post('/api/dashboard/control-service', { worker_id: 'docking', service_name: name, action })).json;

/** @param {string} name @param {string} status */
const becomes = (name, status) =>
  waitFor(async () => (await services())[name]?.status === status, { what: `${name} to be seen as ${status}` });

await waitFor(async () => Object.keys(await services()).length === 8, { what: 'the services' });
await waitFor(async () => (await control('web', 'stop'))?.success, { what: 'the first command' });

test('a_container_is_started_restarted_and_stopped', async () => {
  const begun = Date.now();
  const started = await control('web', 'start');
  assert.equal(started.success, true, JSON.stringify(started));
  assert.equal(await docker('inspect', '--format', '{{.State.Status}}', own('web')), 'running');
  await becomes('web', 'running');
  const { uptime, installed, driver } = (await services()).web;
  assert.ok(uptime >= 0 && uptime <= Math.ceil((Date.now() - begun) / 1000), `uptime ${uptime}`);
  assert.deepEqual({ installed, driver }, { installed: true, driver: 'docker' });
  const before = await docker('inspect', '--format', '{{.State.Pid}}', own('web'));
  assert.equal((await control('web', 'restart')).success, true);
  assert.notEqual(await docker('inspect', '--format', '{{.State.Pid}}', own('web')), before);
  assert.equal((await control('web', 'stop')).success, true);
  await becomes('web', 'stopped');
});

test('a_container_that_is_deaf_to_SIGTERM_is_stopped_within_the_time', async () => {
  // Its nine seconds are fewer than the ten that the engine would give it by itself.
  assert.equal((await control('deaf', 'start')).success, true);
  assert.equal((await control('deaf', 'stop')).success, true);
  await becomes('deaf', 'stopped');
});

test('the_engine_s_own_reason_is_told', async () => {
  const broken = await control('broken', 'start');
  assert.equal(broken.success, false);
  assert.match(broken.error, /start of container .*-broken failed: .*\/nonexistent.*no such file/s);
  const missing = await control('missing', 'start');
  assert.match(missing.error, /No such container/);
  const { status, installed } = (await services()).missing;
  assert.deepEqual({ status, installed }, { status: 'error', installed: false });
});

test('a_container_that_ends_with_a_failure_is_an_error', async () => {
  await docker('start', own('fails'));
  await becomes('fails', 'error');
});

/** @param {string} name @param {(service: any) => boolean} holds @param {string} what */
const shows = (name, holds, what) => waitFor(async () => holds((await services())[name]), { what: `${name} to show ${what}` });

test('a_container_tells_its_detail_since_when_and_its_last_failure', async () => {
  const { detail, since, restarts, last_failure } = (await services()).fails;
  assert.deepEqual([detail, restarts, last_failure.message], ['exited (3)', 0, 'exit status 3']);
  assert.ok(Date.parse(since) > Date.now() - 60_000 && last_failure.at === since, since);
  assert.equal((await services()).quits.detail, 'created');
});

test('a_container_that_ended_by_its_own_stop_signal_is_stopped', async () => {
  await docker('start', own('quits'));
  await becomes('quits', 'running');
  await docker('stop', own('quits'));
  await becomes('quits', 'stopped');
  const { detail, last_failure } = (await services()).quits;
  assert.deepEqual([detail, last_failure], ['exited (131)', null]);
});

test('an_unhealthy_container_is_an_error_and_says_why', async () => {
  await docker('start', own('sick'));
  await shows('sick', ({ status, detail }) => status === 'error' && detail === 'unhealthy', 'that it is unhealthy');
  assert.equal((await services()).sick.last_failure.message, 'the health check failed: refused');
  await docker('rm', '--force', own('sick'));
});

test('a_container_that_dies_again_and_again_is_an_error_all_the_time_and_its_restarts_are_counted', async () => {
  await docker('start', own('dying'));
  await shows('dying', ({ status, restarts }) => status === 'error' && restarts >= 1, 'its first restart');
  /** @type {Set<string>} */
  const statuses = new Set();
  const watch = async () => {
    await control('web', 'restart'); // a report comes with every result
    const { dying } = await services();
    statuses.add(dying.status);
    return dying.restarts >= 4;
  };
  await waitFor(watch, { what: 'more restarts' });
  assert.deepEqual([...statuses], ['error']);
  assert.equal((await services()).dying.last_failure.message, 'exit status 5');
  await control('web', 'stop');
  await docker('rm', '--force', own('dying'));
});

test('a_killed_container_is_seen_at_once', async () => {
  const liveAndDie = async () => {
    for (let life = 0; life < 3; life++) {
      await docker('start', own('web'));
      await becomes('web', 'running');
      await docker('kill', own('web'));
      await becomes('web', 'stopped');
    }
  };
  // By its own look, every 15 s, the reporter would need longer than the bound for so many changes.
  await settles(liveAndDie(), { what: 'every change to be seen' });
});

test('what_somebody_else_does_is_seen', async () => {
  await docker('start', own('web'));
  await becomes('web', 'running');
  await docker('pause', own('web'));
  await becomes('web', 'stopped');
  await docker('unpause', own('web'));
  await becomes('web', 'running');
});

test('a_container_that_is_made_later_is_seen', async () => {
  await docker('create', '--name', own('missing'), IMAGE, 'sleep', '1000');
  names.push('missing');
  await becomes('missing', 'stopped');
});

test('an_engine_that_goes_and_comes_back_is_found_again', async () => {
  await door.shut();
  await becomes('web', 'error');
  assert.match((await control('web', 'start')).error, /the engine does not answer on .*docker\.sock/);
  await docker('stop', '--time', '0', own('web'));
  await door.open();
  await becomes('web', 'stopped');
  assert.equal((await control('web', 'start')).success, true);
  await becomes('web', 'running');
});
