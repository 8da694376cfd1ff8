// Goal: what is wrong anywhere stands on top of the overview, be it with the coordinator itself.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Browser, live, textBecomes } from '../lib/browser.js';
import { metrics, report, service } from '../lib/report.js';
import { startStack } from '../lib/stack.js';

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
