// Goal: rows read by time, and a line that comes late stays where it came.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EVERYTHING, LogBuffer } from '../../../static/js/log-buffer.js';
import { inTimeOrder } from '../../../static/js/log-order.js';

const START = Date.parse('2025-11-17T10:30:00.000Z');

/** Lines with these times (ms), numbered as they came. @param {number[]} times @returns {any[]} */
const lines = (...times) =>
  times.map((ms, index) => ({ seq: index + 1, timestamp: new Date(START + ms).toISOString() }));
/** @param {{seq: number}[]} ordered */
const seqs = (ordered) => ordered.map(({ seq }) => seq);

test('batches_of_two_nodes_are_shown_by_time', () => {
  assert.deepEqual(seqs(inTimeOrder(lines(0, 400, 900, 100, 500, 1000))), [1, 4, 2, 5, 3, 6]);
});

test('equal_times_stay_in_the_order_in_which_they_came', () => {
  assert.deepEqual(seqs(inTimeOrder(lines(5, 5, 3, 5))), [3, 1, 2, 4]);
});

test('a_line_that_comes_later_than_the_window_stays_where_it_came', () => {
  assert.deepEqual(seqs(inTimeOrder(lines(0, 3000, 999, 3100))), [1, 2, 3, 4]);
  assert.deepEqual(seqs(inTimeOrder(lines(0, 3000, 1000))), [1, 3, 2], '2 s exactly');
});

test('only_a_line_that_is_earlier_by_no_more_than_the_window_goes_before_another', () => {
  // Late by up to 6 s, by a rule that has no pattern the order could lean on.
  const came = lines(...Array.from({ length: 997 }, (_, at) => at * 300 - ((at * at * 7919) % 6000)));
  const shown = inTimeOrder(came);
  assert.deepEqual(
    seqs(shown).sort((a, b) => a - b),
    seqs(came),
    'each once',
  );
  shown.forEach((line, index) => {
    for (const passed of shown.slice(index + 1).filter(({ seq }) => seq < line.seq)) {
      const earlier = Date.parse(passed.timestamp) - Date.parse(line.timestamp);
      assert.ok(earlier > 0 && earlier <= 2000, `${line.seq} went ${earlier} ms before ${passed.seq}`);
    }
  });
});

test('a_time_that_cannot_be_read_moves_nothing', () => {
  const broken = lines(0, 0, 100, 50);
  broken[1].timestamp = 'never';
  assert.deepEqual(seqs(inTimeOrder(broken)), [1, 2, 4, 3]);
});

test('a_buffer_shows_its_lines_by_time_and_counts_them_by_seq', () => {
  const buffer = new LogBuffer(EVERYTHING, 10);
  buffer.fill(lines(0, 400, 100), true);
  assert.deepEqual([seqs(buffer.lines), seqs(buffer.ordered)], [[1, 2, 3], [1, 3, 2]]);
  assert.equal(buffer.indexAt(START + 50), 1);
  const shown = buffer.ordered;
  assert.equal(buffer.ordered, shown, 'the same as long as nothing has come');
  buffer.append([{ ...lines(50)[0], seq: 4 }]);
  assert.deepEqual(seqs(buffer.ordered), [1, 4, 3, 2]);
});
