// make screenshots: pictures of every view, in each size, theme and language, into build/screenshots; with --readme
// those of README.md, into docs/images. `node tests/screenshots/run.js logs-ru worker` takes only those whose names
// begin so.

import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { argv, exit } from 'node:process';

import { Browser } from '../lib/browser.js';
import { silentSince } from '../lib/silence.js';
import { freePort, ROOT, Stack } from '../lib/stack.js';
import { startCluster } from './cluster.js';
import { EMPTY, silentViews, VIEWS } from './views.js';

/** @typedef {import('./views.js').View} View */
/** @typedef {{width: number, height: number}} Viewport */
/** @typedef {{viewport: Viewport, theme: 'dark' | 'light', language: 'en' | 'ru'}} Look */

const SIZES = /** @type {{[name: string]: Viewport}} */ ({
  phone: { width: 390, height: 844 },
  laptop: { width: 1366, height: 768 },
  desk: { width: 1920, height: 1080 },
});

const THEMES = /** @type {const} */ (['dark', 'light']);
const LANGUAGES = /** @type {const} */ (['en', 'ru']);

/** In README.md a picture may be higher than a screen. */
const READER = { width: 1366, height: 1000 };

/** The pictures of README.md: file → view and look. @type {{[file: string]: [view: string, look: Look]}} */
const README = {
  overview: ['overview', { viewport: READER, theme: 'dark', language: 'en' }],
  worker: ['worker', { viewport: READER, theme: 'dark', language: 'en' }],
  services: ['services', { viewport: SIZES.laptop, theme: 'light', language: 'en' }],
  logs: ['logs', { viewport: SIZES.laptop, theme: 'dark', language: 'en' }],
  phone: ['overview', { viewport: SIZES.phone, theme: 'dark', language: 'en' }],
};

/**
 * A view, once it is complete, in each of the looks: they differ in size and theme alone, which an open page changes.
 * @param {Browser} browser
 * @param {View} view
 * @param {{look: Look, file: string}[]} pictures
 */
async function take(browser, { path, role = 'admin', shown, prepare, restore }, pictures) {
  const { viewport, theme, language } = pictures[0].look;
  const page = await browser.open({ role, path, viewport, theme, language });
  if (shown) await page.locator(shown).first().waitFor();
  await prepare?.(page, browser.stack);
  await page.waitForLoadState('networkidle');
  for (const { look, file } of pictures) {
    await page.setViewportSize(look.viewport);
    await page.evaluate(paint, look.theme);
    await page.screenshot({ path: file, animations: 'disabled' });
    console.log(file);
  }
  await page.context().close();
  await restore?.(browser.stack);
}

/** In the page: changes the theme, and gives what is drawn anew with the next frames the time of some. @param {string} theme */
async function paint(theme) {
  localStorage.setItem('p2pdash.theme', theme);
  document.dispatchEvent(new Event('theme'));
  for (let frames = 10; frames > 0; frames--) await new Promise(requestAnimationFrame);
}

/** @param {Browser} browser @param {{[name: string]: View}} views */
async function takeAll(browser, views) {
  const folder = join(ROOT, 'build/screenshots');
  const wanted = argv.slice(2).filter((argument) => !argument.startsWith('-'));
  mkdirSync(folder, { recursive: true });
  for (const [name, view] of Object.entries(views)) {
    for (const language of LANGUAGES) {
      const pictures = Object.entries(SIZES).flatMap(([size, viewport]) =>
        THEMES.map((theme) => ({
          look: { viewport, theme, language },
          file: join(folder, `${name}-${language}-${size}-${theme}.png`),
        })),
      );
      const few = pictures.filter(
        ({ file }) => wanted.length === 0 || wanted.some((beginning) => basename(file).startsWith(beginning)),
      );
      if (few.length > 0) await take(browser, view, few);
    }
  }
}

/** Who is killed together. @type {{[name: string]: string[]}} */
const KILLED = { workers: ['web-1', 'db-1', 'queue-1'], coordinator: ['coordinator'] };
/** How many minutes after that pictures are taken. */
const MINUTES = [1, 4, 11];

/**
 * What is seen after three workers were killed, and after the coordinator's reporter was.
 * @param {Browser} browser
 * @param {Awaited<ReturnType<typeof startCluster>>} cluster
 */
async function takeSilent(browser, cluster) {
  for (const [who, nodes] of Object.entries(KILLED)) {
    cluster.kill(nodes);
    let passed = 0;
    for (const minutes of MINUTES) {
      await silentSince(browser.stack, nodes, (minutes - passed) * 60);
      await cluster.listen();
      passed = minutes;
      await takeAll(browser, silentViews(who, minutes));
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
  if (!forReadme) {
    await takeAll(browser, VIEWS);
    await takeSilent(browser, cluster);
  } else {
    for (const [file, [view, look]] of Object.entries(README))
      await take(browser, VIEWS[view], [{ look, file: join(ROOT, 'docs/images', `${file}.png`) }]);
  }
  cluster.stop();
  browser.assertFaultless();
} finally {
  await browser.browser.close();
  await stack.stop();
}
exit();
