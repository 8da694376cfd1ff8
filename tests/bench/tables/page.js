// How smooth the page is: the longest tasks of its main thread on each tab, left alone and used, and how soon it shows data.

import { loadavg } from 'node:os';

import { pause } from '../../lib/wait.js';
import { TABS, startCrowd } from '../lib/crowd.js';
import { figure, markdown, spread } from '../lib/figures.js';
import { tasksOf } from '../lib/trace.js';

/** @typedef {import('playwright-core').Page} Page */

const SECONDS = 60;
const LONG_MS = 50;
const LINES_PER_SECOND = 200;
const FLOOD_PER_SECOND = 1000;
const OPENINGS = 7;
const WHEEL_PX = 1500;

/** What a person does that is hardest for a page: to scroll far and fast, to search, to go from tab to tab. @param {Page} page */
async function use(page) {
  for (const path of Object.values(TABS)) {
    await page.locator(`nav a[href="/dashboard${path}"]`).click();
    await pause(1500);
    const search = page.locator('[data-search]');
    if ((await search.count()) > 0) {
      await search.pressSequentially('sim-05', { delay: 80 });
      await pause(500);
      await search.fill('');
    }
    await page.mouse.move(600, 500);
    for (let turn = 0; turn < 80; turn++) {
      await page.mouse.wheel(0, turn < 40 ? WHEEL_PX : -WHEEL_PX);
      await pause(50);
    }
  }
}

/**
 * @param {string} name
 * @param {Page} page
 * @param {() => Promise<unknown>} work
 */
async function measured(name, page, work) {
  const tasks = await tasksOf(page, work);
  const longest = (/** @type {'wallMs' | 'cpuMs'} */ kind) => Math.max(...tasks.map((task) => task[kind]));
  const long = (/** @type {'wallMs' | 'cpuMs'} */ kind) => tasks.filter((task) => task[kind] > LONG_MS).length;
  const busy = tasks.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000;
  return [
    name,
    tasks.length.toLocaleString('en-US'),
    figure(longest('cpuMs')),
    figure(longest('wallMs')),
    `${long('cpuMs')} / ${long('wallMs')}`,
    figure(busy),
    String(await page.locator('*').count()),
    figure(loadavg()[0]),
  ];
}

/** Marks, in the page, the first frame that has a worker's numbers. */
function markFirstData() {
  const look = () => {
    if (document.querySelector('.worker-card')) performance.mark('first-data');
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** From the address to the numbers, nothing cached, in ms. @param {import('../lib/crowd.js').Crowd} crowd */
async function opening(crowd) {
  const page = await crowd.open('', markFirstData);
  await page.waitForFunction(() => performance.getEntriesByName('first-data').length > 0);
  const result = await page.evaluate(() => {
    const entries = /** @type {PerformanceResourceTiming[]} */ ([
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ]);
    return {
      bytes: entries.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      ms: performance.getEntriesByName('first-data')[0].startTime,
    };
  });
  await page.context().close();
  return result;
}

async function run() {
  const rows = [];
  const crowd = await startCrowd(LINES_PER_SECOND);
  const openings = [];
  for (let i = 0; i < OPENINGS; i++) openings.push(await opening(crowd));
  for (const [name, path] of Object.entries(TABS)) {
    const page = await crowd.open(path);
    rows.push(await measured(name, page, () => pause(SECONDS * 1000)));
    await page.context().close();
  }
  const used = await crowd.open('');
  rows.push(await measured('all four, used', used, () => use(used)));
  await used.context().close();
  await crowd.stop();

  const flooded = await startCrowd(FLOOD_PER_SECOND);
  const page = await flooded.open('/logs');
  rows.push(await measured(`Logs, ${FLOOD_PER_SECOND} lines/s`, page, () => pause(SECONDS * 1000)));
  await flooded.stop();

  return [
    markdown(['tab', 'tasks', 'longest, CPU ms', 'longest, ms', 'over 50 ms: CPU / clock', 'CPU, s', 'elements', 'load'], rows),
    `First data ${spread(openings.map(({ ms }) => ms))} ms after the address was opened, nothing cached; ` +
      `${figure(Math.max(...openings.map(({ bytes }) => bytes)) / 1000)} kB.`,
  ].join('\n\n');
}

/** @type {import('../run.js').Table} */
export const table = {
  title: 'The page, with a thousand workers',
  note: `Each tab for ${SECONDS} s with ${LINES_PER_SECOND} lines/s: tasks of its main thread, by the thread's CPU time and by the clock.`,
  run,
};
