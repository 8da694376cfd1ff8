// Goal: a chart's line is interrupted where data is missing, its axes have round numbers, and a sparkline stays in its box.
import assert from 'node:assert/strict';
import test from 'node:test';

import { axisOf, byteTicks, gapsIn, timeTicks } from '../../../static/js/ticks.js';
import { outline } from '../../../static/js/sparkline.js';

test('a_long_silence_interrupts_the_line', () => {
  assert.deepEqual([...gapsIn([0, 5, 10, 1000, 1005, 1010].map((s) => s * 1000))], [3]);
});

test('after_the_last_point_the_axis_goes_on_to_now_but_not_so_far_that_the_line_vanishes', () => {
  const times = [0, 300_000, 600_000];
  assert.deepEqual(axisOf(times, null), { min: 0, max: 600_000 });
  assert.deepEqual(axisOf(times, 840_000), { min: 0, max: 840_000 });
  assert.deepEqual(axisOf(times, 86_400_000), { min: 0, max: 1_800_000 });
  assert.deepEqual(axisOf([600_000], 86_400_000), { min: 600_000, max: 660_000 });
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

test('time_ticks_stand_at_round_moments', () => {
  const minute = 60_000;
  assert.deepEqual(
    timeTicks(10 * minute + 1, 15 * minute),
    [11, 12, 13, 14, 15].map((at) => at * minute),
  );
  for (const hours of [0.01, 0.5, 8, 100]) assert.ok(timeTicks(0, hours * 60 * minute).length <= 8);
});

test('an_outline_stays_within_its_box', () => {
  assert.equal(outline([]), '');
  assert.equal(outline([0, 100, 150]), '0.0,23.0 50.0,1.0 100.0,1.0');
});
