// Goal: a worker that is killed is red at once, says for how long it was not heard, and stays on every page until an
// administrator removes it; what is known of it is drawn as old, and its services are unknown.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Browser, live, textBecomes, textOf } from '../lib/browser.js';
import { silentSince } from '../lib/silence.js';
import { startStack, waitFor } from '../lib/stack.js';

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);
const DEAD = ['worker-001', 'worker-002', 'worker-003'];
const sections = '[service web]\ndriver = exec\nstart = /bin/true\nstop = /bin/true\nstatus = /bin/true\n';
const reporters = [];
for (const node of [...DEAD, 'worker-004']) reporters.push(await stack.startReporter(node, { sections }));
const coordinator = await stack.startReporter('coordinator', { settings: { min_interval: 1, max_interval: 1 } });

/** What a service's badge says once its worker is silent: a time of day. */
const UNKNOWN = /Unknown since \d\d:\d\d/;

afterEach(() => browser.assertFaultless());

/** How many things need attention. @param {string} title */
const countOf = (title) => Number(/^\((\d+)\)/.exec(title)?.[1] ?? 0);

/** @param {import('playwright-core').Page} page @param {string} node */
const card = (page, node) => page.locator('.worker-card', { hasText: node });

test('three_workers_that_are_killed_are_red_at_once_and_say_for_how_long_they_were_not_heard', async () => {
  const page = await browser.open();
  await page.locator('.worker-card[data-status=online]').nth(3).waitFor();
  const before = countOf(await page.title()); // this machine may have troubles of its own
  await textBecomes(page, '.tiles', /Services\s+4\s+4 running/);
  for (const { daemon, node } of reporters.slice(0, 3)) {
    assert.ok(DEAD.includes(node));
    await daemon.kill('SIGKILL');
  }
  for (const node of DEAD) {
    await page.locator('.worker-card[data-status=silent]', { hasText: node }).waitFor();
    await card(page, node).getByText(/Not heard for \d+ sec/).waitFor();
  }
  const row = page.locator('.attention-danger', { hasText: '3 workers are not heard' });
  await row.waitFor();
  for (const node of DEAD) await row.getByText(node).waitFor();
  const said = await card(page, DEAD[0]).locator('.badge-status').innerText();
  await waitFor(async () => (await card(page, DEAD[0]).locator('.badge-status').innerText()) !== said, {
    what: 'the seconds to count on',
  });
  await textBecomes(page, '.tiles', /Services\s+4\s+1 running\s+3 unknown/);
  await card(page, DEAD[0]).getByText('1 service unknown').waitFor();
  await waitFor(async () => countOf(await page.title()) >= before + 3, { what: 'the count in the title' });
  assert.match((await page.getAttribute('link[rel=icon]', 'href')) ?? '', /^data:image\/svg/);
  await page.context().close();
});

test('their_services_are_unknown_and_their_buttons_say_why_they_are_off', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/services' });
  const row = page.locator('.service-row[data-status=unknown]', { hasText: 'worker-001' });
  await row.getByText(UNKNOWN).waitFor();
  const button = row.locator('button[data-do=restart]');
  assert.ok(await button.isDisabled());
  assert.match((await button.getAttribute('title')) ?? '', /worker-001 has not been heard since \d\d:\d\d/);
  await textBecomes(page, '.status-total[data-value=unknown]', /Unknown 3/);
  await textBecomes(page, '.status-total[data-value=running]', /Running 1/);
  await page.locator('.service-row[data-status=running]', { hasText: 'worker-004' }).waitFor();
  await page.context().close();
});

test('after_eleven_minutes_they_are_missing_on_every_page_until_an_administrator_removes_them', async () => {
  await silentSince(stack, DEAD, 660);
  const page = await browser.open({ role: 'admin' });
  await page.locator('.attention-danger', { hasText: '3 workers are missing' }).getByText('worker-002').waitFor();
  await page.locator('.worker-card[data-status=missing]').nth(2).getByText(/Missing for 11 min/).waitFor();
  await textBecomes(page, '.tiles', /Workers\s+4\s+1 online\s+3 missing/);
  await page.click('.attention-link >> text=3 workers are missing');
  await page.waitForURL(/status=missing/);
  await textBecomes(page, '.count', /^3 of 4$/);

  await page.goto(`${stack.url}/dashboard/workers/worker-001`);
  await textBecomes(page, '.notice-old', /Missing: not heard since .*, for 11 min.* It stays here/);
  await page.locator('.worker-page[data-status=missing] .meter-value', { hasText: '%' }).first().waitFor();
  await page.locator('.service-row[data-status=unknown]').getByText(UNKNOWN).waitFor();
  await page.click('[data-action=remove-worker]');
  await page.click('dialog button[value=yes]');
  await page.getByText('No such worker').waitFor();
  await page.goto(`${stack.url}/dashboard/workers?sort=cpu&desc=true`);
  await textBecomes(page, '.count', /^3 of 3$/);
  assert.match(await textOf(page, '.worker-row:not(.table-head)'), /worker-004/, 'the live one stands before the old');
  await page.context().close();
});

test('the_chart_of_a_missing_worker_ends_where_its_data_ends_and_the_gap_to_now_is_seen', async () => {
  const page = await browser.open({ path: '/dashboard/workers/worker-002' });
  await page.locator('.area-history .chart-gap', { hasText: /nothing since \d\d:\d\d/ }).waitFor();
  const axis = () =>
    page.locator('.area-history canvas').evaluate((canvas) => {
      const chart = /** @type {any} */ (globalThis).Chart?.getChart(canvas);
      const last = chart?.data.datasets[0].data.at(-1)?.x;
      return chart && { last, max: chart.options.scales.x.max };
    });
  await waitFor(async () => Number((await axis())?.max) > Number((await axis())?.last), { what: 'time after the data' });
  await textBecomes(page, '.area-history .panel-note', /\d\d:\d\d – \d\d:\d\d, \d+ point/);
  await page.context().close();
});

test('the_coordinators_own_reporter_is_no_worker_and_its_silence_is_said', async () => {
  const page = await browser.open();
  await page.locator('.coordinator').getByText('Online').waitFor();
  await coordinator.daemon.kill('SIGKILL');
  await page.locator('.attention-danger', { hasText: /The coordinator's own reporter has not been heard for/ }).waitFor();
  await page.locator('.coordinator').getByText(/Not heard for/).waitFor();
  await textBecomes(page, '.tile:last-child', /Coordinator\s+Not heard for[^]*stack up for/);
  await page.context().close();
});

test('a_stack_whose_coordinator_has_not_reported_says_so', async () => {
  await stack.redisCommand('DEL', 'p2pdash:{coordinator}:state', 'p2pdash:{coordinator}:summary');
  await stack.redisCommand('ZREM', 'p2pdash:nodes', 'coordinator');
  await stack.relay.restart();
  await stack.ready();
  const page = await browser.open();
  await live(page);
  await page.locator('.attention-warning', { hasText: "The coordinator's own reporter has not reported yet" }).waitFor();
  assert.equal(await page.locator('.attention-none').count(), 0);
  await page.context().close();
});
