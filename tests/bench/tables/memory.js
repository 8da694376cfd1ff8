// What the page holds while it stays open: each tab in a page of its own, and one page that goes from tab to tab.

import { loadavg } from 'node:os';

import { pause } from '../../lib/wait.js';
import { TABS, startCrowd } from '../lib/crowd.js';
import { figure, markdown } from '../lib/figures.js';

const LINES_PER_SECOND = 200;
const MINUTES = 10;
/** How long the page that tours stays on a tab. */
const STAY_MS = 5000;

/** @param {import('playwright-core').Page} page what it holds after its garbage was collected */
async function held(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const value = (/** @type {string} */ name) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
  const words = [value('JSHeapUsedSize') / 1e6, value('Nodes'), value('JSEventListeners')].map(figure);
  return words.join(' / ');
}

/** From tab to tab, until it is told to end. @param {import('playwright-core').Page} page @param {AbortSignal} signal */
async function tour(page, signal) {
  while (!signal.aborted) {
    for (const path of Object.values(TABS)) {
      await page.locator(`nav a[href="/dashboard${path}"]`).click();
      await pause(STAY_MS);
    }
  }
}

async function run() {
  const crowd = await startCrowd(LINES_PER_SECOND);
  const pages = [];
  for (const path of Object.values(TABS)) pages.push(await crowd.open(path));
  const tourist = await crowd.open('');
  const ended = new AbortController();
  const touring = tour(tourist, ended.signal);
  const rows = [];
  const began = Date.now();
  for (let minute = 0; minute <= MINUTES; minute++) {
    await pause(began + minute * 60_000 - Date.now());
    const cells = await Promise.all([...pages, tourist].map(held));
    rows.push([String(minute), ...cells, figure(loadavg()[0])]);
  }
  ended.abort();
  await touring;
  await crowd.stop();
  return markdown(['minute', ...Object.keys(TABS), 'from tab to tab', 'load'], rows);
}

/** @type {import('../run.js').Table} */
export const table = {
  title: 'What the page holds in ten minutes',
  note: `1,000 workers, ${LINES_PER_SECOND} lines/s. JavaScript heap in MB / DOM nodes / listeners, after garbage collection.`,
  run,
};
