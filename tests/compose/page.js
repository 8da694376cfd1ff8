// What these tests do with the page, each as a person would: by its form, its links and what can be read on it.

import { Browser, live } from '../lib/browser.js';
import { waitFor } from '../lib/wait.js';

/** @typedef {import('playwright-core').Page} Page */

/**
 * A page on which somebody has logged in.
 * @param {import('./containers.js').Containers} stack
 * @param {string} username
 * @param {string} password
 */
export async function openPage(stack, username, password) {
  const browser = await Browser.start(/** @type {any} */ (stack)); // of a stack it needs the address alone
  const page = await browser.open({ role: null });
  await page.fill('#username', username);
  await page.fill('#password', password);
  await page.click('button[type=submit]');
  await live(page);
  return { browser, page };
}

/** Another tab, by its link, so that the page stays loaded. @param {Page} page @param {string} path below /dashboard */
export const visit = (page, path) => page.click(`.topbar a[href="/dashboard${path}"]`);

/** The newest line that the tab Logs shows, by its seq. @param {Page} page */
async function newestLine(page) {
  const shown = await page.$$eval('.log-line', (lines) => lines.map((line) => Number(line.getAttribute('data-seq'))));
  return Math.max(0, ...shown);
}

/** Waits until the open tab Logs shows a line that it did not show before. @param {Page} page */
export async function showsNews(page) {
  const before = await newestLine(page);
  await waitFor(async () => (await newestLine(page)) > before, { what: 'a new line on the page', deadline: 60_000 });
}
