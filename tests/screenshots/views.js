// What is photographed: each view, and the states one meets rarely.

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../lib/stack.js').Stack} Stack */

/**
 * @typedef {object} View
 * @property {string} path
 * @property {'viewer' | 'operator' | 'admin' | null} [role] admin unless told; null: nobody is logged in
 * @property {string} [shown] a selector that is there when the view is complete
 * @property {(page: Page, stack: Stack) => Promise<void>} [prepare] what is done before the picture
 * @property {(stack: Stack) => Promise<void>} [restore] what is undone after it
 */

/** A dialog that a button of a view opens. @param {string} path @param {string} action @returns {View} */
const opens = (path, action) => ({
  path,
  shown: `[data-action=${action}]:visible`,
  async prepare(page) {
    await page.locator(`[data-action=${action}]:visible`).first().click();
    await page.locator('dialog').waitFor();
  },
});

/** The cluster is at work. @type {{[name: string]: View}} */
export const VIEWS = {
  login: { path: '/dashboard', role: null, shown: '.login-card' },
  overview: { path: '/dashboard', shown: '.worker-card .meter-value' },
  'overview-table': {
    path: '/dashboard',
    shown: '.worker-card .meter-value',
    prepare: (page) => page.locator('[data-action=layout][data-value=table]').click(),
  },
  workers: { path: '/dashboard/workers', shown: '.worker-row:not(.table-head)' },
  'worker-in-trouble': { path: '/dashboard/workers/web-2', shown: '.area-logs .log-line' },
  worker: { path: '/dashboard/workers/db-1', shown: '.area-logs .log-line' },
  services: { path: '/dashboard/services', shown: '.service-row:not(.table-head)' },
  'services-selected': {
    path: '/dashboard/services?q=nginx',
    shown: '.service-row:not(.table-head)',
    async prepare(page) {
      for (const row of [0, 1]) await page.locator('.service-row input').nth(row).check();
      await page.locator('.bulk:visible').waitFor();
    },
  },
  'services-by-node': { path: '/dashboard/services?by=node', shown: '.service-group:visible' },
  'service-drawer': {
    path: '/dashboard/services?service=web-2%2Fshop',
    shown: '.drawer-lines [data-level]',
    prepare: (page) => page.locator('.drawer-actions li').first().waitFor(),
  },
  'nothing-found': { path: '/dashboard/services?q=nowhere', shown: '.state-title:visible' },
  logs: { path: '/dashboard/logs', shown: '.log-line' },
  'logs-filtered': { path: '/dashboard/logs?q=order&level=WARNING', shown: 'mark' },
  'logs-open': {
    path: '/dashboard/logs?level=ERROR',
    shown: '.log-line',
    prepare: (page) => page.locator('.log-toggle').last().click(),
  },
  certificates: {
    path: '/dashboard/certificates',
    shown: '.certificate-row',
    prepare: (page) => page.locator('.certificate-toggle').first().click(),
  },
  users: { path: '/dashboard/admin', shown: '.small-table' },
  tokens: { path: '/dashboard/admin/tokens', shown: '.small-table' },
  audit: { path: '/dashboard/admin/audit', shown: '.small-table' },
  missing: { path: '/dashboard/nowhere' },
  'dialog-stop': {
    path: '/dashboard/services?q=shop',
    shown: '.service-row:not(.table-head)',
    async prepare(page) {
      await page.locator('[data-do=stop]:visible').first().click();
      await page.locator('dialog').waitFor();
    },
  },
  'dialog-user': opens('/dashboard/admin/users', 'add-user'),
  'dialog-password': opens('/dashboard/admin/users', 'change-password'),
  'dialog-token': opens('/dashboard/admin/tokens', 'add-worker'),
  'dialog-revoke': opens('/dashboard/admin/tokens', 'revoke-token'),
  'dialog-interval': opens('/dashboard/workers/db-1', 'reporter-interval'),
  'dialog-shortcuts': {
    path: '/dashboard',
    shown: '.worker-card',
    async prepare(page) {
      await page.keyboard.press('?');
      await page.locator('dialog').waitFor();
    },
  },
  menu: {
    path: '/dashboard/workers',
    shown: '.worker-row:not(.table-head)',
    prepare: (page) => page.locator('.account-button').click(),
  },
  'toast-failure': {
    path: '/dashboard/services?q=shop',
    shown: '.service-row:not(.table-head)',
    async prepare(page) {
      await page.locator('.service-row[data-status=error] [data-do=start]').click();
      await page.locator('.notice-danger').waitFor();
    },
  },
  'session-ended': {
    path: '/dashboard/services',
    shown: '.service-row:not(.table-head)',
    async prepare(page) {
      await page.context().clearCookies();
      await page.click('.tab[href="/dashboard/certificates"]');
      await page.locator('.login-card').waitFor();
    },
  },
  unreachable: {
    path: '/dashboard/login',
    role: null,
    shown: '.login-card',
    async prepare(page, stack) {
      await stack.api.stop();
      await page.reload();
      await page.locator('.state-page').waitFor();
    },
    async restore(stack) {
      stack.api.start();
      await stack.ready();
    },
  },
  'connection-lost': {
    path: '/dashboard',
    shown: '.worker-card .meter-value',
    async prepare(page, stack) {
      await stack.relay.kill('SIGTERM');
      await page.locator('.banner:visible').waitFor();
    },
    async restore(stack) {
      stack.relay.start();
      await stack.ready();
    },
  },
};

/** Some were killed this many minutes ago. @param {string} who @param {number} minutes @returns {{[name: string]: View}} */
export const silentViews = (who, minutes) => ({
  [`${who}-killed-${minutes}-overview`]: { path: '/dashboard', shown: '.attention-danger' },
  [`${who}-killed-${minutes}-workers`]: { path: '/dashboard/workers?sort=status&desc=true', shown: '.worker-row:not(.table-head)' },
  [`${who}-killed-${minutes}-services`]: { path: '/dashboard/services', shown: '.service-row:not(.table-head)' },
  [`${who}-killed-${minutes}-worker`]: {
    path: `/dashboard/workers/${who === 'workers' ? 'web-1' : who}`,
    shown: '.notice-old:visible',
  },
});

/** Nothing has reported yet. @type {{[name: string]: View}} */
export const EMPTY = {
  'empty-overview': { path: '/dashboard', shown: '.state-title:visible' },
  'empty-workers': { path: '/dashboard/workers', shown: '.state-title:visible' },
  'empty-services': { path: '/dashboard/services', shown: '.state-title:visible' },
  'empty-logs': { path: '/dashboard/logs', shown: '.state-title:visible' },
  'empty-certificates': { path: '/dashboard/certificates', shown: '.state-title:visible' },
  'empty-tokens': { path: '/dashboard/admin/tokens', shown: '.admin-panel .btn' },
  'add-worker': {
    path: '/dashboard/workers',
    shown: '.state-title:visible',
    async prepare(page) {
      await page.locator('[data-action=add-worker]:visible').first().click();
      await page.locator('#add-node').fill('worker-001');
      await page.locator('dialog button[value=yes]').click();
      await page.locator('dialog pre').waitFor();
    },
  },
};
