// make screenshots: pictures of every view, in each size, theme and language, into build/screenshots; with --readme
// those of README.md, into docs/images. `node tests/screenshots/run.js logs worker` takes these views only.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit } from 'node:process';

import { Browser } from '../lib/browser.js';
import { freePort, ROOT, Stack } from '../lib/stack.js';
import { startCluster } from './cluster.js';
import { EMPTY, VIEWS } from './views.js';

/** @typedef {import('./views.js').View} View */
/** @typedef {{size: string, theme: 'dark' | 'light', language: 'en' | 'ru'}} Look */

const SIZES = /** @type {{[name: string]: {width: number, height: number}}} */ ({
  phone: { width: 390, height: 844 },
  laptop: { width: 1366, height: 768 },
  desk: { width: 1920, height: 1080 },
});

/** @type {Look[]} */
const LOOKS = Object.keys(SIZES).flatMap((size) => [
  { size, theme: /** @type {const} */ ('dark'), language: /** @type {const} */ ('en') },
  { size, theme: /** @type {const} */ ('light'), language: /** @type {const} */ ('ru') },
]);

/** In README.md a picture may be higher than a screen. */
SIZES.reader = { width: 1366, height: 1000 };

/** The pictures of README.md: file → view and look. @type {{[file: string]: [view: string, look: Look]}} */
const README = {
  overview: ['overview', { size: 'reader', theme: 'dark', language: 'en' }],
  worker: ['worker', { size: 'reader', theme: 'dark', language: 'en' }],
  services: ['services', { size: 'laptop', theme: 'light', language: 'en' }],
  logs: ['logs', { size: 'laptop', theme: 'dark', language: 'en' }],
  phone: ['overview', { size: 'phone', theme: 'dark', language: 'en' }],
};

/**
 * @param {Browser} browser
 * @param {View} view
 * @param {Look} look
 * @param {string} file
 */
async function take(browser, { path, role = 'admin', shown, prepare, restore }, { size, theme, language }, file) {
  const page = await browser.open({ role, path, viewport: SIZES[size], theme, language });
  if (shown) await page.locator(shown).first().waitFor();
  await prepare?.(page, browser.stack);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: file, animations: 'disabled' });
  console.log(file);
  await page.context().close();
  await restore?.(browser.stack);
}

/** @param {Browser} browser @param {{[name: string]: View}} views */
async function takeAll(browser, views) {
  const folder = join(ROOT, 'build/screenshots');
  const wanted = argv.slice(2).filter((argument) => !argument.startsWith('-'));
  mkdirSync(folder, { recursive: true });
  for (const [name, view] of Object.entries(views)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const look of LOOKS) {
      await take(browser, view, look, join(folder, `${name}-${look.size}-${look.theme}-${look.language}.png`));
    }
  }
}

const stack = new Stack({ workers: 4, waitWorkers: 2 }, await freePort());
await stack.start();
const browser = await Browser.launch(stack);
const forReadme = argv.includes('--readme');
try {
  if (!forReadme) await takeAll(browser, EMPTY);
  const cluster = await startCluster(stack);
  if (!forReadme) await takeAll(browser, VIEWS);
  else {
    for (const [file, [view, look]] of Object.entries(README))
      await take(browser, VIEWS[view], look, join(ROOT, 'docs/images', `${file}.png`));
  }
  cluster.stop();
  browser.assertFaultless();
} finally {
  await browser.browser.close();
  await stack.stop();
}
exit();
