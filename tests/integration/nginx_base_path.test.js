// Below a path of a proxy, https://host/mon/: pages, assets, calls, redirects, the cookie, sockets and streams, whether
// the proxy passes the path on or strips it; and what cannot be such a path.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { startProxy } from '../lib/proxy.js';
import { DashboardSocket, ROOT, startStack, waitFor } from '../lib/stack.js';

const BASE = '/tools/mon.1';
const stack = await startStack({ env: { P2PDASH_BASE_PATH: `${BASE}/`, P2PDASH_TRUSTED_PROXY: '127.0.0.1' } });
await stack.createUser('ada', 'operator', 'correct horse');

for (const strips of [false, true]) {
  const kind = strips ? 'that_strips_it' : 'that_passes_it_on';
  const proxy = await startProxy(stack, { path: BASE, strips });
  const get = (/** @type {string} */ path) => proxy.client.get(BASE + path);

  test(`below_a_path_of_a_proxy_${kind}_redirects_and_the_document_name_the_path`, async () => {
    assert.equal((await get('/')).headers.location, `${BASE}/dashboard`);
    assert.equal((await get('/favicon.ico')).headers.location, `${BASE}/static/favicon.svg`);
    for (const path of ['/dashboard', '/dashboard/workers/a%20b?x=1']) {
      const { status, text, headers } = await get(path);
      assert.equal(status, 200, path);
      assert.match(text, / data-base-path="\/tools\/mon\.1"/);
      const named = [...text.matchAll(/(?:href|src)="(\/[^"#]*)"/g)].map(([, address]) => address);
      assert.ok(named.length > 20);
      for (const address of named) assert.ok(address.startsWith(`${BASE}/static/`), address);
      assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self';.*base-uri 'none'/);
    }
    const { text } = await get('/dashboard');
    for (const [, address] of text.matchAll(/(?:href|src)="(\/[^"#]*)"/g)) {
      assert.equal((await proxy.client.get(address)).status, 200, address);
    }
  });

  test(`below_a_path_of_a_proxy_${kind}_calls_and_the_cookie_work`, async () => {
    const login = await proxy.client.post(`${BASE}/auth/login`, { username: 'ada', password: 'correct horse' });
    assert.equal(login.status, 200, login.text);
    const [cookie] = login.headers['set-cookie'] ?? [];
    assert.match(cookie, /; Path=\/tools\/mon\.1;/);
    const session = proxy.client.as({ cookie: cookie.split(';')[0] });
    assert.equal((await session.get(`${BASE}/api/logs?q=a%2Fb&limit=1`)).status, 200);
    assert.equal((await session.get(`${BASE}/api/dashboard/history/nobody`)).json.code, 'unknown_node');
    assert.equal((await session.get(`${BASE}/metrics`)).status, 200);
    assert.equal((await get('/api/nothing')).status, 404);
    const wrong = await get('/auth/login');
    assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'POST']);
    const logout = await session.post(`${BASE}/auth/logout`, {});
    assert.match(String(logout.headers['set-cookie']), /p2pdash=; Path=\/tools\/mon\.1; Max-Age=0/);
  });

  test(`below_a_path_of_a_proxy_${kind}_sockets_and_workers_work`, async () => {
    const viewer = await stack.user('viewer');
    const socket = await DashboardSocket.open(`${proxy.url.replace('http', 'ws')}${BASE}/ws/dashboard?mode=delta`, viewer.identity());
    await socket.next('snapshot');
    socket.close();
    const node = `worker-${strips}`;
    const reporter = await stack.startReporter(node, { settings: { coordinator: `${proxy.url}${BASE}/` } });
    const operator = await stack.user('operator');
    const ask = { jsonrpc: '2.0', id: 1, method: 'metrics_reporter.get_stats', params: { worker_id: node } };
    const { result } = await waitFor(
      async () => {
        const { json } = await operator.post('/rpc', ask);
        return json.result && json;
      },
      { what: 'an answer over the command stream' },
    );
    assert.equal(result.last_report_status, 'success');
    await reporter.daemon.stop();
  });
}

test('the_path_itself_leads_to_the_page_and_what_only_begins_like_it_is_not_ours', async () => {
  assert.equal((await stack.visitor.get(BASE)).headers.location, `${BASE}/dashboard`);
  for (const path of [`${BASE}x/dashboard`, '/tools/mon21/dashboard', `${BASE}${BASE}/dashboard`, '/tools/', `${BASE}/errors/503.json`]) {
    assert.equal((await stack.visitor.get(path)).status, 404, path);
  }
});

test('without_the_setting_the_document_is_the_file', async () => {
  const plain = await startStack({ parts: ['nginx'] });
  assert.equal((await plain.visitor.get('/dashboard')).text, readFileSync(join(ROOT, 'static/index.html'), 'utf8'));
});

test('what_cannot_be_such_a_path_is_refused_with_a_sentence', () => {
  /** @type {[string, RegExp][]} */
  const cases = [
    ['mon', /P2PDASH_BASE_PATH must be a path such as \/mon, .* it is mon/],
    ['/a b', /must be a path/],
    ['/a;b', /must be a path/],
    ['/a//b', /must be a path/],
    ['/a/../b', /must be a path/],
    ['/a\n/b', /must be a path/],
    ['/$uri', /must be a path/],
    ['https://host/mon', /must be a path/],
    ['/api', /the dashboard has addresses of its own below \/api/],
    ['/static/mon/', /addresses of its own/],
  ];
  for (const [path, message] of cases) {
    const { status, stderr } = spawnSync(join(ROOT, 'scripts/nginx-config.sh'), [join(stack.folder, 'refused')], {
      env: { ...process.env, ...stack.env, P2PDASH_BASE_PATH: path },
      encoding: 'utf8',
    });
    assert.equal(status, 2, path);
    assert.match(stderr, message);
  }
});
