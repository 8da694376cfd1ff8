// Goal: trouble on any machine, the coordinator's included, stands on top of the overview.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Browser, live, textBecomes } from '../lib/browser.js';
import { entry, metrics, report, service } from '../lib/report.js';
import { startStack, waitFor } from '../lib/stack.js';
import { FakeWorker } from '../lib/worker.js';

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);

afterEach(() => browser.assertFaultless());

test('the_coordinators_own_troubles_need_attention_too', async () => {
  const coordinator = await stack.worker('coordinator');
  const page = await browser.open();
  await coordinator.post('/api/reporter/report', report('coordinator'));
  await page.locator('.attention-none').waitFor();
  await textBecomes(page, '.tiles', /Services\s+1\s/);
  const full = metrics({ disk: { percent: 95, total: 100, free: 5, used: 95 } });
  const services = { nginx: service({ status: 'error' }) };
  await coordinator.post('/api/reporter/report', report('coordinator', { metrics: full, services }));
  for (const trouble of ['Disk almost full', 'Services in error'])
    await page.locator('.attention-row', { hasText: trouble }).getByText('coordinator').waitFor();
  await textBecomes(page, '.tiles', /1 in error/);
  await page.context().close();
});

test('a_browser_whose_clock_is_wrong_does_not_take_fresh_reports_for_stale', async () => {
  const worker = await stack.worker('worker-001');
  const page = await browser.open();
  await page.clock.setSystemTime(Date.now() + 3_600_000);
  await page.reload();
  await live(page);
  await worker.post('/api/reporter/report', report('worker-001'));
  const card = page.locator('.worker-card', { hasText: 'worker-001' });
  await card.waitFor();
  await textBecomes(page, '.worker-card .worker-seen', /now|sec/);
  assert.match(await card.innerText(), /Online/);
  await page.context().close();
});

/** The part of the window that an element takes. @param {import('playwright-core').Locator} element */
async function place(element) {
  const box = await element.boundingBox();
  assert.ok(box);
  return { left: box.x, right: box.x + box.width, top: box.y, bottom: box.y + box.height };
}

test('from_a_service_in_error_its_button_is_one_click_away_and_its_lines_are_two', async () => {
  const broken = { shop: service({ status: 'error' }), archive: service() };
  const worker = await FakeWorker.start(stack, 'worker-002', { services: broken });
  const logs = [
    entry('no connection to the database', { level: 'ERROR', logger_name: 'Service.shop' }),
    entry('nothing to archive', { logger_name: 'Service.archive' }),
  ];
  await worker.client.post('/api/reporter/logs', { node_id: 'worker-002', batch: 'one', logs });

  const page = await browser.open({ role: 'operator' });
  await page.locator('.attention-row', { hasText: 'Services in error' }).getByText('worker-002: shop').click();
  const drawer = page.locator('dialog.drawer');
  await drawer.getByRole('heading', { name: 'shop' }).waitFor();
  const restart = drawer.locator('[data-do=restart]');
  assert.ok((await place(restart)).bottom < 768, 'its button is seen without scrolling');
  await drawer.locator('.drawer-lines', { hasText: 'no connection to the database' }).waitFor();

  await drawer.locator('.drawer-more').click();
  await page.locator('.tab[href="/dashboard/logs"][aria-current]').waitFor(); // the worker's page has these lines, too
  await page.locator('.log-line', { hasText: 'no connection to the database' }).waitFor();
  assert.equal(await page.locator('.log-line').count(), 1, 'no other lines');
  await page.waitForURL(/node=worker-002&logger=shop$/);

  await page.goBack();
  await restart.click();
  await page.click('dialog button[value=yes]');
  await page.locator('.notice-success', { hasText: 'Restart shop' }).waitFor();
  await worker.report({ services: { ...broken, shop: service() } });
  await drawer.locator('.badge-status', { hasText: 'Running' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.service-row[data-status=running]', { hasText: 'shop' }).waitFor();
  await page.click('.tab[href="/dashboard"]');
  await page.locator('.attention-row', { hasText: 'worker-002: shop' }).waitFor({ state: 'detached' });
  await page.context().close();
});

test('on_a_laptop_troubles_workers_and_the_coordinator_are_seen_without_scrolling', async () => {
  const page = await browser.open({ viewport: { width: 1366, height: 768 } });
  const card = page.locator('.worker-card').first();
  await card.waitFor();
  assert.ok((await place(card)).bottom < 768);
  const coordinator = await place(page.locator('.coordinator'));
  assert.ok(coordinator.left > (await place(card)).right, 'the coordinator stands beside the workers');
  await page.setViewportSize({ width: 390, height: 844 });
  await waitFor(
    async () => (await place(page.locator('.coordinator'))).top > (await place(page.locator('.worker-card').last())).bottom,
    { what: 'the coordinator to stand below the workers' },
  );
  await page.context().close();
});

test('workers_are_shown_as_cards_or_as_a_table_and_the_choice_is_kept', async () => {
  const page = await browser.open();
  await page.locator('.worker-card').first().waitFor();
  await page.click('[data-action=layout][data-value=table]');
  await page.locator('.worker-row:not(.table-head)').first().waitFor();
  await page.locator('.worker-card').first().waitFor({ state: 'hidden' });
  await page.waitForURL(/\?layout=table$/);
  await page.reload();
  await page.locator('.worker-row:not(.table-head)').first().waitFor();
  assert.equal(await page.locator('.worker-card:visible').count(), 0);
  await page.context().close();
});

test('recent_errors_lead_to_their_lines_and_stay_under_the_mouse', async () => {
  const worker = await stack.worker('worker-001');
  const fail = (/** @type {string} */ message) => {
    const logs = [entry(message, { level: 'ERROR', timestamp: new Date().toISOString() })];
    return worker.post('/api/reporter/logs', { node_id: 'worker-001', batch: message, logs });
  };
  await fail('out of ink');
  const page = await browser.open();
  const line = page.locator('.attention-line');
  await line.getByText('worker-001: out of ink').waitFor();
  const before = await line.elementHandle();
  await fail('out of paper');
  await line.getByText('worker-001: out of paper').waitFor();
  assert.ok(await line.evaluate((element, known) => element === known, before), 'the same link');
  await page.click('.attention-link >> text=error line');
  await page.locator('.log-line', { hasText: 'out of paper' }).waitFor();
  await page.waitForURL(/\/logs\?level=ERROR$/);
  await page.context().close();
});

test('a_worker_that_falls_silent_needs_attention_and_the_page_says_for_how_long', async () => {
  const worker = await stack.worker('worker-001');
  await worker.post('/api/reporter/report', report('worker-001'));
  const page = await browser.open();
  // Answers lose their dates here. By them the page would see that the browser's clock jumps, and correct for it.
  await page.route(/\/(health|auth|api)\b/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), date: '' } });
  });
  await page.reload();
  await live(page);
  const card = page.locator('.worker-card', { hasText: 'worker-001' });
  await card.getByText('Online').waitFor();
  await page.clock.setSystemTime(Date.now() + 3_600_000);
  const silent = page.locator('.worker-card[data-status=silent]', { hasText: 'worker-001' });
  await silent.getByText('Not heard for 1 hr').waitFor();
  await page.locator('.attention-danger', { hasText: 'not heard' }).getByText('worker-001').waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
});
