// More logins than anybody types: the web server refuses them, and neither who works already nor who wants in notices.

import assert from 'node:assert/strict';
import test from 'node:test';

import { startStack } from '../lib/stack.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const proxied = await startStack({ parts: ['redis', 'api', 'nginx'], env: { P2PDASH_TRUSTED_PROXY: '127.0.0.1' } });

/** @param {string} address @param {string} username */
const guess = (address, username) =>
  proxied.visitor.post('/auth/login', { username, password: 'no' }, { headers: { 'x-forwarded-for': address } });

test('a flood of logins is refused by the web server, and slows nothing else', async () => {
  const viewer = await stack.user('viewer');
  const flood = Array.from({ length: 300 }, (_, i) => stack.visitor.post('/auth/login', { username: `ghost-${i}`, password: 'no' }));
  assert.equal((await viewer.get('/api/dashboard/stats')).status, 200);
  const answers = await Promise.all(flood);
  const refused = answers.find((answer) => /at once/.test(answer.json.error));
  assert.deepEqual([refused?.status, refused?.json.code], [429, 'too_many_requests']);
  assert.ok(Number(refused?.headers['retry-after']) >= 1);
  assert.ok(answers.every((answer) => [401, 429].includes(answer.status)));
});

test('a flood from a few addresses locks nobody else out', async () => {
  await proxied.createUser('ada', 'viewer', 'a long password');
  const account = { username: 'ada', password: 'a long password' };
  let going = true;
  const flood = Array.from({ length: 120 }, async (_, i) => {
    for (let n = 0; going; n++) assert.ok([401, 429].includes((await guess(`203.0.113.${i % 8}`, `ghost-${i}-${n}`)).status));
  });
  try {
    await Promise.all(Array.from({ length: 8 }, (_, i) => guess(`203.0.113.${i}`, 'ghost')));
    for (const address of ['198.51.100.1', '198.51.100.2', '2001:db8:0:1::1', '2001:db8:0:2::1']) {
      const answer = await proxied.visitor.post('/auth/login', account, { headers: { 'x-forwarded-for': address } });
      assert.equal(answer.status, 200, answer.text);
    }
  } finally {
    going = false;
  }
  await Promise.all(flood);
});

test('a network of IPv6 is one client to the web server, however its addresses are written', async () => {
  const refusals = async (/** @type {(i: number) => string} */ address) => {
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => guess(address(i), `ghost-${i}`)));
    return answers.filter((answer) => /at once/.test(answer.json.error)).length;
  };
  const hex = (/** @type {number} */ i) => (i + 1).toString(16);
  assert.ok((await refusals((i) => `2001:db8:0:7:${hex(i)}::${hex(i)}`)) > 0);
  assert.ok((await refusals((i) => (i % 2 ? `2001::8:${hex(i)}:0:0:1` : `2001:0:0:8::${hex(i)}`))) > 0);
  assert.equal(await refusals((i) => `2001:db8:1:${hex(i)}::1`), 0);
  assert.equal(await refusals((i) => `::ffff:203.0.113.${i + 100}`), 0);
});
