// Goal: every view, in both themes and both languages, passes axe-core, and can be used by keyboard alone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, test } from 'node:test';

import { Browser, textBecomes } from '../lib/browser.js';
import { startStack, waitFor } from '../lib/stack.js';
import { Simulator, tokensFrom } from '../load/simulator.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);
const simulator = new Simulator({
  url: stack.url,
  tokenOf: tokensFrom(await stack.user('admin')),
  workers: 5,
  spread: 0,
});
after(() => simulator.stop());
await simulator.start();
for (const worker of simulator.workers) await simulator.log(worker, worker.entries(20));

/** View → an element that says it is complete. @type {[path: string, complete: string][]} */
const VIEWS = [
  ['', '.attention-line'],
  ['/workers', '.worker-row:not(.table-head)'],
  ['/workers/sim-0001', '.service-row:not(.table-head)'],
  ['/services', '.service-row:not(.table-head)'],
  ['/logs', '.log-line'],
  ['/certificates', '.state-title'],
  ['/admin/users', '.small-table tbody tr'],
  ['/admin/tokens', '.small-table tbody tr'],
  ['/admin/audit', '.small-table tbody tr'],
  ['/nowhere', '.state-title'],
];

afterEach(() => browser.assertFaultless());

/** @param {import('playwright-core').Page} page @param {string} where */
async function assertAccessible(page, where) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    // The one rule of WCAG 2.2 that axe leaves out unless it is asked: what is touched is large enough.
    const rules = { 'target-size': { enabled: true } };
    const { violations: found } = await /** @type {any} */ (globalThis).axe.run({ rules });
    return found.map(
      (/** @type {any} */ { id, help, nodes }) =>
        `${id} (${help}): ${nodes
          .slice(0, 3)
          .map((/** @type {any} */ n) => `${n.html.slice(0, 160)} ${n.failureSummary}`)
          .join('\n   ')}`,
    );
  });
  assert.deepEqual(violations, [], where);
}

/** @param {import('playwright-core').Page} page @param {string} theme */
async function paint(page, theme) {
  await page.evaluate(async (choice) => {
    localStorage.setItem('p2pdash.theme', choice);
    document.dispatchEvent(new Event('theme'));
    // Colours change over a frame or two.
    for (let frames = 3; frames > 0; frames--) await new Promise(requestAnimationFrame);
  }, theme);
}

for (const language of /** @type {const} */ (['en', 'ru'])) {
  test(`axe_finds_nothing_in_any_view_of_either_theme_${language}`, async () => {
    const page = await browser.open({ role: 'admin', language });
    for (const [path, complete] of VIEWS) {
      await page.goto(`${stack.url}/dashboard${path}`);
      await page.locator(complete).first().waitFor({ state: 'attached' });
      for (const theme of ['light', 'dark']) {
        await paint(page, theme);
        await assertAccessible(page, `${path} ${theme} ${language}`);
      }
    }
    await page.context().close();
  });
}

test('axe_finds_nothing_in_login_menu_and_dialogs', async () => {
  const visitor = await browser.open({ role: null });
  await visitor.locator('#username').waitFor();
  await assertAccessible(visitor, 'login');
  const page = await browser.open({ role: 'admin', path: '/dashboard/workers' });
  await page.click('.account-button');
  await assertAccessible(page, 'account menu');
  await page.click('[data-action=shortcuts]');
  await assertAccessible(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await page.click('[data-action=add-worker]');
  await page.fill('#add-node', 'worker-009');
  await page.click('dialog button[value=yes]');
  await page.locator('dialog pre').waitFor();
  await assertAccessible(page, 'the commands for a new worker');
  await visitor.context().close();
  await page.context().close();
});

test('axe_finds_nothing_while_a_nodes_numbers_have_not_come', async () => {
  const page = await browser.open({ role: 'admin', path: '/dashboard/certificates' });
  await page.routeWebSocket('**/ws/dashboard*', (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      if (JSON.parse(String(text)).type !== 'node') socket.send(text);
    });
  });
  await page.goto(`${stack.url}/dashboard`);
  await page.locator('.worker-card').first().waitFor();
  await page.locator('.coordinator .meter').first().waitFor();
  await assertAccessible(page, 'before the numbers');
  await page.context().close();
});

test('axe_finds_nothing_on_a_phone', async () => {
  const page = await browser.open({ role: 'admin', viewport: { width: 390, height: 844 } });
  for (const [path, complete] of VIEWS.slice(0, 5)) {
    await page.goto(`${stack.url}/dashboard${path}`);
    await page.locator(complete).first().waitFor({ state: 'attached' });
    await assertAccessible(page, `${path} on a phone`);
  }
  await page.context().close();
});

test('on_a_phone_everything_to_press_is_at_least_24_pixels_high_and_wide', async () => {
  const page = await browser.open({ role: 'admin', viewport: { width: 390, height: 844 } });
  for (const [path, complete] of VIEWS) {
    await page.goto(`${stack.url}/dashboard${path}`);
    await page.locator(complete).first().waitFor({ state: 'attached' });
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('a, button, select, summary, input')].flatMap((element) => {
        const { width, height } = element.getBoundingClientRect();
        // What covers its row or its card is pressed there.
        const covers = getComputedStyle(element, '::after').position === 'absolute';
        const seen = /** @type {HTMLElement} */ (element).checkVisibility() && width > 1;
        return seen && !covers && (width < 24 || height < 24) ? [`${element.outerHTML.slice(0, 90)} ${width}x${height}`] : [];
      }),
    );
    assert.deepEqual(small.slice(0, 6), [], path);
  }
  await page.context().close();
});

test('a_row_of_workers_is_pressed_anywhere_and_on_a_phone_they_are_sorted', async () => {
  const page = await browser.open({ viewport: { width: 390, height: 844 }, path: '/dashboard/workers' });
  const row = page.locator('.worker-row:not(.table-head)');
  await row.first().waitFor();
  await page.selectOption('.sort-select', 'id desc');
  await page.waitForURL(/sort=id&desc=true|desc=true/);
  await waitFor(async () => /sim-0005/.test(await row.first().innerText()), { what: 'the last name first' });
  const box = await row.first().boundingBox();
  assert.ok(box);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height - 8);
  await textBecomes(page, 'h1', /^sim-0005$/);
  await page.context().close();
});

test('no_view_is_wider_than_its_screen', async () => {
  const page = await browser.open({ role: 'admin', language: 'ru' });
  for (const [path, complete] of VIEWS) {
    await page.goto(`${stack.url}/dashboard${path}`);
    await page.locator(complete).first().waitFor({ state: 'attached' });
    for (const width of [360, 768, 992, 1200, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(excess <= 0, `${path} at ${width} is ${excess} too wide`);
    }
  }
  await page.context().close();
});

test('shortcuts_lead_to_tabs_search_and_help', async () => {
  const page = await browser.open({ role: 'viewer' });
  for (const [keys, path, title] of [
    ['gs', '/services', 'Services'],
    ['gl', '/logs', 'Logs'],
    ['gc', '/certificates', 'Certificates'],
    ['go', '', 'Overview'],
    ['gw', '/workers', 'Workers'],
  ]) {
    // A chord is over after a while, so its keys are not sent with a round trip between them.
    await Promise.all([...keys].map((key) => page.keyboard.press(key)));
    await waitFor(() => page.url() === `${stack.url}/dashboard${path}`, { what: `${keys} to lead to ${path}` });
    // A view's code may come later than its address.
    await textBecomes(page, 'h1', (text) => text === title);
  }
  await page.keyboard.press('/');
  await page.keyboard.type('sim-0003');
  await waitFor(() => page.url().endsWith('q=sim-0003'), { what: 'the search in the address' });
  await waitFor(async () => (await page.locator('.worker-row:not(.table-head)').count()) === 1, {
    what: 'the one worker that is searched for',
  });
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.context().close();
});

test('focus_goes_to_the_title_of_a_new_view', async () => {
  const page = await browser.open();
  await page.click('.tab[href="/dashboard/workers"]');
  await textBecomes(page, 'h1', /^Workers$/);
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
  await page.goBack();
  await textBecomes(page, 'h1', /^Overview$/);
  await page.goForward();
  await textBecomes(page, 'h1', /^Workers$/);
  await page.context().close();
});

test('the_simulated_workers_were_all_received', () => {
  simulator.stop();
  assert.equal(simulator.failures, 0, String(simulator.lastFailure));
});
