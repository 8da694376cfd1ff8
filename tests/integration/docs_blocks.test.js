// Every block of the documentation is run by a test, or a comment above it says why not: <!-- illustration: why -->.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { BIN, ROOT, startStack } from '../lib/stack.js';

const run = promisify(execFile);
const FILES = ['README.md', 'README.ru.md', ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];

/** @typedef {{ file: string, chapter: string, language: string, text: string, illustration: boolean }} Block */

/** The blocks of a document, in order. @param {string} file @returns {Block[]} */
function blocksOf(file) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^(<!-- illustration: .+ -->\n)?```(\w*)\n([^]*?)^```$/gm)].map((match) => ({
    file,
    chapter: [...text.slice(0, match.index).matchAll(/^## (.*)$/gm)].at(-1)?.[1] ?? '',
    language: match[2],
    text: match[3],
    illustration: match[1] !== undefined,
  }));
}

const blocks = FILES.flatMap(blocksOf);
const readme = blocks.filter(({ file, language }) => file === 'README.md' && language === 'sh').map(({ text }) => text);

/** Who runs what; the last ones are run below. @type {[string, (block: Block) => boolean][]} */
const RUNNERS = [
  ['tests/integration/docs_examples.test.js', ({ file, language }) => /API|PROTOCOL/.test(file) && language === 'sh'],
  ['tests/compose/documentation.test.js', ({ file, chapter }) => file === 'docs/INSTALL.md' && chapter === 'In containers'],
  ['tests/debian.sh', ({ text }) => readme.slice(0, 2).includes(text)],
  ['commands', ({ text }) => /^(build\/|echo .* \| build\/)/.test(text)],
  ['configurations', ({ language, text }) => language === 'ini' && text.startsWith('[reporter]')],
];

/** @param {Block} block */
const runner = (block) => RUNNERS.find(([, runs]) => runs(block))?.[0];

test('every_block_is_run_or_marked', () => {
  const fences = FILES.flatMap((file) => readFileSync(join(ROOT, file), 'utf8').match(/^```/gm) ?? []).length;
  assert.equal(blocks.length, fences / 2, 'every block is seen');
  for (const block of blocks) {
    assert.notEqual(block.illustration, runner(block) !== undefined, `${block.file}, ${block.chapter}:\n${block.text}`);
  }
});

test('the_two_languages_show_the_same_blocks', () => {
  const texts = (/** @type {string} */ name) => blocks.filter(({ file }) => file === name).map(({ text }) => text);
  assert.deepEqual(texts('README.ru.md'), texts('README.md'));
});

test('commands_and_configurations_work_as_they_stand', async () => {
  const stack = await startStack({ parts: ['redis'] });
  const clone = join(stack.folder, 'clone');
  mkdirSync(clone);
  symlinkSync(stack.folder, join(clone, 'run'));
  symlinkSync(BIN, join(clone, 'build'));
  let commands = 0;
  for (const block of blocks.filter((each) => runner(each) === 'commands')) {
    const { stdout } = await run('sh', ['-e', '-c', block.text], { cwd: clone });
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+$/m, 'a token is printed');
    commands++;
  }
  const token = join(stack.folder, 'token');
  writeFileSync(token, await stack.createToken('worker-001'), { mode: 0o600 });
  for (const { text } of blocks.filter((each) => runner(each) === 'configurations')) {
    const config = join(stack.folder, 'reporter.conf');
    writeFileSync(config, text.replace('/etc/p2pdash/token', token) + `state_dir = ${join(stack.folder, 'state')}\n`);
    const { stdout } = await run(join(BIN, 'p2pdash-reporter'), ['--config', config, '--print']);
    assert.equal(JSON.parse(stdout).worker_id, 'worker-001');
  }
  assert.equal(commands, 3);
});
