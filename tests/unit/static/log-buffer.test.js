// Goal: the held lines are in order, each once, and never too many, from whatever side they come.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EVERYTHING, highlight, lineText, LogBuffer } from '../../../static/js/log-buffer.js';

/** @param {number} seq @returns {import('../../../static/js/types.js').LogEntry} */
const entry = (seq) => ({
  seq,
  timestamp: new Date(seq * 1000).toISOString(),
  node_id: 'worker-001',
  level: 'INFO',
  logger_name: 'test',
  message: `line ${seq}`,
});
/** @param {number} from @param {number} to */
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));
/** @param {LogBuffer} buffer */
const seqs = (buffer) => buffer.lines.map((line) => line.seq);

test('live_lines_and_an_overlapping_page_are_held_once_in_order', () => {
  const buffer = new LogBuffer(EVERYTHING, 100);
  buffer.append(range(8, 12));
  buffer.prepend(range(5, 10).reverse(), false);
  buffer.append(range(11, 13));
  assert.deepEqual(seqs(buffer), [5, 6, 7, 8, 9, 10, 11, 12, 13]);
});

test('only_lines_that_were_not_held_count_as_new', () => {
  const buffer = new LogBuffer(EVERYTHING, 100);
  buffer.append(range(1, 5));
  assert.deepEqual(
    buffer.append(range(4, 7)).map((line) => line.seq),
    [6, 7],
  );
});

test('a_line_twice_in_one_message_is_held_once', () => {
  const buffer = new LogBuffer(EVERYTHING, 100);
  buffer.append([entry(1), entry(1), entry(2)]);
  assert.deepEqual(seqs(buffer), [1, 2]);
});

test('the_oldest_lines_make_room', () => {
  const buffer = new LogBuffer(EVERYTHING, 10);
  buffer.append(range(1, 8));
  buffer.append(range(9, 25));
  assert.deepEqual(
    seqs(buffer),
    range(16, 25).map((line) => line.seq),
  );
});

test('older_lines_make_the_newest_room_and_live_ones_wait_until_those_are_read_again', () => {
  const buffer = new LogBuffer(EVERYTHING, 10);
  buffer.fill(range(11, 20), false);
  buffer.prepend(range(6, 10), false);
  assert.equal(buffer.detached, true);
  assert.equal(buffer.append([entry(21)]).length, 1, 'it is told of');
  assert.deepEqual([buffer.oldestSeq, buffer.newestSeq, buffer.lines.length], [6, 15, 10]);
  buffer.extend(range(16, 19), false);
  buffer.extend(range(20, 21), true);
  buffer.append(range(21, 22));
  assert.deepEqual(
    seqs(buffer),
    range(13, 22).map((line) => line.seq),
  );
  assert.equal(buffer.complete, false);
});

test('what_is_shown_does_not_change_under_the_view', () => {
  const buffer = new LogBuffer(EVERYTHING, 10);
  buffer.append(range(1, 10));
  const shown = buffer.lines;
  buffer.append(range(11, 12));
  assert.deepEqual([shown[0].seq, shown.length, buffer.oldestSeq], [1, 10, 3]);
});

test('a_moment_is_covered_only_by_the_piece_it_is_in', () => {
  const buffer = new LogBuffer(EVERYTHING, 10);
  buffer.replace(range(5, 9), { complete: false, detached: true });
  assert.deepEqual(
    [4, 5, 9, 10].map((second) => buffer.covers(second * 1000)),
    [false, true, true, false],
  );
  buffer.replace(range(1, 3), { complete: true, detached: false });
  assert.equal(buffer.covers(0) && buffer.covers(99_000), true);
});

test('what_was_cut_off_is_no_longer_complete', () => {
  const buffer = new LogBuffer(EVERYTHING, 10);
  buffer.fill(range(1, 5), true);
  assert.equal(buffer.complete, true);
  buffer.append(range(6, 20));
  assert.equal(buffer.complete, false);
});

test('a_page_that_fills_a_gap_stops_at_the_cap', () => {
  const buffer = new LogBuffer(EVERYTHING, 10);
  buffer.append(range(91, 98));
  buffer.fill(range(80, 90), true);
  assert.deepEqual(
    seqs(buffer),
    range(89, 98).map((line) => line.seq),
  );
  assert.equal(buffer.complete, false);
});

test('a_moment_is_found_among_the_lines', () => {
  const buffer = new LogBuffer(EVERYTHING, 100);
  buffer.append(range(10, 20));
  assert.deepEqual([buffer.indexAt(0), buffer.indexAt(15_000), buffer.indexAt(99_000)], [0, 5, 11]);
});

test('matches_are_marked_whatever_their_case', () => {
  assert.deepEqual(highlight('Disk full: disk', 'DISK'), [
    { text: 'Disk', match: true },
    { text: ' full: ', match: false },
    { text: 'disk', match: true },
  ]);
  assert.deepEqual(highlight('nothing', ''), [{ text: 'nothing', match: false }]);
});

test('a_text_whose_lower_case_is_longer_is_shown_whole', () => {
  assert.equal(
    highlight('İİİ disk', 'disk')
      .map((piece) => piece.text)
      .join(''),
    'İİİ disk',
  );
});

test('a_line_reads_as_in_a_file', () => {
  assert.equal(lineText(entry(1)), '1970-01-01T00:00:01.000Z INFO     worker-001 test: line 1');
  assert.equal(
    lineText({ ...entry(1), fields: { order: 17, 'request.method': 'GET', retried: true } }),
    '1970-01-01T00:00:01.000Z INFO     worker-001 test: line 1 order=17 request.method=GET retried=true',
  );
});
