// Who may do what, and how long: logging in and out, roles, cookies, revoking.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { report } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });

/** @param {object} value */
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token made by hand. @param {object} header @param {object} claims @param {string} [key] */
function forge(header, claims, key) {
  const signed = `${base64(header)}.${base64(claims)}`;
  const signature = key === undefined ? '' : createHmac('sha256', key).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}

/** @param {string | undefined} token */
const claimsOf = (token) => JSON.parse(Buffer.from(String(token).split('.')[1], 'base64url').toString());

/** @param {import('../lib/client.js').Answer} answer @param {number} status @param {string} code */
function assertRefused(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.success, false);
  assert.equal(answer.json.code, code);
  assert.ok(answer.json.error.length > 5);
}

test('a login gives a token and a cookie that scripts cannot read', async () => {
  await stack.createUser('ada', 'operator', 'correct horse');
  const answer = await stack.visitor.post('/auth/login', { username: 'ada', password: 'correct horse' });
  assert.equal(answer.status, 200, answer.text);
  const { access_token, ...rest } = answer.json;
  assert.deepEqual(rest, { token_type: 'bearer', expires_in: 43200, username: 'ada', role: 'operator' });
  const [cookie] = /** @type {string[]} */ (answer.headers['set-cookie']);
  assert.match(cookie, /^p2pdash=[^;]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  const me = await stack.visitor.as({ token: access_token }).get('/auth/me');
  assert.equal(me.json.username, 'ada');
  assert.equal(me.json.role, 'operator');
});

test('a wrong password and an unknown user get the same answer', async () => {
  const wrong = await stack.visitor.post('/auth/login', { username: 'ada', password: 'incorrect' });
  const unknown = await stack.visitor.post('/auth/login', { username: 'nobody', password: 'incorrect' });
  assertRefused(wrong, 401, 'bad_credentials');
  assert.equal(wrong.text, unknown.text);
});

test('what is no login is refused by its fault', async () => {
  const visitor = stack.visitor;
  assertRefused(await visitor.post('/auth/login', '{"username":'), 400, 'malformed');
  assertRefused(await visitor.post('/auth/login', { username: 'ada' }), 422, 'invalid');
  assertRefused(await visitor.post('/auth/login', { username: 1, password: 'x' }), 422, 'invalid');
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  assertRefused(await visitor.post('/auth/login', 'username=ada', form), 415, 'not_json');
  assertRefused(await visitor.post('/auth/login', { username: 'ada', password: 'x'.repeat(10_000) }), 413, 'too_large');
  const get = await visitor.get('/auth/login');
  assertRefused(get, 405, 'method_not_allowed');
  assert.equal(get.headers.allow, 'POST');
});

test('without a token, with a broken, forged or ended one there is 401', async () => {
  const secret = readFileSync(join(stack.folder, 'jwt-secret'), 'utf8').trim();
  const good = (await stack.user('viewer')).token;
  const claims = claimsOf(good);
  const hs256 = { alg: 'HS256', typ: 'JWT' };
  assert.equal((await stack.visitor.as({ token: forge(hs256, claims, secret) }).get('/auth/me')).status, 200);
  const altered = { ...claims, role: 'admin' };
  /** @type {[string, string | undefined, string][]} */
  const bad = [
    ['none at all', undefined, 'unauthorized'],
    ['nonsense', 'nonsense', 'unauthorized'],
    ['altered claims', [good?.split('.')[0], base64(altered), good?.split('.')[2]].join('.'), 'unauthorized'],
    ['alg none', forge({ alg: 'none' }, claims), 'unauthorized'],
    ['alg none, signed', forge({ alg: 'none' }, claims, secret), 'unauthorized'],
    ['alg HS512', forge({ alg: 'HS512' }, claims, secret), 'unauthorized'],
    ['another key', forge(hs256, claims, 'x'.repeat(32)), 'unauthorized'],
    ['ended', forge(hs256, { ...claims, iat: 1000, exp: 2000 }, secret), 'token_expired'],
    ['another generation', forge(hs256, { ...claims, gen: 1 }, secret), 'token_revoked'],
    ['a role its user has not', forge(hs256, altered, secret), 'token_revoked'],
    ['a user that is not', forge(hs256, { ...claims, sub: 'ghost' }, secret), 'token_revoked'],
    ['a worker that was never given one', forge(hs256, { ...claims, sub: 'w', role: 'worker' }, secret), 'token_revoked'],
    ['10 kB', 'x'.repeat(6_000), 'unauthorized'],
  ];
  for (const [what, token, code] of bad) {
    const answer = await stack.visitor.as({ token }).get('/api/dashboard/stats');
    assert.equal(answer.status, 401, `${what}: ${answer.text}`);
    assert.equal(answer.json.code, code, what);
    assert.equal(answer.headers['www-authenticate'], 'Bearer');
  }
  for (const path of ['/metrics', '/api/logs', '/api/dashboard/services', '/api/admin/users'])
    assertRefused(await stack.visitor.get(path), 401, 'unauthorized');
  const basic = await stack.visitor.get('/auth/me', { headers: { authorization: 'Basic YTpi' } });
  assertRefused(basic, 401, 'unauthorized');
});

test('a role may do what it is for and no more', async () => {
  const [viewer, operator, admin] = await Promise.all([stack.user('viewer'), stack.user('operator'), stack.user('admin')]);
  const worker = await stack.worker('role-worker');
  assert.equal((await viewer.get('/api/dashboard/metrics')).status, 200);
  assertRefused(await viewer.post('/api/logs/clear', {}), 403, 'forbidden');
  assert.equal((await operator.post('/api/logs/clear', {})).status, 200);
  assertRefused(await operator.get('/api/dashboard/audit'), 403, 'forbidden');
  assert.equal((await admin.get('/api/dashboard/audit')).status, 200);
  assertRefused(await admin.post('/api/reporter/report', report('role-worker')), 403, 'forbidden');
  assert.equal((await worker.post('/api/reporter/report', report('role-worker'))).status, 200);
  for (const path of ['/api/dashboard/metrics', '/api/logs', '/auth/me', '/metrics', '/api/admin/users'])
    assertRefused(await worker.get(path), 403, 'forbidden');
  assertRefused(await worker.post('/rpc', { jsonrpc: '2.0', id: 1, method: 'system.list_services' }), 403, 'forbidden');
});

test('a cookie alone needs a same-origin Origin for whatever changes something', async () => {
  const { token } = await stack.user('operator');
  const cookie = `lang=ru; p2pdash=${token}; theme=dark`;
  const page = stack.visitor;
  /** @param {Record<string, string>} headers */
  const clear = (headers) => page.post('/api/logs/clear', {}, { headers: { cookie, ...headers } });
  assert.equal((await page.get('/api/dashboard/stats', { headers: { cookie } })).status, 200);
  assert.equal((await clear({ origin: stack.url })).status, 200);
  assertRefused(await clear({}), 403, 'bad_origin');
  assertRefused(await clear({ origin: 'null' }), 403, 'bad_origin');
  assertRefused(await clear({ origin: 'http://evil.example' }), 403, 'bad_origin');
  assertRefused(await clear({ origin: `${stack.url}.evil.example` }), 403, 'bad_origin');
});

/** Many at once, so that every process of the pool is asked. @param {() => Promise<import('../lib/client.js').Answer>} ask */
const askAll = (ask) => Promise.all(Array.from({ length: 40 }, ask));

/** So that every process of the pool remembers the token. @param {import('../lib/client.js').Client} client */
async function makeKnown(client) {
  for (const answer of await askAll(() => client.get('/auth/me'))) assert.equal(answer.status, 200, answer.text);
}

/** Waits until no process takes the token any more. @param {() => Promise<import('../lib/client.js').Answer>} ask with it */
async function endsEverywhere(ask) {
  const ended = async () => (await askAll(ask)).every(({ status, json }) => status === 401 && json.code === 'token_revoked');
  await waitFor(ended, { what: 'the token to end' });
}

for (const path of ['/auth/logout', '/auth/revoke']) {
  test(`${path} ends the token everywhere, and no other`, async () => {
    const [one, other] = await Promise.all([stack.logIn('ada', 'correct horse'), stack.logIn('ada', 'correct horse')]);
    await makeKnown(one);
    const answer = await one.post(path);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, { success: true });
    assert.match(String(answer.headers['set-cookie']), /^p2pdash=; Path=\/; Max-Age=0/);
    await endsEverywhere(() => one.get('/auth/me'));
    assert.equal((await other.get('/auth/me')).status, 200);
  });
}

test('a changed or removed user has no sessions any more', async () => {
  await stack.createUser('carl', 'viewer', 'first password');
  let carl = await stack.logIn('carl', 'first password');
  const ask = () => carl.get('/auth/me');
  await makeKnown(carl);
  await stack.cli(['user', 'passwd', 'carl'], { input: 'second password\n' });
  await endsEverywhere(ask);
  carl = await stack.logIn('carl', 'second password');
  await makeKnown(carl);
  await stack.cli(['user', 'role', 'carl', '--role', 'operator']);
  await endsEverywhere(ask);
  carl = await stack.logIn('carl', 'second password');
  assert.equal((await carl.get('/auth/me')).json.role, 'operator');
  await makeKnown(carl);
  await stack.cli(['user', 'remove', 'carl']);
  await stack.createUser('carl', 'operator', 'second password');
  await endsEverywhere(ask); // a new user of that name does not wake old tokens
});

test('a user changes the own password: this session goes on with a new token, all others end', async () => {
  await stack.createUser('dora', 'viewer', 'first password');
  const [here, there] = await Promise.all([stack.logIn('dora', 'first password'), stack.logIn('dora', 'first password')]);
  await Promise.all([makeKnown(here), makeKnown(there)]);
  /** @param {import('../lib/client.js').Client} client @param {unknown} current_password @param {unknown} new_password */
  const change = (client, current_password, new_password) => client.post('/auth/password', { current_password, new_password });

  const wrong = await change(here, 'a guess', 'second password');
  assertRefused(wrong, 401, 'bad_credentials');
  assert.equal(wrong.json.error, 'the current password is wrong');
  assertRefused(await change(here, 'first password', 'short'), 422, 'invalid');
  assertRefused(await change(here, 'first password', undefined), 422, 'invalid');
  assertRefused(await change(stack.visitor, 'first password', 'second password'), 401, 'unauthorized');
  assertRefused(await change(await stack.worker('no-user'), 'first password', 'second password'), 403, 'forbidden');
  assert.equal((await here.get('/auth/me')).status, 200, 'a refusal ends nothing');

  const changed = await change(here, 'first password', 'second password');
  assert.equal(changed.status, 200, changed.text);
  const { access_token, ...rest } = changed.json;
  assert.deepEqual(rest, { token_type: 'bearer', expires_in: 43200, username: 'dora', role: 'viewer' });
  assert.match(String(changed.headers['set-cookie']), new RegExp(`^p2pdash=${access_token}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict`));
  await endsEverywhere(() => there.get('/auth/me'));
  await endsEverywhere(() => here.get('/auth/me'));
  await makeKnown(stack.visitor.as({ token: access_token }));
  await stack.logIn('dora', 'second password');
  assertRefused(await stack.visitor.post('/auth/login', { username: 'dora', password: 'first password' }), 401, 'bad_credentials');

  const { audit } = (await (await stack.user('admin')).get('/api/dashboard/audit?limit=1')).json;
  assert.deepEqual([audit[0].user, audit[0].action, audit[0].target], ['dora', 'user.password', 'dora']);
});

test('guessing the own password is limited as logins are', async () => {
  await stack.createUser('eve', 'viewer', 'first password');
  const eve = await stack.logIn('eve', 'first password');
  const guess = () => eve.post('/auth/password', { current_password: 'a guess', new_password: 'second password' });
  for (let i = 0; i < 10; i++) assertRefused(await guess(), 401, 'bad_credentials');
  const refused = await guess();
  assertRefused(refused, 429, 'too_many_requests');
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assertRefused(await stack.visitor.post('/auth/login', { username: 'eve', password: 'first password' }), 429, 'too_many_requests');
});

test("a revoked worker's token is refused everywhere", async () => {
  const worker = await stack.worker('revoked-worker');
  const ask = () => worker.post('/api/reporter/report', report('revoked-worker'));
  for (const answer of await askAll(ask)) assert.equal(answer.status, 200, answer.text);
  const id = claimsOf(worker.token).jti;
  assert.match(await stack.cli(['token', 'list']), new RegExp(`^${id}  revoked-worker `, 'm'));
  await stack.cli(['token', 'revoke', id]);
  await endsEverywhere(ask);
  assert.doesNotMatch(await stack.cli(['token', 'list']), new RegExp(id));
});

test('the command line refuses nonsense with a sentence and the right status', async () => {
  /** @type {[string[], string, number, RegExp][]} */
  const cases = [
    [['user', 'add', 'x y', '--role', 'viewer'], 'long password', 2, /user name/],
    [['user', 'add', 'new', '--role', 'worker'], 'long password', 2, /role must be/],
    [['user', 'add', 'new'], 'long password', 2, /--role must be given/],
    [['user', 'add', 'new', '--role', 'viewer'], 'short', 2, /password must be/],
    [['user', 'add', 'ada', '--role', 'viewer'], 'long password', 1, /already a user ada/],
    [['user', 'remove', 'ghost'], '', 1, /no user ghost/],
    [['user', 'fly'], '', 2, /user fly is not a command/],
    [['fly'], '', 2, /: fly is not a command/],
    [[], '', 2, /a command is missing/],
    [['user', 'list', '--redis', 'unix:/nonexistent'], '', 1, /no Redis answers at unix:\/nonexistent; P2PDASH_STATE_DIR or --redis says/],
    [['user', 'list', '--redis', 'redis://:secret@127.0.0.1:1'], '', 1, /no Redis answers at 127.0.0.1:1; --redis says/],
    [['user', 'remove'], '', 2, /needs a NAME/],
    [['token', 'create'], '', 2, /--node must be given/],
    [['token', 'create', '--node', 'a/b'], '', 2, /node id/],
    [['token', 'create', '--node', 'a', '--ttl', '1'], '', 2, /--ttl must be/],
    [['token', 'revoke', 'nothing'], '', 1, /no token nothing/],
    [['token', 'list', '--redis', 'unix:/nowhere'], '', 1, /store/],
  ];
  for (const [args, input, status, message] of cases) {
    await assert.rejects(stack.cli(args, { input: `${input}\n` }), (/** @type {any} */ error) => {
      assert.equal(error.code, status, `${args.join(' ')}: ${error.stderr}`);
      assert.match(error.stderr, message);
      return true;
    });
  }
});

test('the last admin cannot be removed or demoted', async () => {
  const admin = await stack.user('admin');
  for (const refused of [
    () => stack.cli(['user', 'remove', 'the-admin']),
    () => stack.cli(['user', 'role', 'the-admin', '--role', 'viewer']),
  ])
    await assert.rejects(refused(), (/** @type {any} */ error) => /last admin/.test(error.stderr));
  assertRefused(await admin.request('DELETE', '/api/admin/users/the-admin'), 409, 'conflict');
  assertRefused(await admin.request('PATCH', '/api/admin/users/the-admin', { body: { role: 'viewer' } }), 409, 'conflict');
  await stack.createUser('second', 'admin', 'another password');
  await stack.cli(['user', 'remove', 'second']);
  assert.equal((await admin.get('/auth/me')).status, 200);
});
