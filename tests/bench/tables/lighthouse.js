// What Lighthouse says of the overview. It is installed when it is asked for (185 MB), and is no dependency of anything else.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { CHROMIUM } from '../../lib/browser.js';
import { ROOT } from '../../lib/stack.js';
import { waitFor } from '../../lib/wait.js';
import { startCrowd } from '../lib/crowd.js';
import { figure, markdown, median, spread } from '../lib/figures.js';

const VERSION = '12.8.2';
const FOLDER = join(ROOT, `build/lighthouse-${VERSION}`);
const RUNS = 5;
const CROWDS = [
  { workers: 3, lines: 1 },
  { workers: 1000, lines: 200 },
];
/** Its own two presets: throttled as it simulates them. */
const PRESETS = ['desktop', 'mobile'];
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const AUDITS = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'speed-index'];

async function install() {
  const module = join(FOLDER, 'node_modules/lighthouse');
  if (!existsSync(module)) {
    const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', FOLDER];
    execFileSync('npm', ['install', ...options, `lighthouse@${VERSION}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const { default: lighthouse, desktopConfig } = await import(join(module, 'core/index.js'));
  return { lighthouse, desktopConfig };
}

/**
 * A browser of its own, with somebody logged in: Lighthouse wants the whole browser, and finds it by a port.
 * @param {import('../../lib/stack.js').Stack} stack
 */
async function loggedIn(stack) {
  const profile = mkdtempSync(join(tmpdir(), 'p2pdash-lighthouse-'));
  const browser = spawn(
    CHROMIUM.path,
    [...CHROMIUM.args, '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => browser.once('exit', resolve));
  const portFile = join(profile, 'DevToolsActivePort');
  await waitFor(() => existsSync(portFile) && readFileSync(portFile, 'utf8').includes('\n'), { what: 'the browser' });
  const port = Number.parseInt(readFileSync(portFile, 'utf8'), 10);
  const control = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  const { token } = await stack.user('admin');
  await control
    .contexts()[0]
    .addCookies([{ name: 'p2pdash', value: token ?? '', url: stack.url, httpOnly: true, sameSite: 'Strict' }]);
  return {
    port,
    async close() {
      await control.close();
      browser.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

async function run() {
  const { lighthouse, desktopConfig } = await install();
  const rows = [];
  for (const { workers, lines } of CROWDS) {
    const crowd = await startCrowd(lines, workers);
    const browser = await loggedIn(crowd.stack);
    for (const preset of PRESETS) {
      const results = [];
      for (let i = 0; i < RUNS; i++) {
        const { lhr } = await lighthouse(
          `${crowd.stack.url}/dashboard`,
          { port: browser.port, disableStorageReset: true, onlyCategories: CATEGORIES, logLevel: 'error' },
          preset === 'desktop' ? desktopConfig : undefined,
        );
        if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
        results.push(lhr);
      }
      rows.push([
        `${preset}, ${workers} workers`,
        ...CATEGORIES.map((name) => spread(results.map(({ categories }) => Math.round(categories[name].score * 100)))),
        ...AUDITS.map((name) => figure(median(results.map(({ audits }) => audits[name].numericValue)))),
        figure(loadavg()[0]),
      ]);
    }
    await browser.close();
    await crowd.stop();
  }
  return markdown(['preset', ...CATEGORIES, 'FCP, ms', 'LCP, ms', 'TBT, ms', 'SI, ms', 'load'], rows);
}

/** @type {import('../run.js').Table} */
export const table = {
  title: `The overview by Lighthouse ${VERSION}`,
  note: `${RUNS} runs each, out of 100; then the medians of first and largest contentful paint, total blocking time, speed index.`,
  run,
};
