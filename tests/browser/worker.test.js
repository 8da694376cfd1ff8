// Goal: a worker's page shows everything known of it, live, and its reporter obeys an operator's commands.

import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';

import { Browser, textBecomes } from '../lib/browser.js';
import { Host } from '../lib/host.js';
import { startStack, temporaryFolder, waitFor } from '../lib/stack.js';
import { FakeWorker } from '../lib/worker.js';

const stack = await startStack({ workers: 4, waitWorkers: 4 });
const browser = await Browser.start(stack);
const folder = temporaryFolder();
const file = join(folder, 'app.log');
writeFileSync(file, '');
const host = new Host(join(folder, 'host'));
const reporter = await stack.startReporter('worker-001', {
  settings: { host_root: host.root },
  sections: `[log app]\nsource = file\npath = ${file}\nlogger = Service.app\n`,
});

const open = (/** @type {object} */ options = {}) =>
  browser.open({ role: 'operator', path: '/dashboard/workers/worker-001', ...options });

afterEach(() => browser.assertFaultless());

test('every_metric_is_there', async () => {
  const page = await open();
  await textBecomes(page, '.area-metrics', /CPU[^]*%[^]*Memory[^]*GiB of[^]*Disk[^]*GiB of/);
  await textBecomes(page, '.area-metrics', /Load average\s+\d[^]*Processes\s+\d/);
  for (const rate of ['Network in', 'Network out', 'Disk read', 'Disk written'])
    assert.ok(await page.locator('.area-metrics dt', { hasText: rate }).isVisible(), rate);
  await page.context().close();
});

test('a_chart_tells_its_values_where_one_points', async () => {
  const page = await open();
  for (let reports = 0; reports < 3; reports++) {
    host.work();
    await page.click('[data-action=reporter-report_now]:enabled');
    await waitFor(async () => Number(await page.getAttribute('.area-history canvas', 'data-points')) > reports + 1, {
      what: 'one more point',
    });
  }
  const canvas = page.locator('.area-history canvas');
  const readout = () =>
    canvas.evaluate((element) => {
      const { tooltip } = /** @type {any} */ (globalThis).Chart.getChart(element);
      return {
        shown: tooltip.opacity > 0,
        title: tooltip.title.join(),
        lines: tooltip.body?.flatMap((/** @type {any} */ { lines }) => lines).join(';'),
      };
    });
  const { title, lines } = await waitFor(
    async () => {
      await canvas.hover();
      const told = await readout();
      return told.shown && told;
    },
    { what: 'the readout' },
  );
  assert.match(title, /\d{4}.*\d\d:\d\d:\d\d/);
  assert.match(lines, /CPU: [\d.]+%; Memory: [\d.]+%; Disk: [\d.]+%/);
  await page.context().close();
});

test('what_its_reporter_could_not_do_is_named_there_and_needs_attention', async () => {
  const trouble = {
    part: 'log',
    name: '/var/log/app.log',
    message: 'Permission denied <b>here</b>',
    since: '2025-11-17T10:30:00.000Z',
  };
  const worker = await FakeWorker.start(stack, 'worker-002', { troubles: [trouble] });
  const page = await browser.open({ role: 'viewer' });
  const row = page.locator('.attention-warning', { hasText: /The reporters? of \d nodes? could not do everything/ });
  await row.getByText('worker-002').click();
  await page.getByRole('heading', { name: 'What the reporter could not do' }).waitFor();
  const told = /Log\s*\/var\/log\/app\.log\s*Permission denied <b>here<\/b>\s*since .*2025/;
  await textBecomes(page, '.troubles li', told);
  await worker.report({ troubles: [] });
  await page.locator('.troubles').waitFor({ state: 'hidden' });
  await page.click('.tab[href="/dashboard"]');
  await row.getByText('worker-002').waitFor({ state: 'detached' });
  worker.close();
  await page.context().close();
});

test('its_log_is_live', async () => {
  const page = await open();
  await page.getByText('No lines').waitFor();
  appendFileSync(file, `${new Date().toISOString()} WARNING the queue is long\n`);
  await page.locator('.area-logs .log-line[data-level=WARNING]', { hasText: 'the queue is long' }).waitFor();
  await page.context().close();
});

test('its_reporter_is_stopped_after_a_confirmation_and_started', async () => {
  const page = await open();
  await page.click('[data-action=reporter-stop]');
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.click('[data-action=reporter-stop]');
  await page.click('dialog button[value=yes]');
  await page.locator('.notice-success', { hasText: 'Stop' }).waitFor();
  const active = async () => JSON.parse((await reporter.ctl('stats')).stdout).reporter_active;
  assert.equal(await active(), false);
  await page.click('[data-action=reporter-start]:enabled');
  await page.locator('.notice-success', { hasText: 'Start' }).waitFor();
  assert.equal(await active(), true);
  await page.context().close();
});

test('a_viewer_sees_all_of_it_and_no_buttons', async () => {
  const page = await open({ role: 'viewer' });
  await textBecomes(page, '.area-reporter', /Success rate\s+100/);
  assert.equal(await page.locator('.area-reporter button:visible, [data-action=remove-worker]').count(), 0);
  await page.context().close();
});
