// The whole coordinator dies, Redis, API and relay at once and without a word, while lines are on their way: what it
// had taken is there again when it is started, and what it had not is sent again.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';

import { JournalWriter } from '../lib/journal.js';
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

/** Sends each line that it reads as a datagram, as a program that logs would: it waits while the socket is full. */
const SENDER = `
import socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.connect(sys.argv[1])
for line in sys.stdin:
    log.send(b'<14>Nov 23 10:00:00 host app[7]: ' + line.rstrip().encode())
`;

/**
 * Where lines come from: a source's section, and how to write to it once the reporter runs.
 * @type {Record<string, (path: string) => { section: string, open: () => Promise<(lines: string[]) => void> }>}
 */
const SOURCES = {
  file: (path) => ({
    section: `[log app]\nsource = file\npath = ${path}\nformat = plain\n`,
    async open() {
      writeFileSync(path, '');
      return (lines) => appendFileSync(path, `${lines.join('\n')}\n`);
    },
  }),
  socket: (path) => ({
    section: `[log app]\nsource = socket\npath = ${path}\n`,
    async open() {
      await waitFor(() => existsSync(path), { what: 'the socket' });
      const sender = spawn('python3', ['-c', SENDER, path], { stdio: ['pipe', 'inherit', 'inherit'] });
      after(() => sender.kill());
      return (lines) => sender.stdin.write(`${lines.join('\n')}\n`);
    },
  }),
  journal: (path) => ({
    section: `[log journal]\nsource = journal\ndirectory = ${path}\n`,
    async open() {
      mkdirSync(path);
      const journal = new JournalWriter(join(path, 'app.journal'));
      return (lines) => journal.write(lines);
    },
  }),
};

for (const [source, make] of Object.entries(SOURCES))
  test(`lines_of_a_${source}_arrive_once_and_in_order_though_redis_api_and_relay_are_killed_twice`, async () => {
    const { section, open } = make(join(stack.folder, `app-${source}`));
    const reporter = await stack.reporter(source, { sections: section });
    reporter.daemon.start();
    const write = await open();
    /** @type {string[]} */
    const got = [];
    let seq = 0;
    const collect = async () => {
      const { status, json } = await viewer.get(`/api/logs?node_id=${source}&after=${seq}&order=oldest&limit=1000`);
      if (status >= 500) return; // on its way back
      for (const entry of json.logs) {
        got.push(entry.message);
        seq = entry.seq;
      }
    };
    for (let first = 0; first < TOTAL; first += PIECE) {
      for (let line = first; line < first + PIECE; line += 50) {
        write(Array.from({ length: 50 }, (_, i) => `line ${line + i}`));
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

test('what_is_acknowledged_is_on_disk_unless_the_settings_say_otherwise', async () => {
  const hasty = await startStack({ parts: ['redis'], env: { P2PDASH_REDIS_APPENDFSYNC: 'everysec' } });
  for (const [where, policy] of /** @type {const} */ ([[stack, 'always'], [hasty, 'everysec']])) {
    assert.equal(await where.redisCommand('CONFIG', 'GET', 'appendfsync'), `appendfsync\n${policy}`);
  }
});
