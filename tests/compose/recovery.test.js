// Goal: whatever main process is killed, its container is back and healthy by itself, and a page that was open the
// whole time goes on where it was.

import assert from 'node:assert/strict';

import { waitFor } from '../lib/wait.js';
import { startContainers } from './containers.js';
import { openPage, showsNews, visit } from './page.js';

const SERVICES = ['redis', 'api', 'relay', 'nginx', 'reporter', 'web-1', 'db-1', 'jobs-1'];

const stack = await startContainers('recovery');
await stack.healthy(60_000);
const admin = await stack.admin();
const { page } = await openPage(stack, 'admin', admin.password);
await visit(page, '/logs');

for (const service of SERVICES) {
  stack.step(`${service}_comes_back_by_itself`, async () => {
    const [before] = await stack.containers(service);
    process.kill(before.State.Pid, 'SIGKILL');
    await waitFor(async () => {
      const [{ State }] = await stack.containers(service);
      return State.StartedAt !== before.State.StartedAt && State.Health.Status === 'healthy';
    }, { what: `${service} to be healthy again`, deadline: 60_000 });
    await stack.healthy(60_000);
    assert.equal((await admin.get('/health')).status, 200);
    await showsNews(page);
  });
}

stack.step('nothing_was_forgotten', async () => {
  // The login outlived Redis, and every worker is still who it was.
  assert.equal((await admin.get('/auth/me')).status, 200);
  await waitFor(async () => {
    const { coordinator, workers } = (await admin.get('/api/dashboard/metrics')).json;
    return [coordinator, workers['web-1'], workers['db-1'], workers['jobs-1']].every((node) => node?.status === 'online');
  }, { what: 'every node to be online', deadline: 60_000 });
});
