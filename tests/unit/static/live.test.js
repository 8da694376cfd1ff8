// Goal: reconnection backs off, and the small pure pieces of charts and commands hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { timeTicks } from '../../../static/js/chart.js';
import { delayBefore } from '../../../static/js/socket.js';
import { outline } from '../../../static/js/sparkline.js';

test('attempts_are_further_and_further_apart_up_to_a_bound', () => {
  assert.deepEqual(
    [0, 1, 2, 10, 1000].map((attempt) => delayBefore(attempt, 1)),
    [500, 1000, 2000, 15_000, 15_000],
  );
});

test('attempts_are_spread_over_half_of_their_delay', () => {
  assert.equal(delayBefore(4, 0), 4000);
  assert.equal(delayBefore(4, 0.999), 7996);
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
