// Goal: `up -d` with the demo's profile gives, within a minute and without a word of configuration, a healthy
// coordinator that shows the host's own numbers and three workers; nothing runs with more rights than it needs; and
// `down -v` leaves nothing behind.

import assert from 'node:assert/strict';
import { readFileSync, statfsSync } from 'node:fs';

import { Client } from '../lib/client.js';
import { waitFor } from '../lib/wait.js';
import { docker, serviceOf, startContainers } from './containers.js';

const WORKERS = ['db-1', 'jobs-1', 'web-1'];

const orphans = await docker('volume', 'ls', '-q', '--filter', 'dangling=true');
const started = Date.now();
const stack = await startContainers('first-start');

stack.step('all_is_healthy_within_a_minute', async () => {
  await stack.healthy(started + 60_000 - Date.now());
  const answer = await new Client(stack.url).get('/health');
  assert.deepEqual([answer.status, answer.json.status, answer.json.redis], [200, 'ok', true]);
});

stack.step('the_coordinator_shows_the_hosts_numbers', async () => {
  const admin = await stack.admin();
  const node = await waitFor(async () => (await admin.get('/api/dashboard/metrics')).json.coordinator, { what: 'a report' });
  const meminfo = readFileSync('/proc/meminfo', 'utf8');
  const root = statfsSync('/');
  assert.equal(node.status, 'online');
  assert.equal(node.metrics.memory.total, Number(/MemTotal: *(\d+)/.exec(meminfo)?.[1]) * 1024);
  assert.equal(node.metrics.disk.total, root.blocks * root.bsize);
  assert.ok(node.metrics.process_count > 20, `${node.metrics.process_count} processes`);
  // The host's devices, not the container's: some of what the host's own interfaces have received.
  const received = readFileSync('/proc/1/net/dev', 'utf8').split('\n').slice(2).filter((line) => line.trim() && !/^ *lo:/.test(line))
    .reduce((sum, line) => sum + Number(line.split(':')[1].trim().split(/ +/)[0]), 0);
  assert.ok(node.metrics.network_io.bytes_recv > 0.5 * received, `${node.metrics.network_io.bytes_recv} of ${received}`);
});

stack.step('three_workers_fill_every_tab', async () => {
  const admin = await stack.admin();
  await waitFor(async () => {
    const { workers } = (await admin.get('/api/dashboard/metrics')).json;
    return WORKERS.every((id) => workers[id]?.status === 'online');
  }, { what: 'three workers' });
  const { services } = (await admin.get('/api/dashboard/services')).json;
  assert.deepEqual(WORKERS.map((id) => Object.keys(services[id]).length), [3, 3, 3]);
  assert.equal(services['web-1'].storefront.status, 'running');
  assert.equal(services['db-1'].backup.status, 'stopped');
  const { certificates } = (await admin.get('/api/dashboard/service-data?service_type=certificates')).json;
  assert.deepEqual(certificates.map((/** @type {any} */ c) => c.worker).sort(), ['db-1', 'jobs-1', 'web-1', 'web-1']);
  await waitFor(async () => {
    const { nodes, loggers } = (await admin.get('/api/logs/sources')).json;
    return WORKERS.every((id) => nodes.includes(id)) && loggers.includes('Service.storefront');
  }, { what: 'log lines of all three' });
  await waitFor(async () => (await admin.get('/api/logs?level=WARNING&limit=1')).json.total > 0,
    { what: 'something that went wrong', deadline: 60_000 });
});

stack.step('nothing_has_more_rights_than_it_needs', async () => {
  const containers = await stack.containers();
  assert.equal(containers.length, 10);
  for (const { Name, Config, HostConfig } of containers) {
    assert.equal(HostConfig.ReadonlyRootfs, true, Name);
    assert.deepEqual([HostConfig.CapDrop, HostConfig.CapAdd ?? []], [['ALL'], []], Name);
    assert.ok(HostConfig.SecurityOpt.some((/** @type {string} */ option) => option.startsWith('no-new-privileges')), Name);
    assert.ok(HostConfig.Memory > 0 && HostConfig.PidsLimit > 0, Name);
    assert.equal(Config.User, 'p2pdash', Name);
  }
  const published = containers.filter(({ HostConfig }) => Object.keys(HostConfig.PortBindings ?? {}).length > 0);
  assert.deepEqual(published.map(serviceOf), ['nginx']);
  await assert.rejects(stack.inside('reporter', 'sh', '-c', 'echo >> /host/disk'));
  const mounts = await stack.inside('reporter', 'cat', '/proc/mounts');
  assert.deepEqual(mounts.split('\n').map((line) => line.split(' ')[1]).filter((path) => path?.startsWith('/host/') && !path.startsWith('/host/proc/')).sort(),
    ['/host/disk', '/host/proc']);
  await assert.rejects(stack.inside('web-1', 'cat', '/var/lib/p2pdash/secrets/jwt-secret'));
});

stack.step('no_compiler_is_in_an_image', async () => {
  for (const service of ['api', 'relay', 'nginx', 'reporter', 'web-1'])
    await assert.rejects(stack.inside(service, 'sh', '-c', 'command -v gcc cc make npm node'), service);
});

stack.step('a_second_up_changes_nothing', async () => {
  const before = await stack.inside('api', 'sha256sum', '/var/lib/p2pdash/secrets/jwt-secret', '/var/lib/p2pdash/secrets/admin-password');
  const tokens = await stack.inside('api', 'p2pdash', 'token', 'list');
  await stack.up();
  await stack.healthy(60_000);
  assert.equal(await stack.inside('api', 'sha256sum', '/var/lib/p2pdash/secrets/jwt-secret', '/var/lib/p2pdash/secrets/admin-password'), before);
  assert.equal(await stack.inside('api', 'p2pdash', 'token', 'list'), tokens);
});

stack.step('down_leaves_nothing', async () => {
  await stack.down();
  const ours = ['--filter', `label=com.docker.compose.project=${stack.project}`];
  assert.deepEqual(await stack.containers(), []);
  assert.equal(await docker('network', 'ls', '-q', ...ours), '');
  assert.equal(await docker('volume', 'ls', '-q', ...ours), '');
  // The workers' anonymous volumes have no label: none may be left that no container uses.
  assert.equal(await docker('volume', 'ls', '-q', '--filter', 'dangling=true'), orphans);
});
