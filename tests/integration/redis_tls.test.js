// Goal: a Redis on another host is reached by `rediss://` alone: its certificate is asked for, its name and authority are
// checked, and all three programs find it again after it was away. Where hiredis has no TLS, each says so and why.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

import { Authority } from '../lib/authority.js';
import { BIN, freePort, Program, startStack, temporaryFolder, waitFor } from '../lib/stack.js';

const hasTls = existsSync('/usr/include/hiredis/hiredis_ssl.h');
const run = promisify(execFile);

const folder = temporaryFolder();
const authority = new Authority(folder, 'authority');

test('a_build_without_tls_refuses_and_says_why', { skip: hasTls }, () => {
  for (const [program, ...words] of [['p2pdash-api'], ['p2pdash-relay'], ['p2pdash', 'user', 'list']]) {
    const { status, stderr } = spawnSync(join(BIN, program), [...words, '--redis', 'rediss://localhost'], { encoding: 'utf8' });
    assert.equal(status, 2, stderr);
    assert.match(stderr, /rediss:\/\/ needs hiredis 1\.0 or newer/);
  }
});

/** A Redis that speaks TLS alone. @param {string} name @param {number} port @param {string} alternatives */
function tlsRedis(name, port, alternatives) {
  const { certificate, key } = authority.sign(name, alternatives);
  return new Program(name, [
    'redis-server', '--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder,
    '--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no', '--requirepass', 'open sesame',
  ], { log: join(folder, `${name}.log`) });
}

/** The administrator's command on it. @param {string} at HOST:PORT @param {string} ca "": the system's @param {...string} words */
function p2pdash(at, ca, ...words) {
  const promise = run(join(BIN, 'p2pdash'), [...words, '--secret-file', join(folder, 'secret')], {
    env: { ...process.env, P2PDASH_REDIS: `rediss://:open%20sesame@${at}`, ...(ca && { P2PDASH_REDIS_CA: ca }) },
  });
  promise.child.stdin?.on('error', () => {});
  promise.child.stdin?.end('a long password\n');
  return promise;
}

/** @param {Program} program */
const listening = (program) => waitFor(() => program.log().includes('Ready to accept connections'), { what: 'Redis with TLS' });

test('a_certificate_is_accepted_for_its_own_name_and_from_a_trusted_authority_alone', { skip: !hasTls }, async () => {
  const port = await freePort();
  const redis = tlsRedis('named', port, 'DNS:localhost').start();
  after(() => redis.stop());
  await listening(redis);
  await p2pdash(`localhost:${port}`, authority.certificate, 'user', 'list');
  const stranger = new Authority(folder, 'stranger');
  for (const [host, ca, said] of /** @type {[string, string, RegExp][]} */ ([
    ['127.0.0.1', authority.certificate, /certificate is not accepted: IP address mismatch/],
    ['localhost', stranger.certificate, /certificate is not accepted: .*certificate/],
    ['localhost', '', /certificate is not accepted: .*certificate/],
  ])) {
    await assert.rejects(p2pdash(`${host}:${port}`, ca, 'user', 'list'), (/** @type {any} */ error) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr, said);
      return true;
    });
  }
});

test('an_authority_that_cannot_be_read_is_named', { skip: !hasTls }, async () => {
  await assert.rejects(p2pdash('localhost:1', join(folder, 'none.pem'), 'user', 'list'), (/** @type {any} */ error) => {
    assert.equal(error.code, 2);
    assert.match(error.stderr, /redis-ca: .*none\.pem/);
    return true;
  });
});

test('api_and_relay_work_through_tls_and_find_redis_again', { skip: !hasTls }, async () => {
  const port = await freePort();
  const redis = tlsRedis('stack', port, 'DNS:localhost,IP:127.0.0.1').start();
  after(() => redis.stop());
  await listening(redis);
  const stack = await startStack({ parts: ['nginx'] });
  const secret = join(stack.folder, 'jwt-secret');
  const env = { P2PDASH_REDIS: `rediss://:open%20sesame@localhost:${port}`, P2PDASH_REDIS_CA: authority.certificate, P2PDASH_SECRET_FILE: secret };
  const start = (/** @type {string} */ name, /** @type {Record<string, string>} */ more) => {
    const program = new Program(name, [join(BIN, name)], { log: join(folder, `${name}.log`), env: { ...env, ...more } }).start();
    after(() => program.stop());
    return program;
  };
  start('p2pdash-api', { P2PDASH_LISTEN: `unix:${stack.folder}/api.sock`, P2PDASH_WAIT_LISTEN: `unix:${stack.folder}/api-wait.sock`,
    P2PDASH_WORKERS: '2', P2PDASH_WAIT_WORKERS: '1' });
  const relay = start('p2pdash-relay', { P2PDASH_LISTEN: `unix:${stack.folder}/relay.sock` });
  const healthy = () => waitFor(async () => (await stack.visitor.get('/health')).status === 200, { what: '/health to be ok' });
  const loaded = (/** @type {number} */ times) =>
    waitFor(() => relay.log().split('sync: loaded').length - 1 >= times, { what: 'the relay to load' });

  await healthy();
  await loaded(1);
  const environment = { env: { ...process.env, ...env } };
  const adding = run(join(BIN, 'p2pdash'), ['user', 'add', 'ada', '--role', 'admin'], environment);
  adding.child.stdin?.end('a long password\n');
  await adding;
  const { stdout: token } = await run(join(BIN, 'p2pdash'), ['token', 'create', '--node', 'worker-001'], environment);
  const worker = stack.visitor.as({ token: token.trim() });

  const socket = await stack.webSocket(await stack.logIn('ada', 'a long password'), { mode: 'delta' });
  await socket.next('snapshot');
  socket.send({ type: 'subscribe', nodes: [], logs: {}, log_seq: 0 });
  // Large enough for several records of TLS, in both directions.
  const entry = { timestamp: new Date().toISOString(), node_id: 'worker-001', level: 'INFO', logger_name: 'app', message: 'x'.repeat(60_000) };
  const sent = await worker.post('/api/reporter/logs', { node_id: 'worker-001', batch: 'one', logs: Array(10).fill(entry) });
  assert.equal(sent.json?.added, 10, sent.text);
  assert.equal((await socket.next('new_logs')).logs[0].message.length, 60_000);

  await redis.stop();
  await waitFor(async () => (await stack.visitor.get('/health')).status === 503, { what: '/health to say that Redis is away' });
  redis.start();
  await healthy();
  await loaded(2);
  assert.doesNotMatch(readFileSync(relay.options.log, 'utf8'), /open sesame|open%20sesame/);
  await socket.close();
});
