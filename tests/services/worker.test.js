// Goal: a worker on another host, installed by the README's words: its daemon reports over the network, takes commands, and
// is there again after every boot.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { BIN, ROOT, startStack, waitFor } from '../lib/stack.js';
import { CABLE, bootMachine } from './machine.js';

const NODE = 'second-host';
const REPORTER = join(BIN, 'p2pdash-reporter');

const stack = await startStack({ env: { P2PDASH_BIND: '0.0.0.0' } });
const operator = await stack.user('operator');
const libraries = execFileSync(join(ROOT, 'docker/library-packages.sh'), [REPORTER], { encoding: 'utf8' }).trim().split('\n');
const machine = await bootMachine(libraries, { cable: true });

execFileSync('make', ['install-worker', `DESTDIR=${machine.tree}`], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
const { token } = await stack.worker(NODE);
assert.ok(token);
writeFileSync(join(machine.tree, 'etc/p2pdash/token'), token, { mode: 0o600 });
writeFileSync(
  join(machine.tree, 'etc/p2pdash/reporter.conf'),
  `[reporter]
coordinator = http://${CABLE.ours}:${stack.port}
node_id = ${NODE}
token_file = /etc/p2pdash/token

[service web]
driver = systemd
unit = web.service
actions = restart
`,
);
await machine.define({ 'web.service': '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' });

/** @param {string} status */
const becomes = (status) =>
  waitFor(async () => (await operator.get('/api/dashboard/metrics')).json.workers[NODE]?.status === status, {
    what: `the worker to be ${status}`,
    deadline: 120_000,
  });
const restart = () =>
  operator.post('/api/dashboard/control-service', { worker_id: NODE, service_name: 'web', action: 'restart' });

test('the_daemon_reports_from_its_host_and_restarts_a_unit', async () => {
  await machine.run('systemctl', 'enable', '--now', 'web', 'p2pdash-reporter');
  await becomes('online');
  await waitFor(async () => (await restart()).json.success, { what: 'the command stream' });
});

test('it_says_goodbye_when_its_host_goes_down_and_is_there_again_after_the_boot', async () => {
  await machine.program.stop();
  await becomes('offline');
  await machine.boot();
  await becomes('online');
  assert.equal(await machine.run('systemctl', 'is-active', 'p2pdash-reporter'), 'active');
  await waitFor(async () => (await restart()).json.success, { what: 'the command stream after the boot' });
});
