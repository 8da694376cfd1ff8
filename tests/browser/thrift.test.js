// Goal: the page does no needless work: it fetches little, uses rows again when scrolled, and updates only what changed.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';

import { Browser } from '../lib/browser.js';
import { startStack, waitFor } from '../lib/stack.js';
import { Simulator, tokensFrom } from '../load/simulator.js';

const WEIGHS_AT_MOST = 250_000;

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);
const simulator = new Simulator({
  url: stack.url,
  tokenOf: tokensFrom(await stack.user('admin')),
  workers: 200,
  interval: 300,
  spread: 0,
});
await simulator.start();
after(() => simulator.stop());

afterEach(() => browser.assertFaultless());

/** Scrolls so far that no row stays in view. @param {import('playwright-core').Page} page @param {string} last text of the last row */
async function scrollToTheEnd(page, last) {
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.locator('.virtual [role=row]', { hasText: last }).first().waitFor();
}

test('the_whole_page_weighs_less_than_250_kB', async () => {
  const page = await browser.open({ role: 'admin' });
  for (const tab of ['/workers', '/services', '/logs', '/certificates', '/admin']) {
    await page.click(`nav a[href="/dashboard${tab}"]`);
    await page.waitForURL(`**${tab}`);
  }
  const sizes = () =>
    page.evaluate(() =>
      /** @type {PerformanceResourceTiming[]} */ ([
        ...performance.getEntriesByType('navigation'),
        ...performance.getEntriesByType('resource'),
      ])
        .filter(({ name }) => /^\/(static|dashboard)/.test(new URL(name).pathname))
        .map(({ name, encodedBodySize }) => /** @type {[string, number]} */ ([new URL(name).pathname, encodedBodySize])),
    );
  const fetched = await waitFor(
    async () => {
      const all = await sizes();
      const chart = all.some(([path, size]) => path.includes('chart') && size > 10_000);
      return chart && all.some(([path]) => path.endsWith('/admin.js')) && all;
    },
    { what: 'the last view, and the charts' },
  );
  const weight = fetched.reduce((sum, [, size]) => sum + size, 0);
  assert.ok(weight < WEIGHS_AT_MOST, `${weight} bytes: ${fetched.join(' ')}`);
  await page.context().close();
});

test('one_report_changes_one_row', async () => {
  const page = await browser.open({ path: '/dashboard/workers' });
  const bare = page.locator('.worker-row:not(.table-head):not(:has(.sparkline-line[points]))');
  await page.locator('.worker-row .sparkline-line[points]').nth(8).waitFor({ state: 'attached' });
  await waitFor(async () => (await bare.count()) === 0, { what: 'every row to have its curve' });
  await page.evaluate(() => {
    const changed = /** @type {Set<string>} */ (new Set());
    Object.assign(window, { changed });
    const rowOf = (/** @type {Node} */ node) => (node instanceof Element ? node : node.parentElement)?.closest('.worker-row');
    new MutationObserver((records) => {
      for (const { target } of records) {
        // How long ago somebody was seen changes by itself.
        if (target instanceof Element && target.matches('.worker-seen')) continue;
        changed.add(rowOf(target)?.querySelector('.worker-name')?.textContent ?? target.nodeName);
      }
    }).observe(/** @type {Node} */ (document.querySelector('.virtual-window')), {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  });
  const changed = () => page.evaluate(() => [.../** @type {any} */ (window).changed]);
  await simulator.report(simulator.workers[2]);
  await waitFor(async () => (await changed()).includes('sim-0003'), { what: 'its row to change' });
  assert.deepEqual(await changed(), ['sim-0003']);
  await page.context().close();
});

test('rows_are_used_again_as_one_scrolls', async () => {
  for (const [path, last] of [
    ['/dashboard/workers', 'sim-0200'],
    ['/dashboard/services', 'sim-0200'],
  ]) {
    const page = await browser.open({ path });
    await page.locator('.virtual [role=row]', { hasText: 'sim-0001' }).first().waitFor();
    await page.evaluate(() =>
      Object.assign(window, { before: new Set(document.querySelectorAll('.virtual [role=row]')) }),
    );
    await scrollToTheEnd(page, last);
    const [shown, anew] = await page.evaluate(() => {
      const rows = [...document.querySelectorAll('.virtual [role=row]')];
      return [rows.length, rows.filter((row) => !(/** @type {any} */ (window).before.has(row))).length];
    });
    // Rows of the first view, and the second margin of the list.
    assert.ok(anew < shown / 2, `${path}: ${anew} of ${shown} rows were made anew`);
    await page.context().close();
  }
});

test('a_row_that_was_used_again_acts_on_what_it_shows', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/services?by=node' });
  await page.locator('.virtual .service-row', { hasText: 'sim-0001' }).first().waitFor();
  await scrollToTheEnd(page, 'sim-0200');
  const rows = await page.locator('.virtual .service-row').evaluateAll((elements) =>
    elements.map((element) => ({
      shown: [element.querySelector('.cell-node')?.textContent, element.querySelector('.service-name')?.textContent],
      leadsTo: element.querySelector('.cell-node a')?.getAttribute('href'),
      selects: element.querySelector('input')?.getAttribute('aria-label'),
      actsOn: [...element.querySelectorAll('button')].map(({ dataset }) => [dataset.node, dataset.service]),
    })),
  );
  assert.ok(rows.length > 5);
  for (const { shown, leadsTo, selects, actsOn } of rows) {
    assert.equal(leadsTo, `/dashboard/workers/${shown[0]}`);
    assert.ok(selects?.includes(shown.join(' ')));
    for (const acted of actsOn) assert.deepEqual(acted, shown);
  }
  await page.context().close();
});

test('a_row_under_the_keyboard_never_becomes_another', async () => {
  const page = await browser.open({ path: '/dashboard/workers' });
  const name = page.locator('.worker-name', { hasText: 'sim-0004' });
  await name.focus();
  const row = await page.locator('.worker-row', { has: name }).elementHandle();
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.locator('.worker-row', { hasText: 'sim-0200' }).waitFor();
  assert.equal(await row?.evaluate((element) => element.querySelector('.worker-name')?.textContent), 'sim-0004');
  await page.context().close();
});
