// The same stack behind TLS: page, API and WebSocket by HTTPS only, and whoever types http:// is sent there.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import { join } from 'node:path';
import test from 'node:test';

import { startStack, temporaryFolder } from '../lib/stack.js';

const folder = temporaryFolder();
const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
execFileSync('openssl', [
  'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
  '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert,
], { stdio: 'pipe' });
const ca = readFileSync(cert, 'utf8');

const stack = await startStack({ env: { P2PDASH_TLS_CERT: cert, P2PDASH_TLS_KEY: key }, ca });

test('the_page_asks_browsers_to_come_by_https_only', async () => {
  const { status, headers } = await stack.visitor.get('/dashboard');
  assert.equal(status, 200);
  assert.match(String(headers['strict-transport-security']), /^max-age=31536000/);
  assert.match(String(headers['content-security-policy']), /^default-src 'none'/);
});

test('the_session_cookie_is_secure', async () => {
  await stack.createUser('somebody', 'viewer', 'a pass phrase 1');
  const { headers } = await stack.visitor.post('/auth/login', { username: 'somebody', password: 'a pass phrase 1' });
  assert.match(String(headers['set-cookie']), /; Secure/);
});

test('what_stands_at_http_is_another_site', async () => {
  const { token } = await stack.user('operator');
  const clear = (/** @type {string} */ origin) =>
    stack.visitor.post('/api/logs/clear', {}, { headers: { cookie: `p2pdash=${token}`, origin } });
  assert.equal((await clear(stack.url)).status, 200);
  const refused = await clear(stack.url.replace('https:', 'http:'));
  assert.deepEqual([refused.status, refused.json.code], [403, 'bad_origin']);
});

test('the_websocket_works_through_tls', async () => {
  const socket = await stack.webSocket(await stack.user('viewer'));
  assert.ok((await socket.next('initial')).data.metrics);
  await socket.close();
});

test('http_2_is_spoken', async () => {
  const session = http2.connect(stack.url, { ca });
  const status = await new Promise((resolve, reject) => {
    session.once('error', reject);
    session.request({ ':path': '/health' }).once('response', (headers) => resolve(headers[':status'])).once('error', reject);
  });
  session.close();
  assert.equal(status, 200);
});

test('plain_http_at_the_same_port_leads_to_https', async () => {
  const response = await new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port: stack.port, path: '/dashboard/logs', agent: false }, resolve).once('error', reject);
  });
  response.resume();
  assert.equal(response.statusCode, 308);
  assert.equal(response.headers.location, `${stack.url}/dashboard/logs`);
});
