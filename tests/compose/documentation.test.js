// Goal: somebody new types what docs/INSTALL.md says about containers, line by line, and has a coordinator, a password
// that logs in, three demo workers, a token for another one, and at last secrets of their own.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { promisify } from 'node:util';

import { Client } from '../lib/client.js';
import { freePort, ROOT, temporaryFolder } from '../lib/stack.js';
import { waitFor } from '../lib/wait.js';
import { Containers } from './containers.js';

const NEXT = '-- next block --';

const stack = new Containers('p2pdash-documentation', await freePort());
after(() => stack.down());

// Of the clone only docker/ is needed, because the images are built; `docker-compose` is whichever is there.
const clone = temporaryFolder();
cpSync(join(ROOT, 'docker'), join(clone, 'docker'), { recursive: true });
writeFileSync(join(clone, 'docker-compose'), `#!/bin/sh\nPATH=\${PATH#*:} exec ${process.env.P2PDASH_COMPOSE ?? 'docker-compose'} "$@"\n`, { mode: 0o755 });

const chapter = readFileSync(join(ROOT, 'docs/INSTALL.md'), 'utf8').split(/^## /m).find((text) => text.startsWith('In containers')) ?? '';
const blocks = [...chapter.matchAll(/```sh\n([^]*?)```/g)].map(([, commands]) => commands);
/** What each block prints. @type {string[]} */
let printed = [];

/** @param {string} password */
async function logIn(password) {
  return (await new Client(stack.url).post('/auth/login', { username: 'admin', password: password.trim() })).status;
}

stack.step('the_example_of_settings_shows_the_defaults', async () => {
  const folder = join(clone, 'docker');
  const config = () => promisify(execFile)('sh', ['-c', `${process.env.P2PDASH_COMPOSE ?? 'docker-compose'} config`],
    { cwd: folder, env: { ...process.env, COMPOSE_PROJECT_NAME: stack.project } });
  const without = await config();
  cpSync(join(folder, '.env.example'), join(folder, '.env'));
  assert.equal((await config()).stdout, without.stdout);
  rmSync(join(folder, '.env'));
  // And every setting that compose.yaml takes is in it.
  const taken = [...readFileSync(join(folder, 'compose.yaml'), 'utf8').matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
  const shown = readFileSync(join(folder, '.env.example'), 'utf8');
  for (const name of taken) assert.match(shown, new RegExp(`^${name}=`, 'm'));
});

stack.step('every_command_can_be_typed_as_it_stands', async () => {
  assert.equal(blocks.length, 5);
  const script = ['set -e', ...blocks].join(`\necho '${NEXT}'\n`);
  const { stdout } = await promisify(execFile)('sh', ['-c', script], {
    cwd: clone,
    // Compose v1 wants a terminal for `exec` unless it is told that there is none.
    env: { ...process.env, ...stack.env, PATH: `${clone}:${process.env.PATH}`, COMPOSE_INTERACTIVE_NO_CLI: '1' },
    timeout: 300_000,
  });
  printed = stdout.split(`${NEXT}\n`).slice(1);
});

stack.step('they_give_a_coordinator_with_three_workers', async () => {
  await stack.healthy(60_000);
  const admin = await stack.admin();
  await waitFor(async () => Object.keys((await admin.get('/api/dashboard/metrics')).json.workers).length === 3, { what: 'three workers' });
});

stack.step('the_token_lets_a_worker_in_until_the_secret_changes', async () => {
  assert.match(printed[3].trim(), /^[\w-]+\.[\w-]+\.[\w-]+$/);
  const worker = new Client(stack.url, { token: printed[3].trim() });
  assert.equal((await worker.post('/api/reporter/logs', { node_id: 'worker-001', batch: 'a', logs: [] })).status, 401);
});

stack.step('own_secrets_replace_those_that_were_made', async () => {
  const own = readFileSync(join(clone, 'docker/secrets/admin-password'), 'utf8');
  assert.equal(await logIn(own), 200);
  assert.equal(await logIn(printed[1]), 401);
  assert.equal((await stack.inside('api', 'cat', '/var/lib/p2pdash/secrets/jwt-secret')).trim(),
    readFileSync(join(clone, 'docker/secrets/jwt-secret'), 'utf8').trim());
});
