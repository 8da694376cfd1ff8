// docs/CONFIGURATION.md says what the programs read: no setting too many, none too few, each with its default.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

const root = new URL('../../', import.meta.url).pathname;
const bin = process.env.P2PDASH_BIN ?? join(root, 'build');
const text = readFileSync(join(root, 'docs/CONFIGURATION.md'), 'utf8');

/** The first two cells of each row below a heading, without their backticks. @param {string} heading */
function rows(heading) {
  const part = text.split(`\n${heading}\n`)[1];
  assert.ok(part, `there is a heading ${heading}`);
  return part
    .split('\n#')[0]
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, name, initial] = line.split('|').map((cell) => cell.trim().replaceAll('`', ''));
      return [name, initial];
    })
    .sort();
}

/** What --help lists: name and default. @param {string} program */
function options(program) {
  const help = execFileSync(join(bin, program), ['--help'], { encoding: 'utf8' });
  return help
    .split('\n')
    .flatMap((line) => {
      const name = /^ {2}(--[a-z-]+)/.exec(line)?.[1];
      if (!name || name === '--help' || name === '--version') return [];
      return [[name, /\(default: (.*)\)$/.exec(line)?.[1] ?? '']];
    })
    .sort();
}

for (const program of ['p2pdash-api', 'p2pdash-relay', 'p2pdash', 'p2pdash-reporter']) {
  test(`the_options_of_${program}_are_documented`, () => {
    assert.deepEqual(rows(`### ${program}`), options(program));
  });
}

/** A table of keys in reporter/config/config.c. @param {string} table */
function keys(table) {
  const source = readFileSync(join(root, 'reporter/config/config.c'), 'utf8');
  const body = source.split(`${table}[] = {\n`)[1].split('\n};')[0];
  return body
    .split(/\n\t(?=\{")/)
    .map((row) => [
      /\{"([a-z_]+)"/.exec(row)?.[1] ?? '',
      /\.required = true/.test(row) ? 'must be given' : (/\.initial = "([^"]*)"/.exec(row)?.[1] ?? ''),
    ])
    .sort();
}

for (const [heading, table] of [
  ['[reporter]', 'REPORTER_KEYS'],
  ['[service NAME]', 'SERVICE_KEYS'],
  ['[log NAME]', 'LOG_KEYS'],
  ['[certificates]', 'CERTIFICATES_KEYS'],
]) {
  test(`the_keys_of_${table}_are_documented`, () => {
    // A choice without a default takes its first value, which only its table of words knows.
    const documented = rows(`### ${heading}`).map(([name, initial]) => [name, name === 'format' ? '' : initial]);
    assert.deepEqual(documented, keys(table));
  });
}
