// Goal: the page and the programs agree from where on a number needs attention.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { THRESHOLDS } from '../../../static/js/thresholds.js';

/** @param {string} path */
const source = (path) => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');

test('the_page_has_the_thresholds_of_the_programs', () => {
  const unheard = Number(/LIMIT_UNHEARD_S\s+(\d+)/.exec(source('common/limits.h'))?.[1]);
  /** @type {{[value: string]: {[level: string]: number}}} */
  const table = {};
  for (const [, value, level, at] of source('common/thresholds.c').matchAll(/\{"(\w+)", "(\w+)", ([^}]+)\}/g)) {
    const sum = at.replace('LIMIT_UNHEARD_S', String(unheard)).split('+').map(Number);
    (table[value] ??= {})[level] = sum.reduce((a, b) => a + b);
  }
  assert.deepEqual(THRESHOLDS, table);
});
