// Goal: a person logs in, comes back to where they were, sees what their role allows, and is told when the session ends.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Browser, live, textBecomes, textOf } from '../lib/browser.js';
import { startStack, waitFor } from '../lib/stack.js';

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);
await stack.createUser('kate', 'operator', 'a pass phrase 1');

afterEach(() => browser.assertFaultless());

/** @param {import('playwright-core').Page} page @param {string} name @param {string} password */
async function logIn(page, name, password) {
  await page.fill('#username', name);
  await page.fill('#password', password);
  await page.click('button[type=submit]');
}

test('who_is_not_logged_in_gets_the_login_and_comes_back', async () => {
  const page = await browser.open({ role: null, path: '/dashboard/logs?level=ERROR' });
  await logIn(page, 'kate', 'a pass phrase 1');
  await live(page);
  await page.waitForURL(`${stack.url}/dashboard/logs?level=ERROR`);
  assert.equal(await page.locator('select[name=level]').inputValue(), 'ERROR');
  await page.context().close();
});

test('a_wrong_password_is_told_and_can_be_mended', async () => {
  const page = await browser.open({ role: null });
  await logIn(page, 'kate', 'wrong');
  await page.locator('[role=alert]:visible').waitFor();
  assert.match(await textOf(page, '[role=alert]:visible'), /\w/);
  await logIn(page, 'kate', 'a pass phrase 1');
  await live(page);
  await page.context().close();
});

test('an_address_of_another_host_is_not_followed_after_login', async () => {
  const page = await browser.open({ role: null, path: '/dashboard/login?next=//evil.example/' });
  await logIn(page, 'kate', 'a pass phrase 1');
  await live(page);
  await page.waitForURL(`${stack.url}/dashboard`);
  await page.context().close();
});

test('the_menu_shows_name_and_role_and_logs_out', async () => {
  const page = await browser.open({ role: null });
  await logIn(page, 'kate', 'a pass phrase 1');
  await live(page);
  await page.click('.account-button');
  assert.equal(await textOf(page, '.account-name'), 'kate');
  assert.equal(await textOf(page, '.account-role'), 'Operator');
  await page.click('[data-action=logout]');
  await page.locator('#username').waitFor();
  assert.equal(await page.locator('.login-card [role=status]').count(), 0, 'who logs out knows why the session ended');
  await page.goto(`${stack.url}/dashboard/workers`);
  await page.locator('#username').waitFor();
  await page.context().close();
});

test('tabs_follow_the_role', async () => {
  const viewer = await browser.open({ role: 'viewer' });
  assert.equal(await viewer.locator('.tab[href="/dashboard/admin"]').isVisible(), false);
  const admin = await browser.open({ role: 'admin' });
  assert.equal(await admin.locator('.tab[href="/dashboard/admin"]').isVisible(), true);
  await viewer.context().close();
  await admin.context().close();
});

test('an_ended_session_leads_to_the_login_and_back', async () => {
  const page = await browser.open({ role: null, path: '/dashboard/workers?q=x' });
  await logIn(page, 'kate', 'a pass phrase 1');
  await live(page);
  await stack.cli(['user', 'passwd', 'kate'], { input: 'another pass phrase 2\n' });
  await page.locator('#username').waitFor();
  assert.match(await textOf(page, '.login-card [role=status]'), /Your session has ended/);
  await logIn(page, 'kate', 'another pass phrase 2');
  await live(page);
  await page.waitForURL(`${stack.url}/dashboard/workers?q=x`);
  await page.context().close();
});

test('a_dead_api_is_told_with_what_to_do_and_waited_for', async () => {
  await stack.api.stop();
  const page = await browser.open({ role: null });
  await page.locator('.state-page').waitFor();
  assert.match(await textOf(page, '.state-page'), /make status/);
  stack.api.start();
  await stack.ready();
  await page.locator('#username').waitFor();
  await page.context().close();
});

test('language_and_theme_are_chosen_and_kept', async () => {
  const page = await browser.open({ language: 'ru' });
  assert.equal(await textOf(page, 'h1'), 'Обзор');
  assert.equal(await page.locator('html').getAttribute('lang'), 'ru');
  await page.click('.account-button');
  await page.click('[data-action=language][data-value=en]');
  await textBecomes(page, 'h1', /^Overview$/);
  await page.click('.account-button');
  await page.click('[data-action=theme][data-value=light]');
  await waitFor(async () => (await page.locator('html').getAttribute('data-bs-theme')) === 'light', {
    what: 'light colours',
  });
  await page.goto(`${stack.url}/dashboard/logs`);
  await textBecomes(page, 'h1', /^Logs$/);
  await page.context().close();
});

test('a_refusal_is_told_in_the_language_of_the_page', async () => {
  const page = await browser.open({ role: null, language: 'ru' });
  await logIn(page, 'kate', 'wrong');
  await textBecomes(page, '.login-card [role=alert]', /^Неверное имя пользователя или пароль\.$/);
  await page.context().close();
});

test('the_systems_theme_is_followed_as_it_changes', async () => {
  const page = await browser.open();
  await page.emulateMedia({ colorScheme: 'light' });
  await page.click('.account-button');
  await page.click('[data-action=theme][data-value=system]');
  for (const colorScheme of /** @type {const} */ (['light', 'dark', 'light'])) {
    await page.emulateMedia({ colorScheme });
    await waitFor(async () => (await page.locator('html').getAttribute('data-bs-theme')) === colorScheme, {
      what: `${colorScheme} colours`,
    });
  }
  await page.context().close();
});
