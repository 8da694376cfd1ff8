// Guessing passwords is slow. A stack of its own, for the web server lets only so many logins through (login_flood.test.js).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startStack } from '../lib/stack.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const PASSWORD = 'a long password';
await stack.createUser('bob', 'viewer', PASSWORD);

/** @param {string} username @param {string} [password] */
const logIn = (username, password = 'no') => stack.visitor.post('/auth/login', { username, password });

test('too many failures are slowed down for that user and address only', async () => {
  await stack.createUser('eve', 'viewer', PASSWORD);
  for (let i = 0; i < 10; i++) assert.equal((await logIn('eve')).status, 401);
  for (const password of ['no', PASSWORD]) {
    const answer = await logIn('eve', password);
    assert.deepEqual([answer.status, answer.json.code], [429, 'too_many_requests']);
    const seconds = Number(answer.headers['retry-after']);
    assert.ok(seconds >= 1 && seconds <= 60);
  }
  assert.equal((await logIn('bob', PASSWORD)).status, 200);
});

test('guesses made all at once are no way around', async () => {
  await stack.createUser('mallory', 'viewer', PASSWORD);
  const answers = await Promise.all(Array.from({ length: 20 }, () => logIn('mallory')));
  // On a slow machine the web server may refuse some before they count.
  while (!answers.some((answer) => /too many failed/.test(answer.json.error))) answers.push(await logIn('mallory'));
  assert.equal(answers.filter((answer) => answer.status === 401).length, 10);
  assert.ok(answers.every((answer) => [401, 429].includes(answer.status)));
});

test('right passwords do not count', async () => {
  for (let i = 0; i < 12; i++) assert.equal((await logIn('bob', PASSWORD)).status, 200);
});

test('in a full Redis one can log in, and guesses are counted as ever', async () => {
  await stack.createUser('trent', 'viewer', PASSWORD);
  await stack.redisCommand('CONFIG', 'SET', 'maxmemory', '1');
  try {
    const client = await stack.logIn('bob', PASSWORD);
    assert.equal((await client.get('/auth/me')).json.username, 'bob');
    for (let i = 0; i < 10; i++) assert.equal((await logIn('trent')).status, 401);
    assert.equal((await logIn('trent', PASSWORD)).status, 429);
  } finally {
    await stack.redisCommand('CONFIG', 'SET', 'maxmemory', '0');
  }
});
