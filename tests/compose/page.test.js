// Goal: the page of a demo stack shows the host and its workers; a service is restarted by a click, and what it logs
// meanwhile appears without one.

import { readFileSync } from 'node:fs';

import { textBecomes } from '../lib/browser.js';
import { waitFor } from '../lib/wait.js';
import { startContainers } from './containers.js';
import { openPage, showsNews, visit } from './page.js';

const stack = await startContainers('page');
await stack.healthy(60_000);
const admin = await stack.admin();
const { browser, page } = await openPage(stack, 'admin', admin.password);

stack.step('the_overview_shows_the_host_and_three_workers', async () => {
  const kib = Number(/MemTotal: *(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
  const gib = kib / 2 ** 20;
  const memory = `of ${gib < 10 ? gib.toFixed(1) : Math.round(gib)} GiB`;
  await textBecomes(page, '.coordinator', (text) => text.includes(memory));
  await textBecomes(page, '#main', (text) => ['web-1', 'db-1', 'jobs-1'].every((id) => text.includes(id)));
});

stack.step('a_click_restarts_a_service', async () => {
  const started = async () => (await admin.get('/api/logs?logger_name=storefront&q=started')).json.total;
  const before = await waitFor(started, { what: 'the first start in the log' });
  await visit(page, '/services');
  await page.click('[data-service=storefront][data-do=restart]');
  await page.click('dialog button[value=yes]');
  await waitFor(async () => (await started()) > before, { what: 'the service to start again' });
  await waitFor(async () => {
    const { services } = (await admin.get('/api/dashboard/services')).json;
    return services['web-1'].storefront.status === 'running';
  }, { what: 'the service to run' });
});

stack.step('a_failure_is_told_with_its_reason', async () => {
  await page.click('[data-service=legacy-import][data-do=start]');
  await textBecomes(page, 'body', /cannot access '\/mnt\/legacy-import'/);
});

stack.step('log_lines_appear_by_themselves', async () => {
  await visit(page, '/logs');
  await showsNews(page);
  await showsNews(page);
});

stack.step('certificates_are_listed_with_their_days', async () => {
  await visit(page, '/certificates');
  await textBecomes(page, '#main', /pay\.example/);
});

stack.step('the_page_had_no_faults', async () => browser.assertFaultless());
