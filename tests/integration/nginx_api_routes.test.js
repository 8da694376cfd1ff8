// nginx repeats some facts of the API. This test compares them: the methods of each path (`Allow`), the pool that a call
// runs in, and the codes of errors, which docs/API.md lists. A route added to fcgi/api/routes.c without nginx's side fails here.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { ROOT, startStack } from '../lib/stack.js';

/** @param {string} path of a file of the repository */
const read = (path) => readFileSync(join(ROOT, path), 'utf8');

/** The rows of the API's table, each with a path that fits its pattern. */
const ROUTES = [...read('fcgi/api/routes.c').matchAll(/^\t\{METHOD_(\w+),\s*"([^"]+)",.*\b(POOL_\w+),/gm)].map(
  ([, method, pattern, pool]) => ({ method, path: pattern.replace(/\{\w+\}/, 'some-1'), pool }),
);
const PATHS = new Set(ROUTES.map(({ path }) => path));

/** What nginx answers by itself: status → code. Of these the API has no code, or another status. @type {Record<string, string>} */
const ONLY_NGINX = {
  408: 'request_timeout',
  414: 'too_large',
  431: 'too_large',
  502: 'backend_away',
  504: 'backend_timeout',
};

const stack = await startStack({ parts: ['redis', 'api', 'nginx'], workers: 2, waitWorkers: 2 });
const { visitor } = stack;

test('the_whole_table_is_read', () => {
  const rows = read('fcgi/api/routes.c').match(/^\t\{METHOD_/gm) ?? [];
  assert.ok(rows.length > 20);
  assert.equal(ROUTES.length, rows.length);
  assert.ok(ROUTES.some(({ pool }) => pool === 'POOL_WAITING'));
});

test('nginx_names_the_same_methods_as_the_api', async () => {
  for (const path of PATHS) {
    const methods = ROUTES.filter((route) => route.path === path).map(({ method }) => method);
    const table = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    // The API refuses PUT on every path; TRACE never gets past nginx.
    for (const method of ['PUT', 'TRACE']) {
      const { status, headers, json } = await visitor.request(method, `${path}?x=1`);
      assert.deepEqual([status, json.code, headers.allow], [405, 'method_not_allowed', table], `${method} ${path}`);
    }
  }
});

test('every_call_gets_to_a_pool_that_takes_it', async () => {
  for (const { method, path } of ROUTES) {
    const { status, json } = await visitor.request(method, path);
    // Nobody is logged in, so the API refuses all but what is open. It answers 500 if nginx chose the wrong pool.
    const expected = { '/health': 200, '/auth/login': 415 }[path] ?? 401;
    assert.equal(status, expected, `${method} ${path}: ${JSON.stringify(json)}`);
  }
});

test('errors_of_nginx_have_the_codes_of_the_api', () => {
  const codes = [...read('common/err.c').matchAll(/^\t\[ERR_\w+\] = \{(\d+), "(\w+)"\}/gm)];
  assert.ok(codes.length > 20);
  for (const file of readdirSync(join(ROOT, 'nginx/errors'))) {
    const status = file.replace('.json', '');
    const { success, error, code } = JSON.parse(read(`nginx/errors/${file}`));
    assert.deepEqual([success, typeof error], [false, 'string'], file);
    const known = codes.some(([, number, name]) => number === status && name === code);
    assert.ok(known !== (ONLY_NGINX[status] === code), `${file}: ${code}`);
  }
});

test('every_error_of_nginx_is_documented', () => {
  const rows = [...read('docs/API.md').matchAll(/^\| (4\d\d|5\d\d)(.*)$/gm)].map(([row]) => row);
  for (const file of readdirSync(join(ROOT, 'nginx/errors'))) {
    const { code } = JSON.parse(read(`nginx/errors/${file}`));
    const documented = rows.some((row) => row.split('|')[1].includes(file.replace('.json', '')) && row.includes(`\`${code}\``));
    assert.ok(documented, `${file}: ${code}`);
  }
});

test('every_error_of_nginx_has_its_file', () => {
  const used = [...read('nginx/server/errors.conf').matchAll(/^error_page .*\/errors\/(\d+\.json);/gm)].map(([, file]) => file);
  assert.deepEqual([...new Set(used)].sort(), readdirSync(join(ROOT, 'nginx/errors')).sort());
});
