// Goal: an operator starts and stops real services from the page, sees the effect, and reads the precise reason of a failure.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';

import { Browser, textBecomes, textOf } from '../lib/browser.js';
import { startStack, temporaryFolder, waitFor } from '../lib/stack.js';

const stack = await startStack({ workers: 4, waitWorkers: 4 });
const browser = await Browser.start(stack);
const folder = temporaryFolder();

// Services whose state is a file. The one called `broken` cannot start.
const ctl = join(folder, 'ctl');
writeFileSync(
  ctl,
  `#!/bin/sh
case $1 in
  start) [ "$2" = broken ] && { echo "the port 80 is taken" >&2; exit 1; }; touch "${folder}/$2" ;;
  stop) rm -f "${folder}/$2" ;;
  wait) touch "${folder}/begun"; until [ -e "${folder}/go" ]; do sleep 0.1; done ;;
  status) [ -e "${folder}/$2" ] || exit 3 ;;
esac
`,
  { mode: 0o755 },
);

/** @param {string} name @param {string} file @param {string} actions */
const service = (name, file, actions) => `[service ${name}]
driver = exec
start = ${ctl} start ${file}
stop = ${ctl} stop ${file}
status = ${ctl} status ${file}
description = ${name} of a test
actions = ${actions}
`;

for (const node of ['worker-001', 'worker-002']) {
  writeFileSync(join(folder, `web-${node}`), '');
  await stack.startReporter(node, {
    settings: { min_interval: 40, max_interval: 200 },
    sections: [
      service('web', `web-${node}`, 'start,stop,restart'),
      service('broken', 'broken', 'start,stop'),
      service('watched', `web-${node}`, ''),
      node === 'worker-002' ? service('slow', 'slow', 'start').replace(`${ctl} start`, `${ctl} wait`) : '',
    ].join('\n'),
  });
}

afterEach(() => browser.assertFaultless());

/** @param {import('playwright-core').Page} page @param {string} name @param {string} node */
const row = (page, name, node) =>
  page.locator('.service-row', { has: page.locator(`bdi:text-is("${name}")`), hasText: node });

test('a_service_is_stopped_after_a_confirmation_and_started_again', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/services' });
  const web = row(page, 'web', 'worker-001');
  await web.locator('[data-do=stop]').click();
  assert.match(await textOf(page, 'dialog'), /Stop this service\?.*web \(worker-001\)/s);
  await page.keyboard.press('Escape');
  assert.ok(existsSync(join(folder, 'web-worker-001')), 'dismissed, nothing is stopped');

  await web.locator('[data-do=stop]').click();
  await page.click('dialog button[value=yes]');
  await page.locator('.notice-success').waitFor();
  assert.ok(!existsSync(join(folder, 'web-worker-001')));
  await waitFor(async () => (await web.getAttribute('data-status')) === 'stopped', { what: 'the row to say stopped' });
  await web.getByText('Stop: done').waitFor();

  await web.locator('[data-do=start]').click();
  await waitFor(async () => (await web.getAttribute('data-status')) === 'running', { what: 'the row to say running' });
  assert.ok(existsSync(join(folder, 'web-worker-001')));
  await page.context().close();
});

test('a_failure_is_told_in_the_services_own_words', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/services?q=broken' });
  const broken = row(page, 'broken', 'worker-002');
  await broken.locator('[data-do=start]').click();
  await page.locator('.notice-danger', { hasText: 'the port 80 is taken' }).waitFor();
  await broken.getByText('the port 80 is taken').waitFor();
  await page.context().close();
});

test('while_an_action_runs_the_row_says_so_and_takes_no_other', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/services?q=slow' });
  const slow = row(page, 'slow', 'worker-002');
  await slow.locator('[data-do=start]').click();
  await waitFor(() => existsSync(join(folder, 'begun')), { what: 'the start to begin' });
  await slow.getByText('Start: working…').waitFor();
  await slow.locator('.spinner-border:visible').waitFor();
  assert.equal(await slow.locator('[data-do=start]').isDisabled(), true);
  writeFileSync(join(folder, 'go'), '');
  await slow.getByText('Start: done').waitFor();
  await slow.locator('.spinner-border').waitFor({ state: 'hidden' });
  await page.context().close();
});

test('the_services_in_each_status_are_counted_and_shown_alone', async () => {
  const page = await browser.open({ path: '/dashboard/services' });
  await page.click('.status-total[data-value=stopped]');
  await waitFor(() => page.url().endsWith('status=stopped'), { what: 'the status in the address' });
  await page.locator('.service-row[data-status=running]').first().waitFor({ state: 'detached' });
  const counted = Number((await textOf(page, '.status-total[data-value=stopped]')).match(/\d+$/)?.[0]);
  assert.equal(await page.locator('.service-row:not(.table-head)').count(), counted);
  await page.click('.status-total[data-value=stopped]');
  await textBecomes(page, '.count', /^7 of 7$/);
  await page.context().close();
});

test('several_services_are_acted_on_at_once', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/services?q=web' });
  for (const node of ['worker-001', 'worker-002']) await row(page, 'web', node).locator('input[type=checkbox]').check();
  await textBecomes(page, '.bulk', /2 services selected/);
  await page.click('.bulk [data-do=stop]');
  assert.match(await textOf(page, 'dialog'), /Stop 2 services\?/);
  await page.click('dialog button[value=yes]');
  await waitFor(() => !['worker-001', 'worker-002'].some((node) => existsSync(join(folder, `web-${node}`))), {
    what: 'both to stop',
  });
  await page.locator('.service-row[data-status=stopped]').nth(1).waitFor();
  await page.context().close();
});

test('buttons_follow_the_role_and_what_the_worker_allows', async () => {
  const viewer = await browser.open({ role: 'viewer', path: '/dashboard/services' });
  await row(viewer, 'web', 'worker-001').waitFor();
  assert.equal(await viewer.locator('.service-row button:visible').count(), 0);
  const operator = await browser.open({ role: 'operator', path: '/dashboard/services' });
  await row(operator, 'watched', 'worker-001').waitFor();
  assert.equal(await row(operator, 'watched', 'worker-001').locator('button:visible').count(), 0);
  await viewer.context().close();
  await operator.context().close();
});

test('services_are_searched_filtered_and_ordered_and_the_address_says_so', async () => {
  const page = await browser.open({ path: '/dashboard/services?by=node&q=w' });
  await row(page, 'web', 'worker-001').waitFor();
  const order = async () => (await page.locator('.service-row:not(.table-head) .cell-node').allInnerTexts()).join(' ');
  assert.match(await order(), /^(worker-001 )+(worker-002 ?)+$/);
  await page.click('[data-action=by][data-value=service]');
  await waitFor(async () => /^worker-001 worker-002/.test(await order()), { what: 'the order by service' });
  await page.fill('[data-search]', 'watched');
  await textBecomes(page, '.count', /^2 of 7$/);
  await page.waitForURL(/\?q=watched&by=service$/);
  await page.selectOption('select[name=status]', 'running');
  await page.waitForURL(/status=running/);
  await page.context().close();
});

test('who_did_what_last_is_shown_to_everybody', async () => {
  const page = await browser.open({ role: 'viewer', path: '/dashboard/services' });
  await row(page, 'web', 'worker-001').getByText('Stopped by the-operator').waitFor();
  await row(page, 'broken', 'worker-002').getByText('Start by the-operator failed').waitFor();
  await page.click('a:text-is("worker-002")');
  const broken = page.locator('.area-services .service-row', { hasText: 'broken' });
  await broken.getByText('Start by the-operator failed').waitFor();
  await page.context().close();
});

test('an_administrator_reads_the_audit', async () => {
  const page = await browser.open({ role: 'admin', path: '/dashboard/admin/audit' });
  await page.locator('.small-table tr', { hasText: 'worker-001' }).first().waitFor();
  assert.match(await textOf(page, '.small-table'), /the-operator/);
  await page.context().close();
});

test('a_workers_page_controls_its_services_and_its_reporter', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/workers/worker-002' });
  const web = page.locator('.service-row', { has: page.locator('bdi:text-is("web")') });
  await web.locator('[data-do=start]').click();
  await waitFor(async () => (await web.getAttribute('data-status')) === 'running', { what: 'web to run' });

  await page.click('[data-action=reporter-report_now]');
  await page.locator('.notice-success', { hasText: 'Report now' }).waitFor();
  await page.click('[data-action=reporter-interval]');
  await page.locator('#interval[min="40"][max="200"]').waitFor();
  await page.fill('#interval', '90');
  await page.click('dialog button[value=set]');
  await page.locator('.notice-success', { hasText: 'Set interval' }).waitFor();
  await page.click('[data-action=reporter-report_now]');
  await textBecomes(page, '.area-reporter', /1 min 30 sec \(fixed\)/);
  await page.context().close();
});

test('a_click_on_a_row_opens_the_service_and_shows_why_it_failed', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/services' });
  const broken = row(page, 'broken', 'worker-001');
  await broken.locator('.cell-driver').click();
  const drawer = page.locator('dialog.drawer');
  await drawer.getByRole('heading', { name: 'broken' }).waitFor();
  await page.waitForURL(/service=worker-001%2Fbroken/);
  await drawer.getByText('Nobody has done anything to this service yet.').waitFor();
  assert.equal(await drawer.locator('[data-do=stop]').getAttribute('title'), 'It is not running.');
  assert.equal(
    await drawer.locator('[data-do=restart]').getAttribute('title'),
    'The configuration of worker-001 does not allow this.',
  );
  await drawer.locator('[data-do=start]').click();
  await drawer.locator('.drawer-outcome', { hasText: 'the port 80 is taken' }).waitFor();
  await drawer.locator('.drawer-actions', { hasText: 'Start by the-operator failed' }).waitFor();
  await drawer.locator('.drawer-actions', { hasText: 'the port 80 is taken' }).waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  assert.ok(!page.url().includes('service='), page.url());
  await page.context().close();
});

test('the_drawer_opens_by_keyboard_and_gives_the_focus_back', async () => {
  const page = await browser.open({ role: 'viewer', path: '/dashboard/services' });
  const name = row(page, 'web', 'worker-002').locator('.service-name');
  await name.focus();
  await page.keyboard.press('Enter');
  const drawer = page.locator('dialog.drawer');
  await drawer.getByText('Your role may only look.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'drawer-title');
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  assert.equal(await name.evaluate((element) => element === document.activeElement), true);
  await row(page, 'web', 'worker-002').locator('.cell-select, .cell-node a').last().click();
  await page.waitForURL(/workers\/worker-002$/, { timeout: 60_000 });
  assert.equal(await drawer.count(), 0, 'a link in a row is a link');
  await page.context().close();
});

test('a_drawer_has_an_address_and_fills_a_phone', async () => {
  const viewport = { width: 390, height: 844 };
  const page = await browser.open({ role: 'operator', path: '/dashboard/services?service=worker-001%2Fweb', viewport });
  const drawer = page.locator('dialog.drawer');
  await drawer.locator('.drawer-facts', { hasText: 'exec' }).waitFor();
  assert.equal(await drawer.evaluate((element) => element.getBoundingClientRect().width), 390);
  const [widest, tallEnough] = await drawer.evaluate((element) => [
    element.scrollWidth <= element.clientWidth,
    [...element.querySelectorAll('button')].every((button) => button.getBoundingClientRect().height >= 24),
  ]);
  assert.deepEqual([widest, tallEnough], [true, true]);
  await drawer.getByRole('button', { name: 'Close' }).click();
  await drawer.waitFor({ state: 'detached' });
  await page.context().close();
});

test('a_drawer_of_a_workers_page_follows_the_service_and_acts_on_it', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/workers/worker-001?service=web' });
  const drawer = page.locator('dialog.drawer');
  await drawer.locator('.badge-status', { hasText: 'Stopped' }).waitFor();
  await drawer.locator('[data-do=start]').click();
  await drawer.locator('.badge-status', { hasText: 'Running' }).waitFor();
  await drawer.locator('.drawer-facts', { hasText: 'exit status 0' }).waitFor();
  await drawer.locator('[data-do=stop]').click();
  await page.locator('dialog button[value=yes]').click();
  await drawer.locator('.badge-status', { hasText: 'Stopped' }).waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).search, '');
  await page.context().close();
});

test('all_services_that_match_are_selected_and_grouped', async () => {
  const page = await browser.open({ role: 'operator', path: '/dashboard/services?q=watched' });
  await row(page, 'watched', 'worker-002').waitFor();
  await page.click('[data-action=select-all]');
  await textBecomes(page, '.bulk', /2 services selected/);
  assert.equal(await row(page, 'watched', 'worker-001').locator('input').isChecked(), true);
  await page.click('[data-action=by][data-value=node]');
  await page.locator('.service-group', { hasText: 'worker-001 · 1' }).waitFor();
  await page.fill('[data-search]', '');
  await page.locator('.service-group', { hasText: 'worker-002 · 4' }).waitFor();
  await page.selectOption('select[name=sort]', 'name');
  await page.waitForURL(/by=node&sort=name$/);
  await page.context().close();
});
