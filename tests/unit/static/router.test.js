// Goal: addresses name views and filters, and a login leads nowhere but back into the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parse, safeReturn, url, workerUrl } from '../../../static/js/router.js';

test('an_address_names_its_view', () => {
  const names = [
    '/dashboard',
    '/dashboard/',
    '/dashboard/workers',
    '/dashboard/workers/a.b',
    '/dashboard/admin/audit',
    '/dashboard/x/y/z',
  ];
  assert.deepEqual(
    names.map((path) => parse(path).name),
    ['overview', 'overview', 'workers', 'worker', 'admin', 'missing'],
  );
  assert.deepEqual(parse('/dashboard/workers/a%2Fb').params, { id: 'a/b' });
  assert.deepEqual(parse('/dashboard/workers/%zz').params, { id: '%zz' });
  assert.equal(parse('/dashboard/logs?level=ERROR&q=a+b').query.get('q'), 'a b');
});

test('empty_filters_are_left_out_of_the_address', () => {
  assert.equal(url('/logs', { q: '', level: 'ERROR', desc: false }), '/dashboard/logs?level=ERROR');
  assert.equal(workerUrl('a b/c'), '/dashboard/workers/a%20b%2Fc');
});

test('a_login_leads_back_into_the_page_only', () => {
  assert.equal(safeReturn('/dashboard/logs?q=x'), '/dashboard/logs?q=x');
  for (const evil of [
    null,
    '',
    'https://evil.example',
    '//evil.example',
    '/dashboard.evil',
    '/dashboardx',
    'javascript:alert(1)',
    '/api/logs',
  ]) {
    assert.equal(safeReturn(evil), '/dashboard', String(evil));
  }
});

test('below_a_path_of_a_proxy_every_address_has_that_path', async () => {
  const before = globalThis.document;
  // @ts-expect-error: only what the module reads
  globalThis.document = { documentElement: { dataset: { basePath: '/mon' } } };
  const basePath = await import(`../../../static/js/base-path.js?${Date.now()}`);
  globalThis.document = before;
  assert.equal(basePath.addressOf('/api/logs'), '/mon/api/logs');
});
