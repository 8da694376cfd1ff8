// Goal: below a path of a proxy the page works as at the root of its host: login, every tab, a reload of a deep link,
// live data, charts, logout. Nothing is asked for outside of that path.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Browser, live } from '../lib/browser.js';
import { startProxy } from '../lib/proxy.js';
import { report } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';

const BASE = '/mon';
const stack = await startStack({ workers: 4, waitWorkers: 2, env: { P2PDASH_BASE_PATH: BASE, P2PDASH_TRUSTED_PROXY: '127.0.0.1' } });
await stack.createUser('kate', 'admin', 'a pass phrase 1');
const worker = await stack.worker('worker-001');
for (let i = 0; i < 3; i++) assert.equal((await worker.post('/api/reporter/report', report('worker-001'))).status, 200);

afterEach(() => browsers.forEach((browser) => browser.assertFaultless()));

/** @type {Browser[]} */
const browsers = [];

for (const strips of [false, true]) {
  test(`the_page_works_below_a_path_of_a_proxy_that_${strips ? 'strips_it' : 'passes_it_on'}`, async () => {
    const { url } = await startProxy(stack, { path: BASE, strips });
    const browser = await Browser.start(Object.assign(Object.create(stack), { url }));
    browsers.push(browser);
    const page = await browser.open({ role: null, path: `${BASE}/dashboard/logs?level=ERROR` });
    /** @type {string[]} */
    const outside = [];
    page.on('request', (request) => {
      const { pathname, protocol } = new URL(request.url());
      if (protocol === 'http:' && !pathname.startsWith(`${BASE}/`)) outside.push(request.url());
    });
    await page.fill('#username', 'kate');
    await page.fill('#password', 'a pass phrase 1');
    await page.click('button[type=submit]');
    await live(page);
    await page.waitForURL(`${url}${BASE}/dashboard/logs?level=ERROR`);
    assert.deepEqual((await page.context().cookies()).map(({ name, path }) => [name, path]), [['p2pdash', BASE]]);

    const tabs = await page.locator('nav a[href]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    assert.ok(tabs.length >= 6, tabs.join());
    for (const tab of tabs) {
      assert.ok(tab?.startsWith(`${BASE}/dashboard`), String(tab));
      await page.locator(`nav a[href="${tab}"]`).first().click();
      await page.waitForURL(`${url}${tab}**`);
      await page.locator('main h1').first().waitFor();
    }

    await page.goto(`${url}${BASE}/dashboard/workers/worker-001`);
    await page.reload();
    await live(page);
    await waitFor(async () => Number(await page.locator('canvas').first().getAttribute('data-points')) >= 3, { what: 'the chart' });
    const icons = await page.locator('use').evaluateAll((uses) => uses.map((use) => use.getAttribute('href') ?? ''));
    assert.ok(icons.length > 0 && icons.every((icon) => icon.startsWith(`${BASE}/static/vendor/icons.svg#`)), icons.join());

    await page.click('.account-button');
    await page.click('[data-action=logout]');
    await page.locator('#username').waitFor();
    assert.deepEqual(await page.context().cookies(), []);
    assert.deepEqual(outside, []);
    await page.context().close();
  });
}
