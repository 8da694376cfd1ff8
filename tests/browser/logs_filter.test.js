// Goal: whatever is on its way when the filter changes, no row is shown that does not pass the filter.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';

import { Browser } from '../lib/browser.js';
import { startStack, waitFor } from '../lib/stack.js';
import { Simulator, tokensFrom } from '../load/simulator.js';

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);
const simulator = new Simulator({
  url: stack.url,
  tokenOf: tokensFrom(await stack.user('admin')),
  workers: 3,
  spread: 0,
  lines: 200,
});
after(() => simulator.stop());
await simulator.start();
afterEach(() => browser.assertFaultless());

/** Lets every frame come late, as over a slow line, so that lines are in flight whenever the filter changes. */
function slowSockets() {
  const Native = WebSocket;
  window.WebSocket = class extends Native {
    /** @param {any} listener */
    set onmessage(listener) {
      super.onmessage = listener && ((/** @type {MessageEvent} */ event) => setTimeout(listener, 200, event));
    }
  };
}

/** Looks at the rows in every frame that is painted, and keeps those that do not pass the filter of the address. */
function watchRows() {
  const seen = { wrong: /** @type {string[]} */ ([]), frames: 0 };
  Object.assign(window, { seen });
  const look = () => {
    const text = new URLSearchParams(location.search).get('q') ?? '';
    seen.frames += 1;
    for (const row of document.querySelectorAll('.log-message')) {
      if (!row.textContent?.includes(text)) seen.wrong.push(`${text}: ${row.textContent}`);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

test('no_row_ever_fails_its_filter_while_lines_flow_and_filters_change', async () => {
  const page = await browser.open({ path: '/dashboard/logs', before: slowSockets });
  await page.locator('.log-line').nth(20).waitFor();
  await page.evaluate(watchRows);
  const texts = ['503|checkpoint', '503', 'checkpoint', 'certificate', 'cache miss', '503'];
  for (let round = 0; round < 24; round++) {
    const text = texts[round % texts.length];
    await page.fill('[data-search]', text);
    await page.press('[data-search]', 'Enter');
    // Now and then a filter stays until its lines have come; mostly the next one comes before that.
    if (round % 6 === 5) await page.locator('.log-message', { hasText: text }).nth(3).waitFor();
  }
  const count = () => page.evaluate(() => Object(window).seen.frames);
  const frames = await count();
  await waitFor(async () => (await count()) > frames + 30, { what: 'frames with lines of the last filter' });
  assert.deepEqual(await page.evaluate(() => Object(window).seen.wrong), []);
  await page.context().close();
});

test('a_filter_that_no_line_can_pass_shows_nothing', async () => {
  const page = await browser.open({ path: '/dashboard/logs', before: slowSockets });
  await page.locator('.log-line').nth(20).waitFor();
  await page.fill('[data-search]', '503|checkpoint');
  await page.getByText('No lines').waitFor();
  const lines = simulator.lines;
  await waitFor(() => simulator.lines > lines + 200, { what: 'lines that do not pass' });
  assert.equal(await page.locator('.log-line').count(), 0);
  await page.context().close();
});
