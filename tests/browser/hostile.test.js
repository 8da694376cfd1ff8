// Goal: everything a worker sends is shown as text. None of it runs as code, and none of it breaks the layout.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Browser, live } from '../lib/browser.js';
import { startStack } from '../lib/stack.js';
import { SimulatedWorker } from '../load/simulator.js';

const MARKUP = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';
const BACKWARDS = '\u202Egnp.\u202C\u2067txt.exe\u2069';
const LONG = 'x'.repeat(10_000);
const HOSTILE = [MARKUP, BACKWARDS, LONG, '{{7*7}} ${7*7} %s \u0000\u001b[31m', '"><svg/onload=alert(1)>'];

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);

// An id of the greatest length, without a place to break.
const NODE = 'w'.repeat(64);
const worker = new SimulatedWorker(NODE, await stack.worker(NODE));
const report = worker.report(30);
const certificate = (/** @type {string} */ subject, /** @type {number} */ index) => ({
  path: `/etc/ssl/${subject.slice(0, 500)}.pem`,
  subject: subject.slice(0, 4000),
  issuer: subject.slice(0, 4000),
  serial: String(index),
  not_before: '2025-01-01T00:00:00.000Z',
  not_after: '2025-02-01T00:00:00.000Z',
  days_left: -1,
  sans: [subject.slice(0, 1000)],
  fingerprint_sha256: `AA:${index}`,
  key: subject.slice(0, 100),
});
const answer = await worker.client.post('/api/reporter/report', {
  ...report,
  services: {
    'a@b:c\\x2d.service': {
      status: 'error',
      installed: true,
      description: MARKUP,
      driver: BACKWARDS,
      uptime: 1,
      actions: ['start'],
    },
    ['s'.repeat(128)]: {
      status: 'running',
      installed: true,
      description: LONG.slice(0, 250),
      driver: 'exec',
      uptime: 1,
      actions: [],
    },
  },
  certificates: [MARKUP, BACKWARDS, 'C'.repeat(250)].map(certificate),
});
assert.equal(answer.status, 200, answer.text);
const logged = await worker.client.post('/api/reporter/logs', {
  node_id: NODE,
  batch: 'hostile',
  logs: HOSTILE.map((text) => ({
    timestamp: new Date().toISOString(),
    level: 'ERROR',
    logger_name: text.slice(0, 200),
    message: text,
    module: text.slice(0, 200),
    funcName: text.slice(0, 200),
    lineno: 1,
  })),
});
assert.equal(logged.status, 200, logged.text);

afterEach(() => browser.assertFaultless());

/** @param {import('playwright-core').Page} page @param {string} where */
async function assertHarmless(page, where) {
  assert.notEqual(await page.title(), 'owned', where);
  const found = await page.evaluate(() => ({
    made: document.querySelectorAll('#app img, #app script, #app svg[onload], #toasts img').length,
    excess: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  assert.deepEqual(found, { made: 0, excess: 0 }, where);
}

for (const viewport of [
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
]) {
  test(`hostile_data_is_text_at_${viewport.width}`, async () => {
    const page = await browser.open({ role: 'operator', viewport });
    /** @type {[path: string, shown: string][]} */
    const views = [
      ['', '.attention-details'],
      ['/workers', `.worker-name:text-is("${NODE}")`],
      [`/workers/${NODE}`, '.certificate-list li >> nth=2'],
      ['/services', '.service-row >> text=onerror'],
      ['/logs', '.log-line >> nth=4'],
      ['/certificates', '.certificate-row >> nth=2'],
    ];
    for (const [path, shown] of views) {
      await page.goto(`${stack.url}/dashboard${path}`);
      await live(page);
      await page.locator(shown).first().waitFor();
      await assertHarmless(page, `${path} at ${viewport.width}`);
    }
    await page.context().close();
  });
}

test('hostile_lines_open_wrap_and_are_searched_as_text', async () => {
  const page = await browser.open({ path: '/dashboard/logs' });
  await page.locator('.log-line').nth(4).waitFor();
  assert.ok((await page.locator('.log-message').allInnerTexts()).some((text) => text === MARKUP));
  await page.click('[data-action=wrap]');
  await assertHarmless(page, 'wrapped');
  await page
    .locator('.log-line', { hasText: LONG.slice(0, 100) })
    .locator('[data-action=expand]')
    .click();
  await page.locator('.log-line', { hasText: MARKUP }).locator('[data-action=expand]').click();
  await page.locator('.log-details').nth(1).waitFor();
  await assertHarmless(page, 'opened');
  await page.fill('[data-search]', '<img src=x');
  await page.locator('mark', { hasText: '<img src=x' }).first().waitFor();
  await assertHarmless(page, 'highlighted');
  await page.context().close();
});

test('names_are_refused_that_are_not_names', async () => {
  const admin = await stack.user('admin');
  for (const name of HOSTILE) {
    const { status: refusal } = await admin.post('/api/admin/tokens', { node_id: name });
    assert.ok([413, 422].includes(refusal), `a worker ${name.slice(0, 40)}: ${refusal}`);
    const services = { [name]: { status: 'running', installed: true, description: '', driver: 'exec', uptime: 1 } };
    const { status, text } = await worker.client.post('/api/reporter/report', { ...report, services });
    assert.equal(status, 422, `a service ${name.slice(0, 40)}: ${text}`);
  }
});

test('hostile_addresses_show_a_view_and_nothing_more', async () => {
  const page = await browser.open();
  for (const path of [
    `/workers/${encodeURIComponent(MARKUP)}`,
    `/logs?q=${encodeURIComponent(MARKUP)}&level=${encodeURIComponent(MARKUP)}`,
    '/workers/%E0%A4%A',
  ]) {
    await page.goto(`${stack.url}/dashboard${path}`);
    if (await page.locator('#app').count()) await assertHarmless(page, path);
  }
  await page.context().close();
});
