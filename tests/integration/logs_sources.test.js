// What programs write, by each way there is on a worker, reaches the API and the browser with every field right; and what
// no sensible program writes harms nobody.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { promisify } from 'node:util';

import { withHandler } from '../lib/python.js';
import { Program, startStack, waitFor } from '../lib/stack.js';

const run = promisify(execFile);

const stack = await startStack();
const viewer = await stack.user('viewer');
const browser = await stack.webSocket(viewer);
const folder = join(stack.folder, 'logs');
mkdirSync(folder);
const file = join(folder, 'app.log');
const socket = join(folder, 'log.sock');
writeFileSync(file, '');
await stack.startReporter('writer', {
  sections: `[log app]\nsource = file\npath = ${folder}/*.log\nlogger = Service.app\n
[log apps]\nsource = socket\npath = ${socket}\n`,
});

/** The entry with these words, from the API. @param {string} words @returns {Promise<any>} */
const logged = (words) =>
  waitFor(async () => (await viewer.get(`/api/logs?node_id=writer&q=${encodeURIComponent(words)}`)).json.logs[0], {
    what: `the entry "${words}"`,
  });

/** The same from the browser's socket. @param {string} words @returns {Promise<any>} */
const pushed = (words) =>
  waitFor(
    () =>
      browser.messages
        .filter((message) => message.type === 'new_logs' && message.node_id === 'writer')
        .flatMap((message) => message.logs)
        .find((entry) => entry.message.includes(words)),
    { what: `"${words}" in the browser` },
  );

/**
 * The entry arrived by both ways, with these fields.
 * @param {string} words @param {Record<string, unknown>} fields
 */
async function arrives(words, fields) {
  const entry = await logged(words);
  for (const [name, value] of Object.entries({ node_id: 'writer', ...fields })) {
    assert.deepEqual(entry[name], value, `${name} of ${JSON.stringify(entry)}`);
  }
  assert.deepEqual(await pushed(words), entry);
  return entry;
}

/** @param {string} timestamp */
const isRecent = (timestamp) => /T.*\.\d{3}Z$/.test(timestamp) && Math.abs(Date.parse(timestamp) - Date.now()) < 60_000;

/** Runs a Python program with the handler to its end. @param {string} program */
const python = (program) => run('python3', ['-c', withHandler(socket, program)]);

test('logger_writes_to_the_socket', async () => {
  await run('logger', ['-u', socket, '-p', 'user.err', '-t', 'backup', 'no space left']);
  const entry = await arrives('no space left', { level: 'ERROR', logger_name: 'backup', message: 'no space left' });
  assert.ok(isRecent(entry.timestamp), entry.timestamp);
});

test('logger_speaks_both_formats_of_syslog', async () => {
  for (const format of ['rfc3164', 'rfc5424']) {
    await run('logger', ['-u', socket, `--${format}`, '-p', 'user.warning', '-t', 'tagged', '-i', `as ${format}`]);
    await arrives(`as ${format}`, { level: 'WARNING', logger_name: 'tagged', message: `as ${format}` });
  }
});

test('rsyslog_forwards_to_the_socket', async () => {
  const input = join(folder, 'rsyslog.in');
  const configuration = join(folder, 'rsyslog.conf');
  writeFileSync(
    configuration,
    `module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${input}")
$ModLoad omuxsock
$OMUxSockSocket ${socket}
*.* :omuxsock:
`,
  );
  const rsyslog = new Program('rsyslog', ['/usr/sbin/rsyslogd', '-n', '-f', configuration, '-i', join(folder, 'rsyslog.pid')], {
    log: join(folder, 'rsyslog.out'),
  }).start();
  after(() => rsyslog.stop());
  await waitFor(() => existsSync(input), { what: "rsyslog's socket" });
  await run('logger', ['-u', input, '-p', 'user.err', '-t', 'billing', 'through rsyslog']);
  const entry = await arrives('through rsyslog', { level: 'ERROR', logger_name: 'billing', message: 'through rsyslog' });
  assert.ok(isRecent(entry.timestamp), entry.timestamp);
});

test('pythons_syslog_handler_writes_to_the_socket', async () => {
  await python(`log.removeHandler(handler)
syslog = logging.handlers.SysLogHandler(address='${socket}')
log.addHandler(syslog)
log.critical('from the standard library')
syslog.ident = 'named: '
log.warning('with a name')`);
  await arrives('from the standard library', { level: 'CRITICAL', logger_name: 'apps' });
  await arrives('with a name', { level: 'WARNING', logger_name: 'named', message: 'with a name' });
});

test('the_python_handler_fills_every_field', async () => {
  await python(`def process_data():
    try:
        {}['missing']
    except KeyError:
        log.exception('it %s', 'went wrong')
process_data()`);
  const entry = await arrives('it went wrong', {
    level: 'ERROR',
    logger_name: 'Service.python',
    module: '<string>',
    funcName: 'process_data',
    lineno: 12,
  });
  assert.match(entry.message, /^it went wrong\nTraceback \(most recent call last\):\n.*\nKeyError: 'missing'$/s);
  assert.ok(isRecent(entry.timestamp), entry.timestamp);
});

test('levels_of_python_are_kept_and_those_between_fall_to_the_one_below', async () => {
  await python(`for number in (5, 10, 20, 25, 30, 40, 50, 60): log.log(max(number, 10), 'of %d.', number)`);
  const levels = { 5: 'DEBUG', 10: 'DEBUG', 20: 'INFO', 25: 'INFO', 30: 'WARNING', 40: 'ERROR', 50: 'CRITICAL', 60: 'CRITICAL' };
  for (const [number, level] of Object.entries(levels)) await arrives(`of ${number}.`, { level });
});

test('the_python_handler_harms_no_program_that_logs_nonsense', async () => {
  await python(`class Bad:
    def __str__(self): raise RuntimeError('no words')
log.error('wrong %d', 'arguments')
class Worse(Bad):
    __repr__ = Bad.__str__
class Worst(Exception):
    def __str__(self): raise self
    __repr__ = __str__
log.error('bad %s', Bad())
log.error(Worse())
log.error(Worst())
log.error('lone \\ud800 surrogate')
log.error('long ' + 'x' * 1000000)
log.error({'not': 'text'})
handler.path = '/' + 'x' * 200
handler._disconnect()
log.error('nowhere to go')`);
  await logged('wrong %d');
  await logged('bad %s');
  assert.match((await logged('Worse object')).message, /^<__main__\.Worse object at .*could not be formatted: RuntimeError\('no words'\)\)$/);
  assert.match((await logged('Worst object')).message, /^<__main__\.Worst object at .*could not be formatted: <__main__\.Worst object at /);
  await logged('lone ? surrogate');
  assert.equal((await logged('long xxx')).message.length, 64 * 1024 - '…[cut]'.length - 2 + '…[cut]'.length);
  await logged("{'not': 'text'}");
});

test('lines_of_a_file_are_understood', async () => {
  const lines = [
    '2025-11-17 10:30:00,123 - Service.billing - ERROR - invoice lost',
    '{"time":"2025-11-17T10:30:00.123Z","level":"warn","msg":"slow query","logger":"db","func":"query","lineno":7}',
    'just words in a file',
  ];
  appendFileSync(file, `${lines.join('\n')}\n`);
  const billing = await arrives('invoice lost', { level: 'ERROR', logger_name: 'Service.billing', message: 'invoice lost' });
  assert.equal(new Date(billing.timestamp).getMilliseconds(), 123);
  await arrives('slow query', {
    timestamp: '2025-11-17T10:30:00.123Z',
    level: 'WARNING',
    logger_name: 'db',
    message: 'slow query',
    funcName: 'query',
    lineno: 7,
  });
  const words = await arrives('just words in a file', { level: 'INFO', logger_name: 'Service.app' });
  assert.ok(isRecent(words.timestamp), words.timestamp);
});

test('nonsense_on_the_socket_and_in_files_does_no_harm', async () => {
  const long = 'y'.repeat(10 << 20);
  /** @type {(string | Buffer)[]} */
  const nonsense = [
    '{"level":7,"message":["not","text"]}',
    '{"level":"ERROR","message":"control \\u0000\\u0001\\u001b[31m\\u0007 characters"}',
    Buffer.from('invalid \xff\xfe\xc0\x80 bytes', 'latin1'),
    `{"message":"deep","level":"ERROR","x":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    '<999>beyond every priority',
    `{"level":"ERROR","logger_name":"${'n'.repeat(5000)}","message":"a long name"}`,
    `<img src=x onerror=alert(1)>`,
  ];
  const sender = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect('${socket}'); s.send(sys.stdin.buffer.read())`;
  for (const data of nonsense) {
    const program = spawn('python3', ['-c', sender]);
    program.stdin.end(data);
    await new Promise((resolve) => program.once('exit', resolve));
    appendFileSync(file, data);
    appendFileSync(file, '\n');
  }
  appendFileSync(file, `ERROR: ${long}\nstill here\n`);
  await logged('still here');
  assert.equal((await logged('not')).message, '{"level":7,"message":["not","text"]}');
  const control = await logged('control ');
  assert.match(control.message, /^control \ufffd\u0001\u001b\[31m\u0007 characters$/);
  assert.match((await logged('invalid ')).message, /^invalid \ufffd+ bytes$/);
  assert.equal((await logged('beyond every')).message, '<999>beyond every priority');
  assert.equal((await logged('a long name')).logger_name, 'n'.repeat(256));
  assert.equal((await logged('onerror')).message, '<img src=x onerror=alert(1)>');
  const cut = await logged('yyyyyyyy');
  assert.equal(cut.level, 'ERROR');
  assert.ok(cut.message.endsWith('…[cut]') && Buffer.byteLength(cut.message) <= 64 * 1024);
});
