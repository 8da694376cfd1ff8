// The page's files as a browser gets them: types, compression, caching, and everything the document names is there.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import test from 'node:test';

import { ROOT, startStack } from '../lib/stack.js';

const stack = await startStack({ parts: ['nginx'] });
const visitor = stack.visitor;

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** Every file below a folder, as paths relative to it. @param {string} folder @returns {string[]} */
function filesBelow(folder, prefix = '') {
  return readdirSync(join(folder, prefix)).flatMap((name) => {
    const path = prefix ? `${prefix}/${name}` : name;
    return statSync(join(folder, path)).isDirectory() ? filesBelow(folder, path) : [path];
  });
}

const OURS = filesBelow(join(ROOT, 'static')).map((path) => ({ path: `/static/${path}`, file: join(ROOT, 'static', path) }));
const vendor = join(ROOT, 'build/static/vendor');
const VENDORED = filesBelow(vendor)
  .filter((path) => !path.endsWith('.gz'))
  .map((path) => ({ path: `/static/vendor/${path}`, file: join(vendor, path) }));

test('every_file_comes_whole_and_with_its_type', async () => {
  assert.ok(OURS.length > 10 && VENDORED.length >= 3);
  for (const { path, file } of [...OURS, ...VENDORED]) {
    const answer = await visitor.get(path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers['content-type'], TYPES[extname(path)], path);
    assert.ok(answer.body.equals(readFileSync(file)), path);
  }
});

test('text_is_compressed_for_who_asks_and_the_same_inside', async () => {
  for (const { path, file } of [...OURS, ...VENDORED].filter(({ file }) => statSync(file).size > 2048)) {
    const answer = await visitor.get(path, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(answer.headers['content-encoding'], 'gzip', path);
    assert.equal(answer.headers.vary, 'Accept-Encoding', path);
    assert.equal(answer.text, readFileSync(file, 'utf8'), path);
  }
});

test('files_with_a_version_in_their_path_are_kept_for_ever_and_the_others_asked_for_again', async () => {
  for (const { path } of [...OURS, ...VENDORED]) {
    const { headers } = await visitor.get(path);
    const versioned = /^\/static\/vendor\/[a-z.-]+-[0-9.]+\//.test(path);
    assert.equal(headers['cache-control'], versioned ? 'public, max-age=31536000, immutable' : 'no-cache', path);
    assert.ok(headers.etag, path);
  }
});

test('everything_the_document_names_is_there', async () => {
  const document = readFileSync(join(ROOT, 'static/index.html'), 'utf8');
  const named = [...document.matchAll(/(?:href|src)="(\/[^"#]*)"/g)].map(([, path]) => path);
  assert.ok(named.length > 3);
  for (const path of named) assert.equal((await visitor.get(path)).status, 200, path);
});

test('the_libraries_that_modules_name_are_there', async () => {
  for (const { file } of OURS.filter(({ path }) => path.endsWith('.js'))) {
    for (const [path] of readFileSync(file, 'utf8').matchAll(/\/static\/vendor\/[\w./-]+/g)) {
      assert.equal((await visitor.get(path)).status, 200, `${path} in ${file}`);
    }
  }
});
