// nginx alone, its programs away: what it serves, refuses and says by itself. Paths that try to leave a folder find
// nothing, errors under the API are JSON in the contract's form, files have types, caching and the strict policy.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';

import { ROOT, startStack } from '../lib/stack.js';

const stack = await startStack({ parts: ['nginx'] });
const visitor = stack.visitor;

test('the_root_leads_to_the_dashboard_by_path_alone', async () => {
  const answer = await visitor.get('/');
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.location, '/dashboard');
});

test('an_api_that_is_away_is_a_json_error_with_retry_after', async () => {
  for (const path of ['/api/dashboard/metrics', '/auth/me', '/rpc', '/metrics', '/ws/dashboard', '/api/reporter/commands']) {
    const answer = await visitor.get(path);
    assert.equal(answer.status, 502, path);
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/, path);
    assert.deepEqual([answer.json.success, answer.json.code], [false, 'backend_away'], path);
    assert.equal(answer.headers['retry-after'], '2', path);
  }
});

test('health_is_told_in_its_own_form_while_the_api_is_away', async () => {
  const { status, json, headers } = await visitor.get('/health');
  assert.equal(status, 503);
  assert.deepEqual([json.status, json.redis], ['degraded', false]);
  assert.match(json.version, /^\d+\.\d+\.\d+$/);
  assert.equal(headers['retry-after'], '2');
  assert.match(headers['content-type'] ?? '', /^application\/json/);
});

test('a_body_above_one_mebibyte_is_413_in_json', async () => {
  const answer = await visitor.post('/api/reporter/report', Buffer.alloc(2 << 20, 0x20));
  assert.equal(answer.status, 413);
  assert.equal(answer.json.code, 'too_large');
});

test('an_endless_address_is_414_in_json', async () => {
  const answer = await visitor.get(`/api/dashboard/history/${'x'.repeat(20_000)}`);
  assert.equal(answer.status, 414);
  assert.equal(answer.json.code, 'too_large');
});

test('no_path_leaves_the_served_folders', async () => {
  const paths = [
    '/dashboard..', '/dashboard../jwt-secret', '/static../jwt-secret', '/static..%2fjwt-secret',
    '/static/../jwt-secret', '/static/%2e%2e/jwt-secret', '/static/vendor../nginx.conf', '/static/vendor/../../package.json',
    '/static/..%2f..%2fetc/passwd', '/errors/502.json', '/jwt-secret', '/.git/config', '/static/vendor/', '/static',
  ];
  for (const path of paths) {
    const answer = await visitor.get(path);
    assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
    assert.equal(answer.json.success, false, path);
  }
});

test('every_view_of_the_page_is_the_one_document', async () => {
  const index = readFileSync(join(ROOT, 'static/index.html'), 'utf8');
  for (const path of ['/dashboard', '/dashboard/', '/dashboard/workers/worker-001', '/dashboard/logs?level=ERROR']) {
    const answer = await visitor.get(path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(answer.text, index, path);
  }
});

test('every_answer_carries_the_strict_policy', async () => {
  for (const path of ['/dashboard', '/nothing', '/api/dashboard/metrics', '/static/index.html']) {
    const { headers } = await visitor.get(path);
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self';/, path);
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/, path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['referrer-policy'], 'same-origin', path);
    assert.equal(headers.server, 'nginx', path);
  }
});

test('our_own_files_are_revalidated_and_unchanged_ones_cost_a_304', async () => {
  const first = await visitor.get('/static/index.html');
  assert.equal(first.headers['cache-control'], 'no-cache');
  const again = await visitor.get('/static/index.html', { headers: { 'if-none-match': String(first.headers.etag) } });
  assert.equal(again.status, 304);
});

test('a_file_cannot_be_written_to', async () => {
  const answer = await visitor.post('/static/index.html', {});
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.allow, 'GET, HEAD');
  assert.equal(answer.json.code, 'method_not_allowed');
});

/** What comes back for these very bytes. @param {string} request @returns {Promise<{ status: number, headers: string, json: any }>} */
function raw(request) {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(stack.port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (part) => (text += part)).once('error', reject);
    socket.once('close', () => {
      const [headers, body] = text.split('\r\n\r\n');
      resolve({ status: Number(text.split(' ')[1]), headers, json: body ? JSON.parse(body) : null });
    });
  });
}

test('what_is_no_proper_request_is_refused_in_json', async () => {
  const cases = /** @type {const} */ ([
    [`GET /api/x HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'too_large'],
    ['POST /rpc HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: foo\r\n\r\n', 400, 'malformed'],
    ['GET /api/x HTTP/2.0\r\nHost: x\r\n\r\n', 400, 'malformed'],
    ['GET /api HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, 'not_found'],
    ['POST /auth HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, 'not_found'],
    ['GET /ws/dashboard HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n', 400, 'malformed'],
  ]);
  for (const [request, status, code] of cases) {
    const answer = await raw(request);
    const what = request.slice(0, 60);
    assert.deepEqual([answer.status, answer.json.success, answer.json.code], [status, false, code], what);
    assert.match(answer.headers, /^content-type: application\/json/im, what);
  }
});

test('a_method_that_is_not_taken_is_405_with_those_that_are', async () => {
  const cases = /** @type {const} */ ([
    ['FOO', '/api/reporter/commands?x=1', 'GET'], ['HEAD', '/api/reporter/commands', 'GET'], ['POST', '/ws/dashboard', 'GET'],
    ['TRACE', '/rpc', 'POST'], ['TRACE', '/auth/login', 'POST'], ['TRACE', '/api/logs/clear', 'POST'],
    ['TRACE', '/api/dashboard/control-service', 'POST'], ['TRACE', '/api/dashboard/metrics', 'GET, HEAD'],
  ]);
  for (const [method, path, allow] of cases) {
    const { status, headers } = await raw(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.deepEqual([status, /^allow: (.*)$/im.exec(headers)?.[1]], [405, allow], `${method} ${path}`);
  }
});
