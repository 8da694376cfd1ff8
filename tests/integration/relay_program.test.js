// Goal: the program itself: what it says of bad settings, where it listens, how it ends.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from '../lib/client.js';
import { startRelay } from '../lib/relay.js';
import { DashboardSocket } from '../lib/socket.js';
import { BIN, freePort, Program, temporaryFolder } from '../lib/stack.js';
import { waitFor } from '../lib/wait.js';

const PROGRAM = join(BIN, 'p2pdash-relay');
const rig = await startRelay();
const secret = join(rig.stack.folder, 'jwt-secret');

/** @param {string[]} args */
const run = (args) => spawnSync(PROGRAM, args, { encoding: 'utf8', timeout: 60_000 });

test('help_and_version_are_told', () => {
  const help = run(['--help']);
  assert.equal(help.status, 0);
  for (const option of ['--listen', '--redis', '--secret-file', '--log-level']) assert.ok(help.stdout.includes(option));
  const version = run(['--version']);
  assert.equal(version.status, 0);
  assert.match(version.stdout, /\d+\.\d+\.\d+/);
});

test('bad_settings_are_named_and_end_with_2', () => {
  const folder = temporaryFolder();
  const open = join(folder, 'open-secret');
  const short = join(folder, 'short-secret');
  writeFileSync(open, 'x'.repeat(64), { mode: 0o644 });
  writeFileSync(short, 'x', { mode: 0o600 });
  for (const [args, said] of /** @type {[string[], RegExp][]} */ ([
    [['--nonsense'], /nonsense/],
    [['--listen', '8090', '--secret-file', secret], /HOST:PORT/],
    [['--redis', 'http://x', '--secret-file', secret], /redis/i],
    [['--secret-file', join(folder, 'none')], /none/],
    [['--secret-file', open], /open-secret/],
    [['--secret-file', short], /short-secret/],
    [['--log-level', 'loud', '--secret-file', secret], /log-level/],
    [['--listen', '127.0.0.1:1', '--secret-file', secret, 'extra'], /extra/],
    [['--listen', 'unix:/nonexistent/folder/relay.sock', '--secret-file', secret], /relay.sock: No such file/],
    [['--listen', `unix:${open}`, '--secret-file', secret], /open-secret: File exists/],
    [['--listen', '192.0.2.1:8090', '--secret-file', secret], /192.0.2.1: Cannot assign/],
    [['--listen', `unix:${rig.path}`, '--secret-file', secret], /Address already in use/],
  ])) {
    const { status, stderr } = run(args);
    assert.equal(status, 2, `${args.join(' ')}: ${status} ${stderr}`);
    assert.match(stderr, said);
  }
});

test('it_listens_on_tcp_too', async () => {
  const port = await freePort();
  const relay = new Program(
    'relay-tcp',
    [PROGRAM, '--listen', `127.0.0.1:${port}`, '--redis', `unix:${rig.stack.folder}/redis.sock`, '--secret-file', secret],
    { log: join(rig.stack.folder, 'log', 'relay-tcp.log') },
  ).start();
  await waitFor(() => relay.log().includes('sync: loaded'));
  await rig.report('worker-1');
  const socket = await DashboardSocket.open(`ws://127.0.0.1:${port}/ws/dashboard`, { authorization: `Bearer ${rig.token()}` });
  await socket.next('initial');
  await socket.close();
  const client = new Client(`http://127.0.0.1:${port}`);
  assert.equal((await client.get('/nothing')).status, 404);
  const second = run(['--listen', `127.0.0.1:${port}`, '--secret-file', secret]);
  assert.equal(second.status, 2);
  await relay.stop();
});

test('asked_to_end_it_says_goodbye_and_the_socket_is_gone', async () => {
  const socket = await rig.socket();
  const delta = await rig.delta();
  const { stream } = await rig.commands('worker-1');
  const slow = await rig.socket();
  slow.socket.pause();
  await rig.log('worker-1', Array.from({ length: 100 }, () => 'x'.repeat(60_000)));
  await socket.next('new_logs');
  assert.equal(await rig.relay.kill('SIGTERM'), 0);
  assert.deepEqual(await socket.closed, { code: 1001, reason: 'shutting_down' });
  assert.deepEqual(await delta.closed, { code: 1001, reason: 'shutting_down' });
  await waitFor(() => stream?.ended);
  slow.socket.terminate();
  const refusal = await rig.socket().catch((/** @type {any} */ error) => error);
  assert.equal(refusal.code, 'ENOENT');
  rig.relay.start();
  await rig.loaded(2);
});

test('a_second_signal_ends_it_at_once', async () => {
  const slow = await rig.socket();
  slow.socket.pause();
  await rig.log('worker-1', Array.from({ length: 100 }, () => 'x'.repeat(60_000)));
  const ending = rig.relay.kill('SIGTERM');
  rig.relay.signal('SIGINT');
  await ending;
  assert.ok(existsSync(rig.path), 'it did not wait for the client that does not read, nor clear away');
  slow.socket.terminate();
  rig.relay.start();
  await rig.loaded(3);
});
