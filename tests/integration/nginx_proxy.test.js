// Behind a proxy that ends TLS: whom the coordinator believes who really asks, and by which scheme.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

import { ROOT, startStack, waitFor } from '../lib/stack.js';

const stack = await startStack({ env: { P2PDASH_TRUSTED_PROXY: '127.0.0.1,10.1.0.0/16', P2PDASH_METRICS_ALLOW: '192.0.2.7' } });
const direct = await startStack();
const account = { username: 'ada', password: 'correct horse' };
for (const each of [stack, direct]) await each.createUser(account.username, 'operator', account.password);

/** @param {import('../lib/stack.js').Stack} where @param {Record<string, string>} headers */
const logIn = (where, headers, password = account.password) =>
  where.visitor.post('/auth/login', { ...account, password }, { headers });

/** @param {import('../lib/client.js').Answer} answer */
const isSecure = (answer) => /; Secure/.test(String(answer.headers['set-cookie']));

test('the_cookie_is_secure_where_a_trusted_proxy_says_https', async () => {
  assert.ok(isSecure(await logIn(stack, { 'x-forwarded-proto': 'https' })));
  assert.ok(!isSecure(await logIn(stack, { 'x-forwarded-proto': 'http' })));
  assert.ok(!isSecure(await logIn(stack, { 'x-forwarded-proto': 'trusted:https' })));
  assert.ok(!isSecure(await logIn(stack, {})));
});

test('nobody_else_is_believed', async () => {
  for (const proto of ['https', 'trusted:https']) assert.ok(!isSecure(await logIn(direct, { 'x-forwarded-proto': proto })));
  await logIn(direct, { 'x-forwarded-for': '203.0.113.9' });
  await waitFor(() => direct.nginx.log().split('POST /auth/login').length === 4, { what: 'the lines of the log' });
  assert.doesNotMatch(direct.nginx.log(), /203\.0\.113\.9/);
});

test('the_last_address_that_is_no_trusted_proxy_is_who_asks', async () => {
  await logIn(stack, { 'x-forwarded-for': '198.51.100.66, 203.0.113.9, 10.1.2.3' });
  await waitFor(() => /^203\.0\.113\.9 "POST \/auth\/login"/m.test(stack.nginx.log()), { what: 'the line of the log' });
  assert.doesNotMatch(stack.nginx.log(), /^198\.51\.100\.66/m);
});

test('failures_are_counted_by_who_really_asks', async () => {
  const from = (/** @type {string} */ address) => ({ 'x-forwarded-for': address });
  for (let i = 0; i < 10; i++) assert.equal((await logIn(stack, from('203.0.113.20'), 'wrong')).status, 401);
  assert.equal((await logIn(stack, from('203.0.113.20'))).status, 429);
  assert.equal((await logIn(stack, from('203.0.113.21'))).status, 200);
});

test('failures_of_a_network_of_ipv6_are_counted_together', async () => {
  const from = (/** @type {string} */ address) => ({ 'x-forwarded-for': address });
  for (let i = 0; i < 10; i++) assert.equal((await logIn(stack, from(`2001:db8:0:1::${i}`), 'wrong')).status, 401);
  assert.equal((await logIn(stack, from('2001:db8:0:1:ffff::1'))).status, 429);
  assert.equal((await logIn(stack, from('2001:db8:0:2::1'))).status, 200);
  for (let i = 0; i < 10; i++) assert.equal((await logIn(stack, from('::ffff:203.0.113.30'), 'wrong')).status, 401);
  assert.equal((await logIn(stack, from('203.0.113.30'))).status, 429);
  assert.equal((await logIn(stack, from('::ffff:203.0.113.31'))).status, 200);
});

test('what_is_allowed_by_address_is_allowed_to_who_really_asks', async () => {
  assert.equal((await stack.visitor.get('/metrics', { headers: { 'x-forwarded-for': '192.0.2.7' } })).status, 200);
  assert.equal((await stack.visitor.get('/metrics', { headers: { 'x-forwarded-for': '192.0.2.8' } })).status, 401);
  assert.equal((await stack.visitor.get('/metrics')).status, 401);
});

test('what_is_no_address_is_refused_by_its_name', () => {
  const { status, stderr } = spawnSync(join(ROOT, 'scripts/nginx-config.sh'), [join(stack.folder, 'refused')], {
    env: { ...process.env, ...stack.env, P2PDASH_TRUSTED_PROXY: '127.0.0.1 proxy.example;' },
    encoding: 'utf8',
  });
  assert.equal(status, 2);
  assert.match(stderr, /P2PDASH_TRUSTED_PROXY: proxy\.example; is no address/);
});
