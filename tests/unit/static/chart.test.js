// Where a chart's line is interrupted.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gapsIn } from '../../../static/js/chart.js';

test('a_long_silence_interrupts_the_line', () => {
  assert.deepEqual([...gapsIn([0, 5, 10, 1000, 1005, 1010].map((s) => s * 1000))], [3]);
});

test('an_interval_that_grows_step_by_step_does_not', () => {
  assert.equal(gapsIn([0, 30, 90, 180, 300, 450, 630, 660, 690]).size, 0);
});

test('few_points_have_no_gap', () => {
  assert.equal(gapsIn([]).size, 0);
  assert.equal(gapsIn([1]).size, 0);
  assert.equal(gapsIn([1, 100000]).size, 0);
});
