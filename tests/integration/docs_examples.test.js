// Every example of docs/API.md and docs/PROTOCOL.md, run as it is written there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

import { service } from '../lib/report.js';
import { ROOT, startStack } from '../lib/stack.js';
import { FakeWorker } from '../lib/worker.js';

const run = promisify(execFile);
const stack = await startStack();
await stack.createUser('ada', 'admin', 'a long password');
const admin = await stack.logIn('ada', 'a long password');
const worker = await FakeWorker.start(stack, 'worker-001', { services: { nginx: service() } });
after(() => worker.close());

// An answer that is an error fails the example.
const home = join(stack.folder, 'curl');
mkdirSync(home);
writeFileSync(join(home, '.curlrc'), 'fail-with-body\nsilent\nshow-error\n');

/** The document's blocks marked `sh`, one after the other as one script. @param {string} name */
function scriptOf(name) {
  const text = readFileSync(join(ROOT, 'docs', name), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1]);
  assert.ok(blocks.length > 2, `${name} has examples`);
  return blocks.join('\n');
}

/** @param {string} name @param {Record<string, string>} variables */
async function runExamples(name, variables) {
  const env = { ...process.env, CURL_HOME: home, COORDINATOR: stack.url, ...variables };
  const script = `set -eu\ncurl() { command curl "$@"; echo; }\n${scriptOf(name)}`;
  const { stdout } = await run('bash', ['-o', 'pipefail', '-c', script], { env });
  assert.doesNotMatch(stdout, /"success":false/);
  return stdout;
}

test('the examples of API.md work as they stand', async () => {
  const stdout = await runExamples('API.md', { P2PDASH_USER: 'ada', P2PDASH_PASSWORD: 'a long password' });
  assert.match(stdout, /"status":"done"/, 'the command was carried out');
});

test('the examples of PROTOCOL.md work as they stand', async () => {
  const stdout = await runExamples('PROTOCOL.md', { TOKEN: String(admin.token), WORKER_TOKEN: String(worker.client.token) });
  assert.match(stdout, /"status":"received"/);
  assert.match(stdout, /"added":1/);
  assert.match(stdout, /"message":"disk is full"/);
  assert.doesNotMatch(stdout, /"error":/);
});

test('API.md and PROTOCOL.md name every route', () => {
  const docs = ['API.md', 'PROTOCOL.md'].map((name) => readFileSync(join(ROOT, 'docs', name), 'utf8')).join('\n');
  const table = readFileSync(join(ROOT, 'fcgi/api/routes.c'), 'utf8');
  const paths = [...table.matchAll(/METHOD_\w+,\s+"([^"]+)"/g)].map((match) => match[1]);
  assert.ok(paths.length > 25);
  for (const path of paths) assert.ok(docs.includes(path), path);
});
