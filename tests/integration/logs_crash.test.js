// The whole coordinator dies, Redis, API and relay at once and without a word, while lines are on their way: what it
// had taken is there again when it is started, and what it had not is sent again.

import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { startStack, waitFor } from '../lib/stack.js';

const TOTAL = 20_000;
const PIECE = 500; // fewer than are kept, so that each can be asked for
const DEATHS = [5000, 12_500];

const stack = await startStack();
const viewer = await stack.user('viewer');

async function crash() {
  const programs = [stack.redis, stack.api, stack.relay];
  await Promise.all(programs.map((program) => program.kill('SIGKILL')));
  for (const program of programs) program.start();
  await stack.ready();
}

test('lines_arrive_once_and_in_order_though_redis_api_and_relay_are_killed_twice', async () => {
  const folder = join(stack.folder, 'logs');
  mkdirSync(folder);
  const file = join(folder, 'app.log');
  writeFileSync(file, '');
  const reporter = await stack.reporter('survivor', {
    sections: `[log app]\nsource = file\npath = ${file}\nformat = plain\n`,
  });
  reporter.daemon.start();
  /** @type {string[]} */
  const got = [];
  let seq = 0;
  const collect = async () => {
    const { status, json } = await viewer.get(`/api/logs?node_id=survivor&after=${seq}&order=oldest&limit=1000`);
    if (status >= 500) return; // on its way back
    for (const entry of json.logs) {
      got.push(entry.message);
      seq = entry.seq;
    }
  };
  for (let first = 0; first < TOTAL; first += PIECE) {
    for (let line = first; line < first + PIECE; line += 50) {
      appendFileSync(file, Array.from({ length: 50 }, (_, i) => `line ${line + i}\n`).join(''));
      if (DEATHS.includes(first) && line === first + 250) await crash();
    }
    await waitFor(
      async () => {
        await collect();
        return got.length >= first + PIECE;
      },
      { what: `${first + PIECE} lines`, deadline: 60_000 },
    );
  }
  await collect();
  got.forEach((message, i) => assert.equal(message, `line ${i}`));
  assert.equal(got.length, TOTAL);
});
