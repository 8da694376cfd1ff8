// The handler for Python's logging never makes its program wait, and loses nothing that it can keep: neither in a burst, nor
// while the reporter is started again, nor in a fork. What it loses is counted.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Published } from '../lib/published.js';
import { Python, withHandler } from '../lib/python.js';
import { startStack, waitFor } from '../lib/stack.js';
import { settles } from '../lib/wait.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });
const published = await Published.follow(stack);

/** A worker with a log socket. @param {string} node */
async function listener(node) {
  const socket = join(stack.folder, `${node}.sock`);
  const reporter = await stack.reporter(node, { sections: `[log apps]\nsource = socket\npath = ${socket}\n` });
  reporter.daemon.start();
  await waitFor(() => existsSync(socket), { what: 'the socket' });
  return { socket, reporter, messages: () => published.messages(node) };
}

/** @param {string} what @param {number} count */
const numbered = (what, count) => Array.from({ length: count }, (_, i) => `${what} ${i}`);

/** What a program ends with when nothing may be left. */
const FLUSH = 'while not handler.flush(): pass';

/** Logs so many numbered lines for each "WORD COUNT" that it reads, and says the word then. */
const NUMBERED = `for line in sys.stdin:
    word, count = line.split()
    for number in range(int(count)): log.info('%s %d', word, number)
    print(word)`;

test('a_burst_from_many_threads_arrives_whole_and_each_threads_records_in_order', async () => {
  const { socket, messages } = await listener('burst');
  const [threads, records] = [8, 2500];
  new Python(withHandler(socket, `def write(name):
    for number in range(${records}): log.info('thread-%d %d', name, number)
threads = [threading.Thread(target=write, args=(name,)) for name in range(${threads})]
for thread in threads: thread.start()
for thread in threads: thread.join()
${FLUSH}`));
  await waitFor(() => messages().length >= threads * records, { what: 'every record' });
  for (let name = 0; name < threads; name++) {
    const own = messages().filter((message) => message.startsWith(`thread-${name} `));
    assert.deepEqual(own, numbered(`thread-${name}`, records));
  }
});

test('what_is_logged_while_the_reporter_is_down_arrives_in_order_when_it_is_back', async () => {
  const { socket, reporter, messages } = await listener('down');
  const program = new Python(withHandler(socket, NUMBERED));
  program.tell('before 1');
  await waitFor(() => messages().length === 1, { what: 'the first record' });
  await reporter.daemon.stop();
  program.tell('meanwhile 5000');
  await program.says('meanwhile');
  reporter.daemon.start();
  await waitFor(() => messages().length > 5000, { what: 'what waited, though nothing more is logged' });
  program.tell('after 1');
  await waitFor(() => messages().includes('after 0'), { what: 'the last record' });
  assert.deepEqual(messages(), ['before 0', ...numbered('meanwhile', 5000), 'after 0']);
});

test('a_restart_of_the_reporter_costs_a_program_that_logs_no_record', async () => {
  const { socket, reporter, messages } = await listener('restarted');
  const program = new Python(withHandler(socket, `done = threading.Event()
def end():
    sys.stdin.readline()
    done.set()
threading.Thread(target=end).start()
number = 0
while not done.is_set():
    log.info('line %d', number)
    number += 1
    if number % 500 == 0: handler.flush()  # it may be faster than the reporter, and what waits is bounded
${FLUSH}
log.info('the end')`));
  for (let life = 0; life < 5; life++) {
    const seen = messages().length;
    await waitFor(() => messages().length > seen, { what: 'records to flow' });
    await reporter.daemon.restart();
    await waitFor(() => existsSync(socket), { what: 'the socket of the next life' });
  }
  program.tell('enough');
  await waitFor(() => messages().includes('the end'), { what: 'the last record' });
  assert.deepEqual(messages().slice(0, -1), numbered('line', messages().length - 1));
});

test('a_forked_child_sends_what_it_logs_and_leaves_the_rest_to_its_parent', async () => {
  const { socket, reporter, messages } = await listener('forked');
  await reporter.daemon.stop();
  // Two processes on one pipe: a line has to be one write.
  const program = new Python(withHandler(socket, `def say(line): os.write(1, f'{line}\\n'.encode())
for number in range(100): log.info('parent %d', number)
child = os.fork()
if not child:
    for number in range(100): log.info('child %d', number)
    say('child')
    ${FLUSH}
    os._exit(0)
say('parent')
os.waitpid(child, 0)
${FLUSH}
log.info('the end')`));
  await Promise.all([program.says('parent'), program.says('child')]);
  reporter.daemon.start();
  await waitFor(() => messages().includes('the end'), { what: 'the last record' });
  assert.deepEqual(messages().filter((message) => message.startsWith('parent')), numbered('parent', 100));
  assert.deepEqual(messages().filter((message) => message.startsWith('child')), numbered('child', 100));
});

test('it_never_waits_and_tells_once_how_many_records_did_not_fit', async () => {
  const { socket, reporter, messages } = await listener('flooded');
  reporter.daemon.signal('SIGSTOP');
  // It is this program that wakes the reporter: one that waited for it would wait for ever.
  const program = new Python(withHandler(
    socket,
    `import signal
for number in range(20000): log.info('flood %d', number)
os.kill(${reporter.daemon.pid}, signal.SIGCONT)
${FLUSH}
log.info('after the flood')`,
    'waiting_max=100_000',
  ));
  await settles(program.ended, { what: 'the flood to pass' });
  await waitFor(() => messages().includes('after the flood'), { what: 'the last record' });
  const [loss, last] = messages().slice(-2);
  const kept = messages().slice(0, -2);
  assert.equal(last, 'after the flood');
  assert.equal(loss, `${20_000 - kept.length} log records were dropped: the reporter was away or busy`);
  assert.deepEqual(kept, numbered('flood', kept.length));
  assert.equal(published.entries('flooded').at(-2).level, 'WARNING');
});

test('the_end_of_a_program_is_not_put_off_by_a_reporter_that_never_comes', async () => {
  const program = new Python(withHandler(join(stack.folder, 'nobody.sock'), "log.info('nobody hears it')"));
  assert.equal(await settles(program.ended, { what: 'the program to end' }), 0);
});
