// Goal: rows read by time and open where one clicks, an address leads others to the same place, and what is taken away
// is all of it, or says what is missing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, test } from 'node:test';

import { Browser, live, textBecomes } from '../lib/browser.js';
import { startStack, waitFor } from '../lib/stack.js';
import { Simulator, tokensFrom } from '../load/simulator.js';

const PHONE = { width: 390, height: 844 };
const START = Date.parse('2025-11-17T23:59:58.000Z');

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);
const simulator = new Simulator({
  url: stack.url,
  tokenOf: tokensFrom(await stack.user('admin')),
  workers: 3,
  spread: 0,
});
after(() => simulator.stop());
await simulator.start();
afterEach(() => browser.assertFaultless());

/** A line of a test. @param {number} ms after START @param {string} message @param {object} [more] */
const line = (ms, message, more = {}) => ({
  timestamp: new Date(START + ms).toISOString(),
  level: 'INFO',
  logger_name: 'Service.app',
  message,
  ...more,
});
/** @param {number} worker @param {object[]} entries */
const log = (worker, entries) => simulator.log(simulator.workers[worker], /** @type {any} */ (entries));
/** @param {import('playwright-core').Page} page */
const messages = (page) => page.locator('.log-message').allInnerTexts();
/** @param {import('playwright-core').Page} page @param {string} name */
const parameter = (page, name) => new URL(page.url()).searchParams.get(name);

/** What a click downloads. @param {import('playwright-core').Page} page @param {string} action */
async function download(page, action) {
  const [saved] = await Promise.all([page.waitForEvent('download'), page.click(`[data-action=${action}]`)]);
  return readFileSync(await saved.path(), 'utf8');
}

await log(0, [line(0, 'order 1'), line(900, 'order 3'), line(2100, 'order 5')]);
await log(1, [line(400, 'order 2'), line(1500, 'order 4'), line(2200, 'order 6')]);
await log(2, [line(-60_000, 'order late')]);

test('rows_are_ordered_by_time_with_the_day_and_the_zone_above_them', async () => {
  const page = await browser.open({ path: '/dashboard/logs?q=order&tz=utc' });
  await page.locator('.log-line').nth(6).waitFor();
  assert.deepEqual(await messages(page), [...[1, 2, 3, 4, 5, 6].map((n) => `order ${n}`), 'order late']);
  // Two lines of the 18th stand between those of the 17th.
  assert.deepEqual(await page.locator('.log-day').allInnerTexts(), [
    'Monday, November 17, 2025 · UTC',
    'Tuesday, November 18, 2025 · UTC',
    'Monday, November 17, 2025 · UTC',
  ]);
  await page.context().close();
});

test('times_are_local_or_utc_as_one_chose_last', async () => {
  const context = await browser.browser.newContext({ timezoneId: 'Asia/Kolkata', locale: 'en' });
  const { token } = await stack.user('viewer');
  await context.addCookies([
    { name: 'p2pdash', value: token ?? '', url: stack.url, httpOnly: true, sameSite: 'Strict' },
  ]);
  const page = await context.newPage();
  await page.goto(`${stack.url}/dashboard/logs?q=order`);
  await live(page);
  await textBecomes(page, '.log-time', /^05:29:58.000$/);
  assert.equal(await page.locator('.log-day').first().innerText(), 'Tuesday, November 18, 2025 · Asia/Calcutta, UTC+5:30');
  await page.fill('.log-jump', '2025-11-18T05:29:59');
  await waitFor(() => parameter(page, 'at') === '2025-11-17T23:59:59.000Z', { what: 'the moment in the address' });
  await page.click('[data-action=zone][data-value=utc]');
  await textBecomes(page, '.log-time', /^23:59:58.000$/);
  assert.equal(await page.inputValue('.log-jump'), '2025-11-17T23:59:59');
  assert.equal(parameter(page, 'tz'), 'utc');
  await page.goto(`${stack.url}/dashboard/logs?q=order`);
  await textBecomes(page, '.log-time', /^23:59:58.000$/);
  await context.close();
});

test('a_row_opens_by_a_click_anywhere_and_by_enter', async () => {
  const page = await browser.open({ path: '/dashboard/logs?q=order' });
  const row = page.locator('.log-line', { hasText: 'order 4' });
  const details = row.locator('.log-details');
  await row.locator('.log-message').click();
  await details.waitFor();
  await details.click(); // there is text to select
  await row.locator('.log-time').click();
  await details.waitFor({ state: 'detached' });
  await page.keyboard.press('Enter'); // the click gave the row the focus
  await details.waitFor();
  await page.keyboard.press('Enter');
  await details.waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.log-line', { hasText: 'order 5' }).locator('.log-details').waitFor();
  const box = await row.locator('.log-toggle').boundingBox();
  assert.ok(box && box.width >= 24 && box.height >= 24, JSON.stringify(box));
  await page.context().close();
});

test('an_address_leads_to_its_filter_its_moment_its_line_and_its_layout', async () => {
  const filler = Array.from({ length: 900 }, (_, index) => line(10_000 + index, `filler ${index}`));
  await log(0, filler);
  await log(1, filler);
  const page = await browser.open({ path: '/dashboard/logs' });
  await page.fill('.log-jump', '2020-01-01T00:00:01');
  const row = page.locator('.log-line', { hasText: 'order 2' });
  await row.locator('.log-message').click();
  await page.click('[data-action=wrap]');
  await waitFor(() => parameter(page, 'wrap') === '1', { what: 'the layout in the address' });
  assert.equal(parameter(page, 'at'), '2020-01-01T00:00:01.000Z');
  const open = String(parameter(page, 'open'));
  assert.match(open, /^sim-\d+:\d+$/);

  const other = await browser.open({ path: new URL(page.url()).pathname + new URL(page.url()).search });
  await other.locator('.log-line[data-open]', { hasText: 'order 2' }).locator('.log-details').waitFor();
  assert.equal(await other.locator('.log-wrap').count(), 1);
  await other.locator('[data-action=pause][aria-pressed=true]').waitFor();
  // The answer comes after the emptied list has scrolled, as it does from a coordinator that is far away.
  await other.route('**/api/logs?*', async (route) => {
    await other.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))));
    await route.continue();
  });
  await other.fill('[data-search]', 'order');
  await waitFor(() => parameter(other, 'q') === 'order' && parameter(other, 'open') === null, {
    what: 'another filter in the address',
  });
  await other.locator('.log-line', { hasText: 'order 1' }).waitFor();
  assert.equal(parameter(other, 'at'), '2020-01-01T00:00:01.000Z', 'the moment stays');
  await other.click('[data-action=pause]');
  await waitFor(() => parameter(other, 'at') === null, { what: 'the moment to leave the address' });

  await page.goto(`${stack.url}/dashboard/logs?open=${open.replace(/:\d+/, ':99999999')}`);
  await page.getByText('no longer kept').waitFor();
  await page.context().close();
  await other.context().close();
});

test('on_a_phone_the_details_of_the_last_line_come_into_view', async () => {
  const page = await browser.open({ path: '/dashboard/logs', viewport: PHONE });
  await log(2, [line(20_000, 'the last line of all')]);
  const last = page.locator('.log-line', { hasText: 'the last line of all' });
  await last.click();
  const visible = () =>
    last.locator('.log-details button').evaluate((button) => {
      const { x, y, width, height } = button.getBoundingClientRect();
      return button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    });
  await waitFor(visible, { what: 'the end of the details in view' });
  await page.context().close();
});

test('a_download_takes_all_that_matches_and_a_copy_says_how_many_it_took', async () => {
  const page = await browser.open({ path: '/dashboard/logs?q=filler' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('.log-line').nth(20).waitFor();
  const lines = (await download(page, 'save-json')).trimEnd().split('\n').map((text) => JSON.parse(text));
  assert.equal(lines.length, 1800);
  assert.deepEqual(
    lines.map(({ timestamp }) => timestamp),
    lines.map(({ timestamp }) => timestamp).sort(),
  );
  await page.getByText('1,800 lines saved').waitFor();
  await page.click('[data-action=copy]');
  await page.getByText('500 lines copied').waitFor();
  await page.getByText('A download takes all that match').waitFor();
  assert.equal((await page.evaluate(() => navigator.clipboard.readText())).split('\n').length, 500);
  await page.context().close();
});

test('a_download_can_be_cancelled_and_says_why_it_failed', async () => {
  const page = await browser.open({ path: '/dashboard/logs?q=filler' });
  await page.locator('.log-line').nth(20).waitFor();
  /** @type {(() => void)[]} */
  const held = [];
  await page.route('**/api/logs?*limit=1000*', async (route) => {
    await new Promise((resolve) => held.push(() => resolve(undefined)));
    await route.continue().catch(() => {});
  });
  await page.click('[data-action=save-text]');
  await waitFor(() => held.length === 1, { what: 'the first page to be asked for' });
  held[0]();
  await waitFor(() => held.length === 2, { what: 'the second' });
  await textBecomes(page, '.log-progress', /1,000 of 1,800/);
  await page.click('.log-progress button');
  held[1]();
  await page.locator('.log-progress').waitFor({ state: 'hidden' });
  assert.equal(held.length, 2);
  await page.unroute('**/api/logs?*limit=1000*');
  await page.route('**/api/logs?*limit=1000*', (route) => route.abort());
  await page.click('[data-action=save-text]');
  await page.getByText('Nothing was saved').waitFor();
  await page.context().close();
});

test('a_message_with_a_newline_makes_no_line_of_another_node', async () => {
  await log(0, [line(30_000, 'a trick\n2025-11-17T23:59:58.000Z ERROR    sim-002 app: forged \u001b[31m\u0007\u202e')]);
  const page = await browser.open({ path: '/dashboard/logs?q=trick' });
  await page.locator('.log-line').waitFor();
  const text = await download(page, 'save-text');
  assert.equal(text.split('\n').length, 2, 'one line and its end');
  assert.match(text, /a trick\\x0a2025-11-17T23:59:58\.000Z ERROR {4}sim-002 app: forged \\x1b\[31m\\x07\\u202e\n$/);
  await page.context().close();
});
