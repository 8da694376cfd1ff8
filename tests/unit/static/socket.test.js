// Goal: the pauses between attempts to connect grow up to a bound, and differ from browser to browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { delayBefore } from '../../../static/js/socket.js';

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
