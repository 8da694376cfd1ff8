// Where a chart's line is interrupted, and what stands beside its axis.
import assert from 'node:assert/strict';
import test from 'node:test';
import { byteTicks, gapsIn } from '../../../static/js/chart.js';

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

test('an_axis_of_bytes_has_steps_that_are_round_in_their_unit', () => {
  const KIB = 1024;
  assert.deepEqual(byteTicks(1024), [0, 0.5, 1].map((n) => n * KIB));
  assert.deepEqual(byteTicks(37 * KIB), [0, 10, 20, 30].map((n) => n * KIB));
  assert.deepEqual(byteTicks(700), [0, 200, 400, 600]);
  assert.deepEqual(byteTicks(0), [0]);
});
