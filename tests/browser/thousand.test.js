// Goal: with a thousand workers the page opens at once, stays quick, and has only the visible rows in it.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';

import { Browser, textBecomes } from '../lib/browser.js';
import { startStack, waitFor } from '../lib/stack.js';
import { Simulator, tokensFrom } from '../load/simulator.js';

const WORKERS = 1000;

const stack = await startStack({ workers: 8, waitWorkers: 2 });
const browser = await Browser.start(stack);
const simulator = new Simulator({
  url: stack.url,
  tokenOf: tokensFrom(await stack.user('admin')),
  workers: WORKERS,
  interval: 30,
  spread: 0,
  lines: 200,
});
after(() => simulator.stop());
await simulator.start();

afterEach(() => browser.assertFaultless());

/** Waits until the page has fewer rows than this. @param {import('playwright-core').Page} page @param {string} row @param {number} limit */
const fewAre = (page, row, limit) => waitFor(async () => (await page.locator(row).count()) < limit, { what: `fewer ${row}` });

test('the_overview_counts_them_and_shows_the_worst', async () => {
  const page = await browser.open();
  await textBecomes(page, '.tile-value', /^1,000$/);
  await waitFor(async () => (await page.locator('.worker-card').count()) === 24, { what: 'the first cards' });
  await page.click('text=Show all 1,000 workers');
  await textBecomes(page, '.count', /^1,000 of 1,000$/);
  await page.context().close();
});

test('the_list_scrolls_to_its_end_with_few_rows_in_the_page', async () => {
  const page = await browser.open({ path: '/dashboard/workers' });
  await page.locator('.worker-row', { hasText: 'sim-0001' }).waitFor();
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.locator('.worker-row', { hasText: 'sim-1000' }).waitFor();
  await fewAre(page, '.worker-row', 60);
  await page.locator('.worker-row', { hasText: 'sim-1000' }).locator('.sparkline').waitFor();
  await page.context().close();
});

test('the_list_is_searched_and_sorted', async () => {
  const page = await browser.open({ path: '/dashboard/workers' });
  await page.click('[data-action=sort][data-column=cpu]');
  const shares = async () =>
    (await page.locator('.worker-row .cell-cpu .meter-value').allInnerTexts()).slice(0, 5).map(parseFloat);
  await waitFor(async () => (await shares()).every((share) => share > 50), { what: 'the busiest first' });
  await waitFor(() => /sort=cpu&desc=true/.test(page.url()), { what: 'the order in the address' });
  await page.fill('[data-search]', '-05');
  await textBecomes(page, '.count', /^100 of 1,000$/);
  await page.context().close();
});

test('the_services_of_all_are_listed', async () => {
  const page = await browser.open({ path: '/dashboard/services' });
  await textBecomes(page, '.count', /^3,000 of 3,000$/);
  await fewAre(page, '.service-row', 60);
  await page.context().close();
});

test('the_log_flows_while_they_write', async () => {
  const page = await browser.open({ path: '/dashboard/logs' });
  await page.locator('.log-line').nth(10).waitFor();
  const newest = () => page.locator('.log-line').last().getAttribute('data-seq');
  const before = await newest();
  await waitFor(async () => (await newest()) !== before, { what: 'newer lines' });
  await fewAre(page, '.log-line', 120);
  await page.context().close();
});

test('every_report_and_line_was_taken', async () => {
  simulator.stop();
  assert.equal(simulator.failures, 0, String(simulator.lastFailure));
  assert.ok(simulator.reports >= WORKERS);
  const page = await browser.open();
  await textBecomes(page, '.tiles', /online/);
  await page.context().close();
});
