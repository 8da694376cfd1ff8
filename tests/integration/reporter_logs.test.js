// Log lines on their way: whatever is rotated, stopped or killed, each arrives once, in order.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';

import { JournalWriter, unlink } from '../lib/journal.js';
import { Published } from '../lib/published.js';
import { startStack, waitFor } from '../lib/stack.js';
import { pause } from '../lib/wait.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const viewer = await stack.user('viewer');

/** Until a hundred thousand lines are there: a bound for the broken case. */
const MANY_MS = 300_000;

const published = await Published.follow(stack);

/**
 * Sends numbered lines to a datagram socket, as a program that logs would: it waits while the socket is full. It says
 * "sent" for each number that it reads: so many more.
 */
const SENDER = `
import socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.connect(sys.argv[1])
number = 0
for more in sys.stdin:
    for number in range(number, number + int(more)):
        log.send(b'<14>Nov 23 10:00:00 host app[7]: line %d' % number)
    number += 1
    print('sent', flush=True)
`;

/** @param {string} node */
const messages = (node) => published.messages(node);

/** A worker that follows files of its own. @param {string} node @param {Record<string, string | number>} [settings] */
async function follower(node, settings = {}) {
  const folder = join(stack.folder, `logs-${node}`);
  mkdirSync(folder);
  const file = join(folder, 'app.log');
  writeFileSync(file, '');
  const sections = `[log app]\nsource = file\npath = ${folder}/*.log\nlogger = Service.app\nformat = plain\n`;
  const reporter = await stack.reporter(node, { settings, sections });
  reporter.daemon.start();
  await waitFor(() => {
    appendFileSync(file, 'hello\n');
    return messages(node).length > 0;
  }, { what: 'the first line' });
  const greetings = () => messages(node).filter((message) => message === 'hello').length;
  await waitFor(() => greetings() > 0, { what: 'the greeting' });
  return { reporter, file, lines: () => messages(node).filter((message) => message.startsWith('line ')) };
}

/** @param {number} first @param {number} count */
const numbered = (first, count) => Array.from({ length: count }, (_, i) => `line ${first + i}`);

/** @param {string[]} got @param {string[]} expected */
function assertSame(got, expected) {
  for (let i = 0; i < expected.length; i++) {
    if (got[i] !== expected[i]) assert.fail(`entry ${i} is "${got[i]}", not "${expected[i]}"; ${got.length} came`);
  }
  assert.equal(got.length, expected.length);
}

test('lines_of_a_rotated_file_arrive_once_and_in_order_while_the_coordinator_goes_and_comes', async () => {
  const { file, lines } = await follower('rotated');
  const total = 100_000;
  for (let first = 0; first < total; first += 500) {
    appendFileSync(file, `${numbered(first, 500).join('\n')}\n`);
    if ((first + 500) % 5000 === 0) {
      renameSync(file, `${file}.${first}`);
      writeFileSync(file, '');
    }
    if ([20_000, 50_000, 80_000].includes(first)) await stack.nginx.stop();
    if ([30_000, 60_000, 90_000].includes(first)) {
      const seen = lines().length;
      stack.nginx.start();
      await waitFor(() => lines().length > seen, { what: 'lines to flow again' });
    }
    await pause(1); // lets the reporter work beside us
  }
  await waitFor(() => lines().at(-1) === `line ${total - 1}`, { what: 'the last line', deadline: MANY_MS });
  assertSame(lines(), numbered(0, total));
});

test('a_killed_reporter_loses_and_repeats_nothing', async () => {
  const { reporter, file, lines } = await follower('killed');
  let written = 0;
  for (let life = 0; life < 10; life++) {
    const seen = lines().length;
    for (let i = 0; i < 10; i++, written += 300) appendFileSync(file, `${numbered(written, 300).join('\n')}\n`);
    await waitFor(() => lines().length > seen, { what: 'lines to flow' });
    await reporter.daemon.kill();
    reporter.daemon.start();
  }
  await waitFor(() => lines().at(-1) === `line ${written - 1}`, { what: 'the last line' });
  assertSame(lines(), numbered(0, written));
});

test('lines_wait_in_the_spool_and_a_full_spool_makes_files_wait', async () => {
  const { reporter, file, lines } = await follower('patient', { spool_mib: 8 });
  await stack.nginx.stop();
  const total = 100_000;
  appendFileSync(file, `${numbered(0, total).join('\n')}\n`);
  const stats = await waitFor(async () => {
    const { stdout } = await reporter.ctl('stats');
    const now = JSON.parse(stdout).logs;
    return now.waiting > 10_000 && now;
  }, { what: 'lines to wait' });
  assert.equal(stats.dropped, 0);
  assert.ok(stats.waiting < total, 'the file waits too');
  stack.nginx.start();
  await stack.ready();
  await waitFor(() => lines().at(-1) === `line ${total - 1}`, { what: 'the last line', deadline: MANY_MS });
  assertSame(lines(), numbered(0, total));
});

test('once_sends_what_was_written_since_the_last_run', async () => {
  const folder = join(stack.folder, 'logs-cron');
  mkdirSync(folder);
  const file = join(folder, 'app.log');
  const sections = `[log app]\nsource = file\npath = ${file}\nformat = plain\n`;
  const reporter = await stack.reporter('cron', { sections });
  writeFileSync(file, '');
  assert.equal((await reporter.once()).status, 0);
  appendFileSync(file, 'line 0\nline 1\n');
  assert.equal((await reporter.once()).status, 0);
  appendFileSync(file, 'line 2\n');
  assert.equal((await reporter.once()).status, 0);
  await waitFor(() => messages('cron').length >= 3, { what: 'three lines' });
  assert.deepEqual(messages('cron'), numbered(0, 3));
});

test('an_entry_has_all_its_fields', async () => {
  const { json } = await viewer.get('/api/logs?node_id=cron&limit=1');
  const { timestamp, seq, ...entry } = json.logs[0];
  assert.match(timestamp, /^\d{4}-.*Z$/);
  assert.ok(seq > 0);
  assert.deepEqual(entry, {
    node_id: 'cron',
    level: 'INFO',
    logger_name: 'app',
    message: 'line 2',
    module: '',
    funcName: '',
    lineno: 0,
  });
});

test('what_programs_send_to_the_socket_arrives_once_and_in_order_while_the_coordinator_goes_and_comes', async () => {
  const path = join(stack.folder, 'log.sock');
  const reporter = await stack.reporter('socket', { sections: `[log apps]\nsource = socket\npath = ${path}\n` });
  reporter.daemon.start();
  await waitFor(() => existsSync(path), { what: 'the socket' });
  const sender = spawn('python3', ['-c', SENDER, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  after(() => sender.kill());
  let pieces = 0;
  sender.stdout.setEncoding('utf8').on('data', (said) => (pieces += said.split('sent').length - 1));
  const [rounds, piece] = [3, 16_000];
  const total = (2 * rounds + 1) * piece;
  const waiting = async () => JSON.parse((await reporter.ctl('stats')).stdout).logs.waiting;
  for (let round = 0; round < rounds; round++) {
    const seen = messages('socket').length;
    sender.stdin.write(`${piece}\n`);
    await waitFor(() => messages('socket').length > seen, { what: 'lines to flow' });
    await stack.nginx.stop();
    sender.stdin.write(`${piece}\n`);
    await waitFor(() => pieces === 2 * (round + 1), { what: 'lines to be sent' });
    assert.ok((await waiting()) > 0, 'lines wait');
    stack.nginx.start();
    await stack.ready();
  }
  sender.stdin.end(`${piece}\n`);
  await waitFor(() => messages('socket').at(-1) === `line ${total - 1}`, { what: 'the last line', deadline: MANY_MS });
  assertSame(messages('socket'), numbered(0, total));
});

/** A worker that follows a journal with these entries. @param {string} node @param {(string | null)[]} entries */
async function journalFollower(node, entries) {
  const directory = join(stack.folder, `journal-${node}`);
  mkdirSync(directory);
  let written = 0;
  /** @param {(string | null)[]} more @param {string} [name] */
  const write = async (more, name = '0') => {
    const journal = new JournalWriter(`${directory}/${name}.journal`, { first: written });
    written += more.length;
    journal.write(more);
    assert.equal(await journal.end(), 0);
  };
  await write(entries);
  const reporter = await stack.reporter(node, { sections: `[log journal]\nsource = journal\ndirectory = ${directory}\n` });
  return { daemon: reporter.daemon, write, file: `${directory}/0.journal` };
}

test('a_message_of_the_journal_that_is_just_being_written_is_waited_for', async () => {
  const { daemon, write, file } = await journalFollower('halfway', numbered(0, 10));
  const link = unlink(file, 'line 9');
  daemon.start();
  await waitFor(() => messages('halfway').at(-1) === 'line 8', { what: 'what is before it' });
  assert.deepEqual(messages('halfway'), numbered(0, 9));
  link();
  await waitFor(() => messages('halfway').length > 9, { what: 'the message' });
  await write(numbered(10, 10));
  await waitFor(() => messages('halfway').at(-1) === 'line 19', { what: 'what is behind it' });
  assertSame(messages('halfway'), numbered(0, 20));
});

test('entries_of_the_journal_without_a_message_are_passed_over', async () => {
  const { daemon, write } = await journalFollower('silent', [null, 'line 0', null, null, 'line 1', null]);
  daemon.start();
  await waitFor(() => messages('silent').length > 1, { what: 'the messages' });
  await write([null, 'line 2', null], '1');
  await waitFor(() => messages('silent').length > 2, { what: 'the message of the second file' });
  await write(['line 3', null, 'line 4'], '1');
  await waitFor(() => messages('silent').at(-1) === 'line 4', { what: 'the last message' });
  assertSame(messages('silent'), numbered(0, 5));
});

test('entries_of_the_journal_arrive_once_and_in_order_while_it_is_written_on_and_the_coordinator_goes_and_comes', async () => {
  const total = 100_000;
  const { daemon, write } = await journalFollower('journal', numbered(0, 500));
  daemon.start();
  await waitFor(() => messages('journal').length > 0, { what: 'the first entries' });
  for (let first = 500; first < total; first += 9950) {
    if ([500, 30_350, 60_200].includes(first)) await stack.nginx.stop();
    await write(numbered(first, 9950), String(Math.floor(first / 20_000)));
    if ([20_400, 50_250, 80_100].includes(first)) {
      stack.nginx.start();
      await stack.ready();
    }
  }
  await waitFor(() => messages('journal').at(-1) === `line ${total - 1}`, { what: 'the last entry', deadline: MANY_MS });
  assertSame(messages('journal'), numbered(0, total));
});
