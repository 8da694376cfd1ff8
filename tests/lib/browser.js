// A browser for a test file: Debian's Chromium without a window, one for all pages of the file. A page fails its test
// if a script throws, if it violates the Content-Security-Policy, or if it requests anything from another host.

import { after } from 'node:test';

import { chromium } from 'playwright-core';

import { waitFor } from './wait.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./stack.js').Stack} Stack */

/** Debian's. */
export const CHROMIUM = {
  path: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** Ends a wait that would never end. It is long, since a loaded machine is slow and not broken. */
const PATIENCE_MS = 60_000;

/** Messages of the browser itself about refusals that the page handles. */
const EXPECTED = /^Failed to load resource: |^WebSocket connection to /;

/**
 * @typedef {object} PageOptions
 * @property {'viewer' | 'operator' | 'admin' | null} [role] of the user who is logged in (viewer); null if nobody is
 * @property {string} [path] of the first view (/dashboard)
 * @property {{ width: number, height: number }} [viewport]
 * @property {'en' | 'ru'} [language]
 * @property {'dark' | 'light'} [theme]
 * @property {() => void} [before] runs in the page before its own scripts
 */

export class Browser {
  /** @type {string[]} */
  faults = [];

  /** @param {Stack} stack @param {import('playwright-core').Browser} browser */
  constructor(stack, browser) {
    this.stack = stack;
    this.browser = browser;
  }

  /** Launches one that the caller closes. @param {Stack} stack @param {...string} more command-line arguments */
  static async launch(stack, ...more) {
    const args = [...CHROMIUM.args, ...more];
    const browser = await chromium.launch({ executablePath: CHROMIUM.path, args, timeout: PATIENCE_MS });
    return new Browser(stack, browser);
  }

  /** Starts one that ends with the test file. @param {Stack} stack */
  static async start(stack) {
    const started = await Browser.launch(stack);
    after(() => started.browser.close());
    return started;
  }

  /**
   * Opens a page in a profile of its own.
   * @param {PageOptions} [options]
   * @returns {Promise<Page>}
   */
  async open({
    role = 'viewer',
    path = '/dashboard',
    viewport = { width: 1366, height: 768 },
    language = 'en',
    theme = 'dark',
    before,
  } = {}) {
    const { url } = this.stack;
    const context = await this.browser.newContext({ viewport, locale: language, reducedMotion: 'reduce' });
    await context.addInitScript((choice) => localStorage.setItem('p2pdash.theme', choice), theme);
    if (role) {
      const { token } = await this.stack.user(role);
      await context.addCookies([{ name: 'p2pdash', value: token ?? '', url, httpOnly: true, sameSite: 'Strict' }]);
    }
    if (before) await context.addInitScript(before);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.faults.push(`${page.url()}: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !EXPECTED.test(message.text()))
        this.faults.push(`${page.url()}: ${message.text()}`);
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'blob:' && protocol !== 'data:' && origin !== url) this.faults.push(`asked ${request.url()}`);
    });
    // When a network interface of the machine appears or disappears, Chromium aborts all requests, on loopback too.
    page.on('requestfailed', (request) => {
      if (request.failure()?.errorText === 'net::ERR_NETWORK_CHANGED') page.reload().catch(() => {});
    });
    await page.goto(url + path);
    if (role) await live(page);
    return page;
  }

  /** Throws if anything went wrong in any page so far. */
  assertFaultless() {
    const { faults } = this;
    this.faults = [];
    if (faults.length > 0) throw new Error(`in the browser:\n${faults.join('\n')}`);
  }
}

/** Resolves once the page has live data. @param {Page} page */
export async function live(page) {
  await page.locator('.connection[data-state="live"]').waitFor();
}

/** The text of an element, once it is there. @param {Page} page @param {string} selector */
export async function textOf(page, selector) {
  return (await page.locator(selector).first().innerText()).trim();
}

/**
 * Waits until the text of an element is as wanted.
 * @param {Page} page
 * @param {string} selector
 * @param {RegExp | ((text: string) => boolean)} wanted
 * @param {{ deadline?: number }} [options]
 */
export function textBecomes(page, selector, wanted, options) {
  const fits = wanted instanceof RegExp ? (/** @type {string} */ text) => wanted.test(text) : wanted;
  return waitFor(async () => fits(await textOf(page, selector)), {
    what: `${selector} to be ${wanted}`,
    ...options,
  });
}
