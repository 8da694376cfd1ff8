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
  await page.waitForURL(/\?q=watched$/);
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
