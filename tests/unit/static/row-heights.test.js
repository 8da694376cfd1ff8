// Goal: rows of different heights are found where they are, and only the heights of rows that are there are kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RowHeights } from '../../../static/js/row-heights.js';

/** Rows named 0, 1, 2, … */
const keyAt = String;

test('rows_that_are_not_measured_count_as_the_estimate', () => {
  const rows = new RowHeights(20);
  rows.layout(5, () => assert.fail('keys are not needed'));
  assert.equal(rows.total, 100);
  assert.deepEqual([0, 3, 5, 9].map((index) => rows.top(index)), [0, 60, 100, 100]);
  assert.deepEqual([-5, 0, 19, 20, 99, 100].map((y) => rows.indexAt(y)), [0, 0, 0, 1, 4, 5]);
});

test('a_measured_row_moves_those_behind_it_with_the_next_layout', () => {
  const rows = new RowHeights(20);
  rows.layout(3, keyAt);
  assert.equal(rows.measure('1', 50), true);
  assert.equal(rows.measure('1', 50.4), false, 'less than a pixel is no change');
  assert.equal(rows.measure('2', 20), false);
  assert.equal(rows.total, 60);
  rows.layout(3, keyAt);
  assert.deepEqual([rows.top(1), rows.top(2), rows.total], [20, 70, 90]);
  assert.deepEqual([20, 69, 70].map((y) => rows.indexAt(y)), [1, 1, 2]);
});

test('a_shorter_list_ends_where_its_last_row_ends', () => {
  const rows = new RowHeights(10);
  rows.layout(8, keyAt);
  rows.layout(2, keyAt);
  assert.deepEqual([rows.total, rows.top(8), rows.indexAt(75)], [20, 20, 2]);
});

test('heights_of_rows_that_are_gone_are_forgotten', () => {
  const rows = new RowHeights(10);
  for (const key of ['0', '1', '2']) rows.measure(key, 30);
  rows.keep(new Set(['1']));
  assert.deepEqual([rows.size, rows.heightOf('0'), rows.heightOf('1')], [1, 10, 30]);
  rows.clear();
  assert.deepEqual([rows.size, rows.heightOf('1')], [0, 10]);
});
