// `make up`, `make down`, `make status` (the scripts behind them): two stacks side by side, each healthy, supervised,
// harmless to bring up twice, and gone without a trace.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { promisify } from 'node:util';

import { report } from '../lib/report.js';
import { BIN, Client, ROOT, freePort, temporaryFolder, waitFor } from '../lib/stack.js';

const run = promisify(execFile);

/** The admin of a stack, by the password that `up` wrote. @param {Place} where */
async function adminOf(where) {
  const password = readFileSync(join(where.folder, 'admin-password'), 'utf8').trim();
  const login = await where.client.post('/auth/login', { username: 'admin', password });
  assert.equal(login.status, 200, login.text);
  return where.client.as({ token: login.json.access_token });
}

/** @typedef {{ folder: string, port: number, env: NodeJS.ProcessEnv, client: Client }} Place */

/** A place for a stack of its own. @param {number} port @returns {Place} */
function place(port) {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755); // the system user that root hands over to must get through
  const env = { ...process.env, P2PDASH_STATE_DIR: join(folder, 'run'), P2PDASH_PORT: String(port), P2PDASH_BIN: BIN };
  return { folder: join(folder, 'run'), port, env, client: new Client(`http://127.0.0.1:${port}`) };
}

/**
 * @param {'up' | 'down' | 'status'} name
 * @param {Place} where
 * @returns {Promise<{ status: number, output: string }>}
 */
function script(name, where) {
  return new Promise((resolve) => {
    execFile(join(ROOT, 'scripts', `${name}.sh`), { env: where.env }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code ?? -1) : 0, output: stdout + stderr });
    });
  });
}

/** Every process that was started for this state directory. @param {Place} where */
function processes(where) {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`P2PDASH_STATE_DIR=${where.folder}\0`);
    } catch {
      return false; // gone, or another user's
    }
  });
}

/** @param {Place} where @param {string} service */
const pidOf = (where, service) =>
  Number(readFileSync(join(where.folder, 'services', service, 'supervise/pid'), 'utf8'));

const one = place(await freePort());
const two = place(await freePort());
after(() => Promise.all([script('down', one), script('down', two)]));

test('up_returns_when_the_stack_is_healthy_and_says_where_it_is', async () => {
  const { status, output } = await script('up', one);
  assert.equal(status, 0, output);
  assert.match(output, new RegExp(`http://localhost:${one.port}/dashboard`));
  assert.match(output, /admin-password/);
  assert.equal((await one.client.get('/health')).json.status, 'ok');
});

test('it_listens_on_every_address_of_the_machine', async () => {
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces) => (interfaces ?? []).map(({ address }) => address));
  assert.ok(addresses.includes('127.0.0.1'));
  for (const address of ['127.0.0.1', '::1'].filter((each) => addresses.includes(each))) {
    const host = address.includes(':') ? `[${address}]` : address;
    assert.equal((await new Client(`http://${host}:${one.port}`).get('/health')).status, 200, address);
  }
});

test('the_admin_logs_in_with_the_password_from_the_file_and_sees_the_coordinator', async () => {
  assert.equal(statSync(join(one.folder, 'admin-password')).mode & 0o777, 0o600);
  const admin = await adminOf(one);
  await waitFor(
    async () => {
      const { status, services } = (await admin.get('/api/dashboard/metrics')).json.coordinator;
      const running = Object.keys(services).filter((name) => services[name].status === 'running');
      return status === 'online' && running.sort().join() === 'api,nginx,redis,relay';
    },
    { what: "the coordinator's own report, its services running" },
  );
});

test('root_does_not_run_the_programs_as_root', { skip: process.getuid?.() !== 0 }, async () => {
  for (const service of ['redis', 'api', 'relay', 'nginx', 'reporter']) {
    assert.notEqual(statSync(`/proc/${pidOf(one, service)}`).uid, 0, service);
  }
});

test('up_again_changes_nothing', async () => {
  const services = ['redis', 'api', 'relay', 'nginx', 'reporter'];
  const before = services.map((service) => pidOf(one, service));
  const { status, output } = await script('up', one);
  assert.equal(status, 0, output);
  assert.deepEqual(services.map((service) => pidOf(one, service)), before);
});

test('a_running_stack_does_not_move_to_a_port_that_is_taken', async () => {
  const { port, close } = await stranger();
  const { status, output } = await script('up', { ...one, env: { ...one.env, P2PDASH_PORT: String(port) } });
  close();
  assert.equal(status, 1);
  assert.match(output, new RegExp(`^Port ${port} is taken by .+ \\(pid ${process.pid}\\)`), 'it is said at once');
  assert.equal((await script('status', one)).status, 0, 'and the stack stays where it was');
});

test('a_second_stack_lives_beside_the_first', async () => {
  const { status, output } = await script('up', two);
  assert.equal(status, 0, output);
  assert.equal((await one.client.get('/health')).status, 200);
  assert.equal((await two.client.get('/health')).status, 200);
});

test('a_token_is_for_the_stack_whose_state_directory_is_named', async () => {
  const { P2PDASH_REDIS, P2PDASH_SECRET_FILE, ...env } = two.env;
  const { stdout } = await run(join(BIN, 'p2pdash'), ['token', 'create', '--node', 'worker-001'], { env });
  const statusAt = async (/** @type {Place} */ where) =>
    (await where.client.as({ token: stdout.trim() }).post('/api/reporter/report', report('worker-001'))).status;
  assert.equal(await statusAt(two), 200);
  assert.equal(await statusAt(one), 401);
});

test('a_program_that_is_killed_is_started_again', async () => {
  for (const service of ['api', 'relay', 'redis']) {
    const pid = pidOf(two, service);
    process.kill(pid, 'SIGKILL');
    await waitFor(() => pidOf(two, service) !== pid, { what: `another process for ${service}` });
  }
  await waitFor(async () => (await script('status', two)).status === 0, { what: 'the second stack to be well again' });
});

test('status_shows_every_service_and_the_health', async () => {
  const { status, output } = await script('status', one);
  assert.equal(status, 0, output);
  for (const word of ['redis', 'api', 'relay', 'nginx', 'reporter']) assert.match(output, new RegExp(`^${word} +run `, 'm'));
  assert.match(output, /^health +\{"status":"ok"/m);
});

test('the_stacks_own_parts_restart_from_the_api_without_dropping_the_call', async () => {
  const admin = await adminOf(one);
  for (const service of ['api', 'nginx', 'relay']) {
    const { status, json } = await admin.post('/api/dashboard/control-service', {
      worker_id: 'coordinator', service_name: service, action: 'restart',
    });
    assert.deepEqual([status, json.success, json.status], [200, true, 'running'], JSON.stringify(json));
    // The relay's streams ended with it; the next command needs the reporter's.
    await waitFor(async () => (await script('status', one)).status === 0, { what: `the stack to be well after ${service}` });
    await waitFor(async () => {
      const answer = await admin.post('/rpc', {
        jsonrpc: '2.0', id: 1, method: 'metrics_reporter.get_stats', params: { worker_id: 'coordinator' },
      });
      return answer.json.result;
    }, { what: 'the reporter to be connected' });
  }
});

/** What the programs' user has put into its own folders to have root run or write it. @param {Place} where */
function setTraps(where) {
  const { uid, gid } = statSync(where.folder);
  const spoils = join(where.folder, 'spoils'); // whoever runs the trap signs here
  const trap = join(where.folder, 'trap');
  const target = join(where.folder, '../of-root');
  writeFileSync(target, 'of root\n', { mode: 0o600 });
  writeFileSync(trap, `#!/bin/sh\nid -u >>${spoils}\n`);
  chmodSync(trap, 0o755);
  const nginx = join(where.folder, 'services/nginx/supervise');
  const kept = { pid: readFileSync(join(nginx, 'pid')), control: join(nginx, 'control.kept') };
  renameSync(join(nginx, 'control'), kept.control);
  symlinkSync(target, join(nginx, 'control'));
  writeFileSync(join(nginx, 'pid'), `self/fd -maxdepth 0 -exec ${trap} ; -o -name x`);
  for (const name of ['reporter', 'relay']) symlinkSync(trap, join(where.folder, 'services', name, 'check'));
  for (const path of [trap, spoils]) if (existsSync(path)) chownSync(path, uid, gid);
  return {
    uid,
    signed: () => (existsSync(spoils) ? readFileSync(spoils, 'utf8').trim().split('\n') : []),
    target: () => readFileSync(target, 'utf8'),
    removeControl() {
      rmSync(join(nginx, 'control'));
      renameSync(kept.control, join(nginx, 'control'));
    },
    removeRest() {
      writeFileSync(join(nginx, 'pid'), kept.pid);
      for (const name of ['reporter', 'relay']) rmSync(join(where.folder, 'services', name, 'check'));
    },
  };
}

test('root_runs_and_writes_nothing_that_the_programs_user_prepared', { skip: process.getuid?.() !== 0 }, async () => {
  const traps = setTraps(two);
  for (const name of /** @type {const} */ (['up', 'status'])) await script(name, two);
  traps.removeControl(); // which ends `up` early
  await script('up', two);
  traps.removeRest();
  assert.ok(traps.signed().length > 0, 'the traps work');
  assert.deepEqual(new Set(traps.signed()), new Set([String(traps.uid)]));
  assert.equal(traps.target(), 'of root\n');
});

test('root_starts_no_stack_in_another_users_folder', { skip: process.getuid?.() !== 0 }, async () => {
  const where = place(await freePort());
  mkdirSync(where.folder);
  chownSync(where.folder, 12345, 12345);
  const { status, output } = await script('up', where);
  assert.equal(status, 1);
  assert.match(output, /belongs to UNKNOWN: root starts no stack in another user's folder/);
  assert.deepEqual(processes(where), []);
});

test('no_program_can_gain_rights', { skip: process.getuid?.() !== 0 }, () => {
  for (const service of ['redis', 'api', 'relay', 'nginx', 'reporter']) {
    const status = readFileSync(`/proc/${pidOf(one, service)}/status`, 'utf8');
    assert.match(status, /^NoNewPrivs:\t1$/m, service);
    assert.match(status, /^CapBnd:\t0+$/m, service);
  }
});

test('down_leaves_no_process_and_no_socket', async () => {
  for (const where of [one, two]) {
    assert.notDeepEqual(processes(where), []);
    const { status, output } = await script('down', where);
    assert.equal(status, 0, output);
    assert.deepEqual(processes(where), []);
    assert.deepEqual(readdirSync(where.folder).filter((name) => name.endsWith('.sock')), []);
    assert.equal((await script('status', where)).status, 3);
    assert.equal((await script('down', where)).status, 0);
  }
});

/** Something else that listens. @returns {Promise<{ port: number, close: () => void }>} */
async function stranger() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, () => resolve(undefined)));
  return { port: /** @type {import('node:net').AddressInfo} */ (server.address()).port, close: () => server.close() };
}

test('a_port_that_is_none_is_refused_at_once', async () => {
  for (const port of ['abc', '0', '65536', '8080x']) {
    const where = place(1);
    const { status, output } = await script('up', { ...where, env: { ...where.env, P2PDASH_PORT: port } });
    assert.equal(status, 1);
    assert.equal(output, `P2PDASH_PORT must be from 1 to 65535, not ${port}\n`);
    assert.equal(existsSync(where.folder), false);
  }
});

test('a_port_that_is_taken_is_named_with_who_has_it', async () => {
  const { port, close } = await stranger();
  const where = place(port);
  const { status, output } = await script('up', where);
  close();
  assert.equal(status, 1);
  assert.match(output, new RegExp(`Port ${port} is taken by .+ \\(pid ${process.pid}\\)`));
  assert.deepEqual(processes(where), []);
});
