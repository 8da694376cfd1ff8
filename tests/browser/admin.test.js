// Goal: an administrator manages users, tokens and workers from the page, and certificates tell when they end.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';

import { Browser, live, textBecomes, textOf } from '../lib/browser.js';
import { Client, startStack, temporaryFolder, waitFor } from '../lib/stack.js';
import { SimulatedWorker } from '../load/simulator.js';

const stack = await startStack({ workers: 4, waitWorkers: 2 });
const browser = await Browser.start(stack);

afterEach(() => browser.assertFaultless());

/** @param {import('playwright-core').Page} page @param {string} text */
const row = (page, text) => page.locator('.small-table tbody tr', { hasText: text });

test('users_are_added_changed_and_removed', async () => {
  const page = await browser.open({ role: 'admin', path: '/dashboard/admin' });
  await page.click('[data-action=add-user]');
  await page.fill('#username', 'mary');
  await page.fill('#password', 'a pass phrase 1');
  await page.click('dialog button[value=yes]');
  await row(page, 'mary').waitFor();
  assert.equal((await stack.logIn('mary', 'a pass phrase 1')).token !== undefined, true);

  await row(page, 'mary').locator('select').selectOption('operator');
  await page.locator('.notice-success', { hasText: 'mary is now: Operator' }).waitFor();
  const mary = await stack.logIn('mary', 'a pass phrase 1');
  assert.equal((await mary.get('/auth/me')).json.role, 'operator');

  await row(page, 'mary').locator('[data-action=change-password]').click();
  await page.fill('#password', 'another pass phrase 2');
  await page.click('dialog button[value=yes]');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await stack.logIn('mary', 'another pass phrase 2');

  await row(page, 'mary').locator('[data-action=remove-user]').click();
  await page.click('dialog button[value=yes]');
  await row(page, 'mary').waitFor({ state: 'detached' });
  assert.equal(
    (await stack.visitor.post('/auth/login', { username: 'mary', password: 'another pass phrase 2' })).status,
    401,
  );
  await page.context().close();
});

test('a_refusal_is_told_in_the_dialog', async () => {
  const page = await browser.open({ role: 'admin', path: '/dashboard/admin' });
  await page.click('[data-action=add-user]');
  await page.fill('#username', 'the-admin');
  await page.fill('#password', 'a pass phrase 1');
  await page.click('dialog button[value=yes]');
  await page.locator('dialog [role=alert]:visible').waitFor();
  assert.match(await textOf(page, 'dialog [role=alert]'), /the-admin/);
  await page.keyboard.press('Escape');
  await page.context().close();
});

test('a_new_worker_gets_its_commands_with_a_token_that_works', async () => {
  const page = await browser.open({ role: 'admin', path: '/dashboard/workers' });
  await page.getByText('No workers yet').waitFor();
  await page.locator('.state [data-action=add-worker]').click();
  await page.fill('#add-node', 'worker-007');
  assert.equal(await page.inputValue('#add-address'), stack.url);
  await page.locator('dialog .form-warning', { hasText: 'Only this machine can reach that address' }).waitFor();
  for (const address of ['http://127.0.0.2:1', 'http://[::1]:8080', 'https://box.localhost']) {
    await page.fill('#add-address', address);
    assert.ok(await page.locator('dialog .form-warning').isVisible(), address);
  }
  await page.fill('#add-address', 'https://p2pdash.example/mon/');
  await page.locator('dialog .form-warning').waitFor({ state: 'hidden' });
  await page.fill('#add-label', 'rack 4');
  await page.click('dialog button[value=yes]');
  const commands = await textOf(page, 'dialog pre');
  assert.match(commands, /coordinator = https:\/\/p2pdash\.example\/mon\nnode_id     = worker-007/);
  const token = /^eyJ\S+$/m.exec(commands)?.[0];
  assert.ok(token, commands);
  // Nothing closes the dialog by accident while the token was not copied.
  const leave = page.locator('dialog', { hasText: 'The token was not copied' });
  for (const close of [
    () => page.keyboard.press('Escape'),
    () => page.mouse.click(3, 3),
    () => page.click('dialog button[value=done]'),
  ]) {
    await close();
    await leave.waitFor();
    await page.keyboard.press('Escape');
    await leave.waitFor({ state: 'detached' });
    assert.equal(await textOf(page, 'dialog pre'), commands);
  }
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.click('dialog .code-copy');
  await page.locator('.notice-success', { hasText: 'Copied' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });

  const worker = new SimulatedWorker('worker-007', new Client(stack.url, { token }));
  assert.equal((await worker.client.post('/api/reporter/report', worker.report(30))).status, 200);
  await page.locator('.worker-row', { hasText: 'worker-007' }).waitFor();

  await page.goto(`${stack.url}/dashboard/admin/tokens`);
  assert.match(await row(page, 'worker-007').innerText(), /worker-007\s+rack 4\s/);
  await row(page, 'worker-007').locator('[data-action=revoke-token]').click();
  assert.match(await textOf(page, 'dialog'), /worker-007[^]*rack 4[^]*only token of this worker/);
  await page.click('dialog button[value=yes]');
  await page.locator('.notice-success', { hasText: 'revoked' }).waitFor();
  await waitFor(async () => (await worker.client.post('/api/reporter/report', worker.report(30))).status === 401, {
    what: 'the token to be refused',
  });
  await page.context().close();
});

test('the_right_one_of_many_tokens_is_found_and_revoked', async () => {
  const admin = await stack.user('admin');
  const made = [];
  for (const name of ['spare disk', 'main']) {
    made.push((await admin.post('/api/admin/tokens', { node_id: 'worker-020', name })).json);
  }
  await Promise.all(
    Array.from({ length: 40 }, (_, i) => admin.post('/api/admin/tokens', { node_id: `fleet-${i}`, ttl: 3600 + 100 * i })),
  );
  assert.equal((await new Client(stack.url, { token: made[1].token }).post('/api/reporter/beat')).status, 204);

  const page = await browser.open({ role: 'admin', path: '/dashboard/admin/tokens' });
  await textBecomes(page, '.admin-count', /^4\d of 4\d$/);
  await page.selectOption('select[name=order]', 'expires');
  const shown = () => page.locator('.small-table tbody tr td:first-child').allInnerTexts();
  assert.deepEqual((await shown()).slice(0, 2), ['fleet-0', 'fleet-1']);
  await page.selectOption('select[name=order]', 'unused');
  assert.equal((await shown()).at(-1), 'worker-020', 'the one that is in use');
  await page.fill('[data-search]', 'worker-020');
  await textBecomes(page, '.admin-count', /^2 of 4\d$/);
  assert.match(await row(page, 'spare disk').innerText(), /never/);
  assert.match(await row(page, 'main').innerText(), /second|minute|now/);

  await row(page, 'spare disk').locator('[data-action=revoke-token]').click();
  const question = await textOf(page, 'dialog');
  assert.match(question, /worker-020[^]*spare disk[^]*never[^]*1 other token of this worker stays valid/);
  assert.ok(question.includes(made[0].id));
  await page.click('dialog button[value=yes]');
  await page.locator('.notice-success', { hasText: 'revoked' }).waitFor();
  const { tokens } = (await admin.get('/api/admin/tokens')).json;
  assert.deepEqual(tokens.filter((/** @type {any} */ t) => t.node_id === 'worker-020').map((/** @type {any} */ t) => t.id), [made[1].id]);
  await page.context().close();
});

test('a_user_changes_the_own_password_and_stays_logged_in', async () => {
  await stack.createUser('nora', 'viewer', 'first password');
  const page = await browser.open({ path: '/dashboard/login', role: null });
  await page.fill('[name=username]', 'nora');
  await page.fill('[name=password]', 'first password');
  await page.click('button[type=submit]');
  await live(page);
  const fill = async (/** @type {string[]} */ ...passwords) => {
    for (const [index, id] of ['current-password', 'new-password', 'repeat-password'].entries()) {
      await page.fill(`#${id}`, passwords[index]);
    }
    await page.click('dialog button[value=yes]');
  };
  await page.click('.account-button');
  await page.click('[data-action=own-password]');
  await fill('first password', 'second password', 'another password');
  await page.locator('dialog [role=alert]', { hasText: 'The two new passwords differ' }).waitFor();
  await fill('a guess', 'second password', 'second password');
  await page.locator('dialog [role=alert]', { hasText: 'The current password is wrong' }).waitFor();
  await fill('first password', 'second password', 'second password');
  await page.locator('.notice-success', { hasText: 'The password is changed' }).waitFor();

  await stack.logIn('nora', 'second password');
  await live(page);
  assert.match(page.url(), /\/dashboard$/);
  await page.reload();
  await live(page);
  await page.context().close();
});

test('a_worker_is_removed', async () => {
  const page = await browser.open({ role: 'admin', path: '/dashboard/workers/worker-007' });
  await page.click('[data-action=remove-worker]');
  await page.click('dialog button[value=yes]');
  await page.getByText('No such worker').waitFor();
  await page.context().close();
});

test('the_audit_says_who_did_what', async () => {
  const page = await browser.open({ role: 'admin', path: '/dashboard/admin/audit' });
  await row(page, 'Removed a worker').waitFor();
  const text = await textOf(page, '.small-table');
  for (const done of [
    'Added a user',
    'Changed a role',
    'Changed a password',
    'Removed a user',
    'Created a token',
    'Revoked a token',
  ]) {
    assert.match(text, new RegExp(`the-admin\\s+${done}`));
  }
  await page.context().close();
});

test('who_is_no_administrator_sees_the_refusal', async () => {
  const page = await browser.open({ role: 'viewer', path: '/dashboard/admin' });
  await page.locator('.state[role=alert]').waitFor();
  await page.context().close();
});

test('certificates_are_sorted_by_what_is_left_and_open_to_their_details', async () => {
  const folder = temporaryFolder();
  const certificate = (/** @type {string} */ name, /** @type {number} */ days) => {
    const file = join(folder, `${name}.pem`);
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-subj',
        `/CN=${name}.example`,
        '-days',
        String(days),
        '-keyout',
        join(folder, `${name}.key`),
        '-out',
        file,
        '-addext',
        `subjectAltName=DNS:${name}.example,DNS:www.${name}.example`,
      ],
      { stdio: 'ignore' },
    );
    return file;
  };
  const files = [certificate('later', 300), certificate('soon', 20), certificate('now', 3)];
  await stack.startReporter('worker-008', { sections: `[certificates]\npaths = ${files.join(', ')}\n` });
  const page = await browser.open({ path: '/dashboard/certificates' });
  await page.locator('.certificate-row').nth(2).waitFor();
  const names = await page.locator('.certificate-subject').allInnerTexts();
  assert.deepEqual(
    names.map((name) => /now|soon|later/.exec(name)?.[0]),
    ['now', 'soon', 'later'],
  );
  const levels = await page
    .locator('.certificate-row')
    .evaluateAll((rows) => rows.map((element) => element.getAttribute('data-level')));
  assert.deepEqual(levels, ['danger', 'warning', 'ok']);

  await page.fill('[data-search]', 'www.soon');
  await textBecomes(page, '.count', /^1 of 3$/);
  await page.click('[data-action=details]');
  assert.match(await textOf(page, '.certificate-details'), /soon\.example, www\.soon\.example/);

  await page.goto(`${stack.url}/dashboard`);
  await live(page);
  await page.locator('.attention', { hasText: 'Certificates expire soon on 1 node' }).waitFor();
  await page.context().close();
});

test('a_certificate_that_cannot_be_read_stays_on_top_with_the_reason', async () => {
  const worker = new SimulatedWorker('worker-010', await stack.worker('worker-010'));
  const broken = { path: '/etc/ssl/broken.pem', error: 'no certificate in it', since: '2025-11-17T10:30:00.000Z' };
  const answer = await worker.client.post('/api/reporter/report', { ...worker.report(30), certificates: [broken] });
  assert.equal(answer.status, 200, answer.text);
  const page = await browser.open({ path: '/dashboard/certificates' });
  const first = page.locator('.certificate-row').first();
  await first.filter({ hasText: '/etc/ssl/broken.pem' }).waitFor();
  assert.match(await first.innerText(), /Unreadable\s+\/etc\/ssl\/broken\.pem\s+no certificate in it\s+worker-010\s+since /);
  assert.equal(await first.getAttribute('data-level'), 'unreadable');
  await page.fill('[data-search]', 'no certificate');
  await textBecomes(page, '.count', /^1 of \d+$/);

  await page.goto(`${stack.url}/dashboard/workers/worker-010`);
  await page.locator('.certificate-list', { hasText: 'no certificate in it' }).waitFor();
  await page.goto(`${stack.url}/dashboard`);
  await page.locator('.attention', { hasText: 'Certificates cannot be read on 1 node' }).waitFor();
  await page.context().close();
});

test('a_certificate_that_is_replaced_or_grows_older_is_shown_as_it_is_now', async () => {
  const worker = new SimulatedWorker('worker-009', await stack.worker('worker-009'));
  const report = async (/** @type {number} */ daysLeft, fingerprint = 'AA:01') => {
    const certificate = {
      path: '/etc/ssl/aging.pem',
      subject: 'CN=aging.example',
      issuer: 'CN=aging.example',
      serial: '01',
      not_before: '2025-01-01T00:00:00.000Z',
      not_after: '2030-01-01T00:00:00.000Z',
      days_left: daysLeft,
      sans: [],
      fingerprint_sha256: fingerprint,
      key: 'EC 256',
    };
    const answer = await worker.client.post('/api/reporter/report', { ...worker.report(30), certificates: [certificate] });
    assert.equal(answer.status, 200, answer.text);
  };
  await report(30);
  const page = await browser.open({ path: '/dashboard/certificates' });
  const row = page.locator('.certificate-row', { hasText: 'aging.example' });
  await row.filter({ hasText: '30 days' }).waitFor();
  assert.equal(await row.getAttribute('data-level'), 'ok');
  await report(29);
  await row.filter({ hasText: '29 days' }).waitFor();
  assert.equal(await row.getAttribute('data-level'), 'warning');
  await report(365, 'AA:02');
  await row.filter({ hasText: '365 days' }).waitFor();
  assert.equal(await row.getAttribute('data-level'), 'ok');
  await page.context().close();
});
