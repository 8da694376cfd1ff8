// Goal: the page shows the machine's real numbers as they change, and recovers by itself after any part was away.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';

import { Browser, live, textBecomes, textOf } from '../lib/browser.js';
import { Host } from '../lib/host.js';
import { startStack, waitFor } from '../lib/stack.js';

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);
const host = new Host(join(stack.folder, 'host'));
await stack.startReporter('coordinator', { settings: { min_interval: 1, max_interval: 1, host_root: host.root } });

const CPU = '[data-node=coordinator] .meter:first-child .meter-value';
const CHART = '[data-node=coordinator] canvas';

afterEach(() => browser.assertFaultless());

/** @param {import('playwright-core').Page} page */
const points = async (page) => Number(await page.locator(CHART).getAttribute('data-points'));

test('the_coordinators_cpu_rises_with_its_work', async () => {
  const page = await browser.open();
  await textBecomes(page, CPU, /\d/);
  host.work();
  await textBecomes(page, CPU, /^100(\.0+)? ?%/);
  await page.context().close();
});

test('numbers_agree_with_what_the_coordinator_serves', async () => {
  const page = await browser.open();
  const viewer = await stack.user('viewer');
  await waitFor(
    async () => {
      const { coordinator } = (await viewer.get('/api/dashboard/metrics')).json;
      const total = Math.round(coordinator.metrics.memory.total / 2 ** 30);
      const memory = await textOf(page, '[data-node=coordinator] .meter:nth-child(2)');
      return (
        memory.includes(`of ${total} GiB`) && (await textOf(page, '[data-node=coordinator]')).includes('Processes')
      );
    },
    { what: 'the total memory on the page' },
  );
  await page.context().close();
});

test('the_chart_grows', async () => {
  const page = await browser.open();
  await waitFor(async () => (await points(page)) > 0, { what: 'the first points' });
  const before = await points(page);
  await waitFor(async () => (await points(page)) >= Math.min(before + 2, 100), { what: 'two more points' });
  await page.context().close();
});

test('a_worker_appears_with_its_first_report', async () => {
  const page = await browser.open({ path: '/dashboard/workers' });
  await page.getByText('No workers yet').waitFor();
  const worker = await stack.reporter('worker-001');
  assert.equal((await worker.once()).status, 0);
  await page.locator('.worker-row', { hasText: 'worker-001' }).waitFor();
  await page.click('a:text-is("worker-001")');
  await textBecomes(page, 'h1', /^worker-001$/);
  await page.locator('.area-metrics .meter-value', { hasText: '%' }).first().waitFor();
  await page.context().close();
});

test('network_and_disk_have_charts_of_their_rates_and_an_operator_clears_them', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/workers/coordinator' });
  for (const area of ['network', 'disk-io']) {
    const chart = page.locator(`.area-${area}`);
    await waitFor(async () => Number(await chart.locator('canvas').getAttribute('data-points')) > 2, {
      what: 'three points',
    });
    await chart.locator('.chart-waiting').waitFor({ state: 'hidden' });
  }
  // New points come every second, so the chart may have grown again before the test looks.
  await page.locator('.area-history canvas').evaluate((canvas) => {
    let before = Number(canvas.getAttribute('data-points'));
    new MutationObserver(() => {
      const points = Number(canvas.getAttribute('data-points'));
      if (points < before) canvas.setAttribute('data-began-anew', '');
      before = points;
    }).observe(canvas, { attributeFilter: ['data-points'] });
  });
  await page.click('[data-action=clear-history]');
  await page.click('dialog button[value=yes]');
  await page.locator('.notice-success').waitFor();
  await page.locator('.area-history canvas[data-began-anew]').waitFor({ state: 'attached' });
  await page.context().close();
});

test('the_page_heals_after_the_relay_was_killed', async () => {
  const page = await browser.open();
  await stack.relay.kill();
  await page.locator('.banner:visible').waitFor();
  assert.match(await textOf(page, '.banner'), /No live data since .*(Next attempt in \d|Connecting)/s);
  stack.relay.start();
  await live(page);
  await page.locator('.banner').waitFor({ state: 'hidden' });
  const before = await points(page);
  await waitFor(async () => (await points(page)) !== before || before === 100, {
    what: 'points after the relay came back',
  });
  await page.context().close();
});

test('the_page_heals_after_redis_was_away', async () => {
  const page = await browser.open({ path: '/dashboard/workers' });
  await stack.redis.stop();
  await page.locator('.banner:visible', { hasText: 'lost its database' }).waitFor();
  stack.redis.start();
  await page.locator('.banner').waitFor({ state: 'hidden' });
  await live(page);
  await page.locator('.worker-row', { hasText: 'worker-001' }).waitFor();
  await page.context().close();
});

test('the_page_heals_after_the_network_was_cut', async () => {
  const page = await browser.open();
  await page.context().setOffline(true);
  // Offline, Chromium opens no new connections. The old one ends with nginx.
  await stack.nginx.stop();
  await page.locator('.banner:visible').waitFor();
  stack.nginx.start();
  await stack.ready();
  await page.context().setOffline(false);
  await live(page);
  await page.context().close();
});

test('a_chart_below_the_window_asks_for_its_library_when_it_comes_near', async () => {
  const page = await browser.open({ viewport: { width: 390, height: 500 } });
  let asked = 0;
  page.on('request', (request) => (asked += Number(request.url().includes('chart.umd'))));
  await page.reload();
  await live(page);
  await page.locator(CHART).waitFor();
  // By then the page has also begun the work that it had put off.
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => requestIdleCallback(resolve))));
  assert.equal(asked, 0);
  await page.locator(CHART).scrollIntoViewIfNeeded();
  await waitFor(() => asked > 0, { what: 'the library to be asked for' });
  await page.context().close();
});

test('a_chart_whose_library_did_not_come_is_drawn_when_it_does', async () => {
  const page = await browser.open({ path: '/dashboard/certificates' });
  const library = /chart\.umd/;
  await page.route(library, (route) => route.abort());
  const refused = page.waitForEvent('requestfailed', (request) => request.url().includes('chart.umd'));
  await page.click('.tab[href="/dashboard"]');
  await refused;
  await page.unroute(library);
  await page.waitForFunction((chart) => /** @type {any} */ (globalThis).Chart?.getChart(document.querySelector(chart)), CHART);
  await page.context().close();
});

test('no_interval_is_offered_that_the_coordinators_reporter_would_refuse', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/workers/coordinator' });
  await page.locator('[data-action=reporter-report_now]').waitFor();
  await page.locator('[data-action=reporter-interval]').waitFor({ state: 'hidden' });
  await page.context().close();
});

test('a_worker_that_says_goodbye_is_offline_and_needs_attention', async () => {
  const page = await browser.open();
  const worker = await stack.startReporter('worker-002');
  await page.locator('.worker-card', { hasText: 'worker-002' }).waitFor();
  await worker.daemon.stop();
  await page.locator('.attention-row', { hasText: 'worker-002' }).filter({ hasText: 'offline' }).waitFor();
  await page.click('.attention-link >> text=offline');
  await textBecomes(page, 'h1', /^Workers$/);
  await page.waitForURL(/status=offline/);
  await page.locator('.worker-row[data-status=offline]', { hasText: 'worker-002' }).waitFor();
  await page.context().close();
});
