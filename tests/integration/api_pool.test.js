// The pool's processes: replaced when they die, when asked, and never at a request's cost.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { RedisClient } from '../lib/redis.js';
import { report } from '../lib/report.js';
import { BIN, Program, freePort, startStack, waitFor } from '../lib/stack.js';
import { pause } from '../lib/wait.js';

const WORKERS = 4;
const WAIT_WORKERS = 2;
const CHILDREN = WORKERS + WAIT_WORKERS + 1; // and the janitor

const stack = await startStack({ parts: ['redis', 'api', 'nginx'], workers: WORKERS, waitWorkers: WAIT_WORKERS });
const viewer = await stack.user('viewer');

/** @returns {number[]} */
function children() {
  const pid = stack.api.pid;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** What another API beside the stack's is told, besides where to listen. */
const common = () => ['--secret-file', join(stack.folder, 'jwt-secret'), '--redis', `unix:${stack.folder}/redis.sock`];

/** @param {number} pid a process that may have ended meanwhile */
function killIfThere(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {} // it was faster
}

/**
 * Reads and reports without a pause until `during` is done; every answer must be 200.
 * @param {() => Promise<unknown>} during
 */
async function underLoad(during) {
  const worker = await stack.worker('busy');
  let busy = true;
  let answered = 0;
  const clients = Array.from({ length: 6 }, async (_, i) => {
    while (busy) {
      const answer = i % 2 ? await viewer.get('/api/dashboard/metrics') : await worker.post('/api/reporter/report', report('busy'));
      assert.equal(answer.status, 200, answer.text);
      answered++;
    }
  });
  await waitFor(() => answered > 50);
  await during();
  const before = answered;
  await waitFor(() => answered > before + 50);
  busy = false;
  await Promise.all(clients);
}

test('each pool has its size, and its socket is for its own user and group', () => {
  assert.equal(children().length, CHILDREN);
  for (const name of ['api.sock', 'api-wait.sock'])
    assert.equal((statSync(join(stack.folder, name)).mode & 0o777).toString(8), '660');
});

test('a child that dies is replaced at once', async () => {
  const [victim] = children();
  process.kill(victim, 'SIGKILL');
  await waitFor(() => children().length === CHILDREN && !children().includes(victim));
  assert.match(stack.api.log(), new RegExp(`ERROR pool: child killed group=\\w+ pid=${victim} signal=Killed`));
  for (let i = 0; i < 20; i++) assert.equal((await viewer.get('/health')).status, 200);
});

test('children that die at start again and again are started ever later', async () => {
  const delays = () => [...stack.api.log().matchAll(/next_try_in_ms=(\d+)/g)].map((match) => Number(match[1]));
  await waitFor(
    () => {
      for (const pid of children()) killIfThere(pid);
      return Math.max(...delays()) >= 400;
    },
    { what: 'the delay to grow' },
  );
  await waitFor(() => children().length === CHILDREN);
  assert.equal((await viewer.get('/health')).status, 200);
});

test('SIGHUP replaces every child and refuses no request', async () => {
  const before = children();
  await underLoad(async () => {
    for (let i = 0; i < 3; i++) {
      const old = children();
      stack.api.signal('SIGHUP');
      await waitFor(() => children().length === CHILDREN && !children().some((pid) => old.includes(pid)));
    }
  });
  assert.ok(!children().some((pid) => before.includes(pid)));
});

test('a lost Redis is 503 at once, and heals for every process without being asked twice', async () => {
  await stack.redis.kill();
  const answers = await Promise.all(Array.from({ length: 12 }, () => viewer.get('/api/dashboard/metrics')));
  for (const answer of answers) {
    assert.equal(answer.status, 503, answer.text);
    assert.equal(answer.json.code, 'backend_away');
    assert.ok(Number(answer.headers['retry-after']) >= 1);
  }
  assert.deepEqual((await stack.visitor.get('/health')).json.redis, false);
  stack.redis.start();
  await stack.ready();
  await pause(1200); // longer than a process waits before it tries again, however Redis went
  const healed = await Promise.all(Array.from({ length: 12 }, () => viewer.get('/api/dashboard/metrics')));
  for (const answer of healed) assert.equal(answer.status, 200, answer.text);
  await stack.redis.restart();
  await stack.ready();
});

test('a program that stops still answers what it has in hand, and leaves no socket', async () => {
  const [operator, worker] = await Promise.all([stack.user('operator'), stack.worker('slow')]);
  assert.equal((await worker.post('/api/reporter/report', report('slow'))).status, 200);
  // In the relay's place; what the worker answers is stored as the API would, which is no longer there to take it.
  const [relay, redis] = await Promise.all([1, 2].map(() => RedisClient.open(join(stack.folder, 'redis.sock'))));
  await relay.command('SUBSCRIBE', 'p2pdash:commands:slow');
  const call = operator.post('/api/dashboard/control-service', { worker_id: 'slow', service_name: 'nginx', action: 'stop' });
  const id = await waitFor(async () => (await redis.command('ZRANGE', 'p2pdash:waits:the-operator', 0, -1))[0], { what: 'the call' });
  await waitFor(async () => (await redis.command('HGET', `p2pdash:command:${id}`, 'status')) === 'sent', { what: 'the command' });
  const stopped = stack.api.stop();
  await waitFor(() => stack.api.log().includes('stopping: requests in hand are finished'), { what: 'the master to be told' });
  await redis.command('HSET', `p2pdash:command:${id}`, 'result', JSON.stringify({ success: true, message: 'at last' }));
  await redis.command('RPUSH', `p2pdash:command:${id}:done`, 'done');
  assert.equal((await call).json.message, 'at last');
  await stopped;
  assert.ok(!existsSync(join(stack.folder, 'api.sock')) && !existsSync(join(stack.folder, 'api-wait.sock')));
  for (const client of [relay, redis]) client.close();
  stack.api.start();
  await stack.ready();
});

test('a master that is killed takes its children along, and the next one its socket', async () => {
  const orphans = children();
  await stack.api.kill('SIGKILL');
  assert.ok(existsSync(join(stack.folder, 'api.sock')), 'a stale socket is left');
  stack.api.start();
  await stack.ready();
  await waitFor(() => orphans.every((pid) => !existsSync(`/proc/${pid}`)));
});

test('the uptime is that of the stack: it begins anew after an interruption, not with a new API', async () => {
  const DAYS_9 = 9 * 86400;
  const stats = async () => (await viewer.get('/api/dashboard/stats')).json;
  const set = (/** @type {string} */ field, /** @type {number} */ agoSeconds) =>
    stack.redisCommand('HSET', 'p2pdash:stats', field, String(Date.now() - agoSeconds * 1000));
  const startAgain = async () => {
    const before = Date.now();
    stack.api.start();
    await stack.ready();
    await waitFor(async () => Date.parse((await stats()).last_cleanup) >= before, { what: 'the janitor' });
  };
  await set('started_at', DAYS_9);
  await stack.api.stop();
  await set('last_cleanup', 1);
  await startAgain();
  assert.ok((await stats()).uptime_seconds >= DAYS_9);
  await stack.api.stop();
  await set('last_cleanup', 31);
  await startAgain();
  assert.ok((await stats()).uptime_seconds < DAYS_9);
});

test('an address that is still taken is waited for', async () => {
  const path = join(stack.folder, 'taken.sock');
  const holder = createServer().listen(path);
  await once(holder, 'listening');
  const listen = ['--listen', `unix:${path}`, '--wait-listen', `unix:${path}-wait`];
  const options = { log: join(stack.folder, 'log', 'next.log') };
  const next = new Program('api-next', [join(BIN, 'p2pdash-api'), ...listen, ...common()], options);
  next.start();
  await waitFor(() => next.log().includes('taken.sock is taken, waiting for it'));
  holder.close();
  await waitFor(() => existsSync(`${path}-wait`));
  await next.stop();
});

test('bad settings end with status 2 and a sentence', () => {
  const secret = join(stack.folder, 'jwt-secret');
  /** @type {[string[], RegExp][]} */
  const cases = [
    [['--workers', '0'], /--workers must be a whole number from 1/],
    [['--listen', 'nowhere'], /nowhere: an address must be/],
    [['--listen', 'unix:'], /path must be/],
    [['--redis', 'http://x'], /redis: must be/],
    [['--secret-file', '/nonexistent'], /\/nonexistent: No such file/],
    [['--secret-file', '/etc/passwd'], /only its owner can read/],
    [['--log-level', 'loud', '--secret-file', secret], /log-level/],
    [['--nonsense'], /--nonsense is not an option/],
    [['extra'], /extra is one argument too many/],
    [['--secret-file', secret, '--listen', `unix:${stack.folder}/api.sock`], /Address already in use/],
  ];
  for (const [args, message] of cases) {
    const { status, stderr } = spawnSync(join(BIN, 'p2pdash-api'), ['--secret-file', secret, ...args], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 2, `${args}: ${stderr}`);
    assert.match(stderr, message);
  }
  assert.ok(existsSync(join(stack.folder, 'api.sock')), 'the living program keeps its socket');
});

test('it serves on TCP, too', async () => {
  const [port, waitPort] = [await freePort(), await freePort()];
  const listen = ['--listen', `127.0.0.1:${port}`, '--wait-listen', `127.0.0.1:${waitPort}`];
  const options = { log: join(stack.folder, 'log', 'tcp.log') };
  const tcp = new Program('api-tcp', [join(BIN, 'p2pdash-api'), ...listen, ...common()], options);
  tcp.start();
  const env = { ...process.env, REQUEST_METHOD: 'GET', REQUEST_URI: '/health' };
  await waitFor(() => {
    const { stdout } = spawnSync('cgi-fcgi', ['-bind', '-connect', `127.0.0.1:${port}`], { env, encoding: 'utf8', timeout: 20_000 });
    return stdout.includes('"status":"ok"');
  });
  await tcp.stop();
});
