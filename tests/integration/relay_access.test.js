// Goal: nobody is let in whom the API would refuse, each refusal is an HTTP answer of the contract, and a connection
// ends when its token or its user does, long before the token itself says so.

import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';

import { Client } from '../lib/client.js';
import { startRelay } from '../lib/relay.js';
import { settles, waitFor } from '../lib/wait.js';

const rig = await startRelay();

const bearer = (/** @type {string} */ token) => ({ authorization: `Bearer ${token}` });
const now = () => Math.floor(Date.now() / 1000);

/** @param {Promise<unknown>} opening @param {number} status @param {string} code */
async function refused(opening, status, code) {
  const error = await opening.then(
    () => assert.fail('was let in'),
    (/** @type {any} */ error) => error,
  );
  assert.equal(error.status, status, String(error));
  const body = JSON.parse(error.text);
  assert.equal(body.success, false);
  assert.equal(body.code, code);
  assert.ok(body.error.length > 10);
}

/** @param {Promise<{ status: number, text: string }>} opening @param {number} status @param {string} code */
async function streamRefused(opening, status, code) {
  const answer = await opening;
  assert.equal(answer.status, status);
  assert.equal(JSON.parse(answer.text).code, code);
}

/** A token whose middle was changed after it was signed. @param {string} token */
function altered(token) {
  const [head, body, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  return [head, Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url'), signature].join('.');
}

test('a_websocket_needs_a_valid_token_of_a_viewer_or_more', async () => {
  await refused(rig.socket({ headers: {} }), 401, 'unauthorized');
  await refused(rig.socket({ headers: bearer('nonsense') }), 401, 'unauthorized');
  await refused(rig.socket({ headers: bearer('x'.repeat(3000)) }), 401, 'unauthorized');
  await refused(rig.socket({ headers: bearer(altered(rig.token())) }), 401, 'unauthorized');
  await refused(rig.socket({ headers: bearer(rig.token({ exp: now() - 1 })) }), 401, 'token_expired');
  await refused(rig.socket({ headers: bearer(rig.token({ sub: 'nobody' })) }), 401, 'token_revoked');
  await refused(rig.socket({ headers: bearer(rig.token({ gen: 2 })) }), 401, 'token_revoked');
  await refused(rig.socket({ headers: bearer(await rig.workerToken('worker-1')) }), 403, 'forbidden');
  for (const role of ['viewer', 'operator', 'admin']) {
    const socket = await rig.socket({ headers: bearer(rig.token({ role })) });
    await socket.close();
  }
});

test('a_stream_needs_a_workers_token', async () => {
  await streamRefused(rig.commands('worker-1', {}), 401, 'unauthorized');
  await streamRefused(rig.commands('worker-1', bearer(rig.token({ role: 'admin' }))), 403, 'forbidden');
  await streamRefused(rig.commands('worker-1', bearer(altered(await rig.workerToken('worker-1')))), 401, 'unauthorized');
  const { status, stream } = await rig.commands('worker-1');
  assert.equal(status, 200);
  assert.equal(stream?.response.headers['content-type'], 'text/event-stream');
  stream?.close();
});

test('a_cookie_is_taken_from_the_dashboards_own_origin_only', async () => {
  const cookie = `theme=dark; p2pdash=${rig.token()}; lang=en`;
  const host = 'coordinator.example:8080';
  await refused(rig.socket({ headers: { cookie, host } }), 403, 'bad_origin');
  await refused(rig.socket({ headers: { cookie, host, origin: 'null' } }), 403, 'bad_origin');
  await refused(rig.socket({ headers: { cookie, host, origin: 'https://evil.example' } }), 403, 'bad_origin');
  await refused(rig.socket({ headers: { cookie, host, origin: `https://evil.example/${host}` } }), 403, 'bad_origin');
  await refused(rig.socket({ headers: { cookie: `xp2pdash=${rig.token()}`, host, origin: `https://${host}` } }), 401, 'unauthorized');
  const socket = await rig.socket({ headers: { cookie, host, origin: `https://${host}` } });
  await socket.next('initial');
  await socket.close();
});

test('what_is_not_there_is_refused_in_the_contracts_form', async () => {
  const client = new Client('http://relay', { token: rig.token(), socketPath: rig.path });
  for (const [method, path, status, code] of /** @type {[string, string, number, string][]} */ ([
    ['GET', '/', 404, 'not_found'],
    ['GET', '/ws/dashboard/', 404, 'not_found'],
    ['GET', `/${'x'.repeat(2000)}`, 404, 'not_found'],
    ['POST', '/ws/dashboard', 405, 'method_not_allowed'],
    ['DELETE', '/api/reporter/commands', 405, 'method_not_allowed'],
    ['GET', '/ws/dashboard', 400, 'malformed'],
  ])) {
    const answer = await client.request(method, path);
    assert.equal(answer.status, status, path);
    assert.equal(answer.json.code, code);
    assert.equal(answer.headers['content-type'], 'application/json');
    if (status === 405) assert.equal(answer.headers.allow, 'GET');
  }
  await refused(rig.socket({ path: '/nothing' }), 404, 'not_found');
  await refused(rig.socket({ path: '/api/reporter/commands' }), 400, 'malformed');
});

/** Each way a session can end: what to publish, who connects, and the close frame's reason. */
const endings = {
  token_revoked: { claims: { jti: 'a'.repeat(32) }, publish: `token ${'a'.repeat(32)}` },
  user_changed: { claims: { sub: 'bob', gen: 3 }, publish: 'user bob 4', user: 'user bob 3' },
  user_removed: { claims: { sub: 'carol', gen: 1 }, publish: 'user carol 0', user: 'user carol 1', reason: 'user_changed' },
};

for (const [name, ending] of Object.entries(endings)) {
  test(`a_connection_ends_when_${name}`, async () => {
    if ('user' in ending) await rig.publish('revoked', ending.user);
    const socket = await rig.socket({ headers: bearer(rig.token(ending.claims)) });
    await socket.next('initial');
    await rig.publish('revoked', ending.publish);
    const { code, reason } = await settles(socket.closed, { what: 'the connection to end' });
    assert.equal(code, 4401);
    assert.equal(reason, 'reason' in ending ? ending.reason : name);
    await refused(rig.socket({ headers: bearer(rig.token(ending.claims)) }), 401, 'token_revoked');
  });
}

test('a_connection_ends_when_its_token_expires', async () => {
  const exp = now() + 5;
  const socket = await rig.socket({ headers: bearer(rig.token({ exp })) });
  const { stream } = await rig.commands('worker-2', undefined, { exp });
  const { code, reason } = await settles(socket.closed, { what: 'the connection to end' });
  assert.deepEqual([code, reason], [4401, 'token_expired']);
  assert.ok(Date.now() >= exp * 1000);
  await waitFor(() => stream?.ended, { what: 'the stream to end' });
});

test('connections_that_ask_nothing_are_not_kept', async () => {
  const client = new Client('http://relay', { socketPath: rig.path });
  const agent = new Agent({ keepAlive: true });
  assert.equal((await client.get('/', { agent })).status, 404);
  await rig.relayHolds(0);
});

test('a_session_ends_though_its_client_does_not_read', async () => {
  const jti = 'b'.repeat(32);
  const slow = await rig.socket({ headers: bearer(rig.token({ jti })) });
  const reader = await rig.socket();
  slow.socket.pause();
  for (let i = 0; i < 4; i++) {
    await rig.log('worker-1', [...Array.from({ length: 50 }, () => 'x'.repeat(60_000)), `end ${i}`]);
    // More than one of these waiting would be too many for the reader's queue.
    await reader.next((m) => m.type === 'new_logs' && m.logs.at(-1).message === `end ${i}`);
  }
  await rig.publish('revoked', `token ${jti}`);
  await rig.relayHolds(1);
  slow.socket.terminate();
  await reader.close();
});

test('a_workers_token_that_redis_does_not_know_is_refused', async () => {
  const unknown = rig.token({ sub: 'worker-1', role: 'worker', gen: 0 });
  await streamRefused(rig.commands('worker-1', bearer(unknown)), 401, 'token_revoked');
});

test('what_was_revoked_before_the_relay_started_is_known', async () => {
  const jti = 'c'.repeat(32);
  const begun = rig.relay.log().split('sync: loaded').length;
  await rig.redis.command('SET', `p2pdash:revoked:${jti}`, '1', 'EX', 60);
  for (let i = 0; i < 3000; i++) rig.redis.command('SET', `p2pdash:other:${i}`, 'x');
  await rig.redis.command('HSET', 'p2pdash:users', 'dave', JSON.stringify({ role: 'viewer', generation: 5 }));
  await rig.relay.restart();
  await rig.loaded(begun);
  await refused(rig.socket({ headers: bearer(rig.token({ jti })) }), 401, 'token_revoked');
  await refused(rig.socket({ headers: bearer(rig.token({ sub: 'dave', gen: 4 })) }), 401, 'token_revoked');
  const socket = await rig.socket({ headers: bearer(rig.token({ sub: 'dave', gen: 5 })) });
  await socket.close();
});
