// The document names every module of the first view ahead, so that the browser asks for all of them at once instead of
// finding them one import after another.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const STATIC = fileURLToPath(new URL('../../../static', import.meta.url));
const FIRST = ['/static/js/app.js', '/static/js/views/overview.js'];

/** What these modules import, and what those do. @param {string[]} modules */
function graph(modules) {
  const known = new Set(modules);
  for (const module of known) {
    const text = readFileSync(join(STATIC, '..', module), 'utf8');
    for (const [, path] of text.matchAll(/^import [^;]*?from '(\.[^']+)';/gms)) {
      known.add(new URL(path, `http://here${module}`).pathname);
    }
  }
  return known;
}

test('every_module_of_the_first_view_is_named_ahead_and_no_other', () => {
  const document = readFileSync(join(STATIC, 'index.html'), 'utf8');
  const named = [...document.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(([, path]) => path);
  const wanted = [...graph(FIRST)].filter((path) => path !== FIRST[0]);
  assert.deepEqual(named.sort(), wanted.sort());
});
