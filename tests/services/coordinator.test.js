// Goal: `make install-coordinator` on a machine with systemd, and its stack is there after every boot, with the settings it
// was installed with, as the system user; `systemctl stop` ends it in order.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { BIN, ROOT, waitFor } from '../lib/stack.js';
import { bootMachine } from './machine.js';

const PROGRAMS = ['p2pdash-api', 'p2pdash', 'p2pdash-relay', 'p2pdash-reporter'].map((name) => join(BIN, name));

/** What the stack needs to run, and its programs' libraries. */
const packages = [
  ...readFileSync(join(ROOT, 'scripts/packages.txt'), 'utf8').matchAll(/^run +([^#\n]*)/gm),
].flatMap(([, names]) => names.trim().split(/ +/));
const libraries = execFileSync(join(ROOT, 'docker/library-packages.sh'), PROGRAMS, { encoding: 'utf8' }).trim().split('\n');

const machine = await bootMachine([...packages, ...libraries]);
for (const part of ['scripts', 'nginx', 'static', 'common/version.h']) cpSync(join(ROOT, part), join(machine.tree, 'srv/p2pdash', part), { recursive: true });
for (const program of PROGRAMS) cpSync(program, join(machine.tree, 'srv/p2pdash/build', program.slice(BIN.length)));
cpSync(join(ROOT, 'build/static'), join(machine.tree, 'srv/p2pdash/build/static'), { recursive: true });

/** @param {string} command */
const systemctl = (command) => machine.run('systemctl', command, 'p2pdash');
const health = async () => JSON.parse(await machine.run('curl', '--silent', '--fail', 'http://localhost:8765/health')).status;

test('the_unit_starts_the_stack_with_the_settings_of_the_installation', async () => {
  await machine.run('env', 'P2PDASH_PORT=8765', '/srv/p2pdash/scripts/install-coordinator.sh');
  await systemctl('start').catch(async () => assert.fail(await machine.run('journalctl', '--unit=p2pdash', '--no-pager')));
  assert.equal(await health(), 'ok');
  assert.equal(await machine.run('sh', '-c', 'stat --format %U "$(dirname "$(grep -l ^p2pdash-api /proc/[0-9]*/comm | head -n 1)")"'), 'p2pdash');
});

test('after_a_boot_the_stack_is_there_again', async () => {
  await machine.program.stop();
  await machine.boot();
  await waitFor(async () => (await health().catch(() => '')) === 'ok', { what: 'the stack after the boot', deadline: 60_000 });
  assert.equal(await systemctl('is-active'), 'active');
});

test('stop_ends_every_program', async () => {
  await systemctl('stop');
  assert.equal(await machine.run('sh', '-c', 'grep -l P2PDASH_STATE_DIR /proc/[0-9]*/environ || true'), '');
});
