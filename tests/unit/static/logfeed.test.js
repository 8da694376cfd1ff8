// Goal: the held lines are in order, each once, and never too many, from whatever side they come.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EVERYTHING, highlight, lineText, LogFeed } from '../../../static/js/logfeed.js';

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
/** @param {LogFeed} feed */
const seqs = (feed) => feed.lines.map((line) => line.seq);

test('live_lines_and_an_overlapping_page_are_held_once_in_order', () => {
  const feed = new LogFeed(EVERYTHING, 100);
  feed.append(range(8, 12));
  feed.prepend(range(5, 10).reverse(), false);
  feed.append(range(11, 13));
  assert.deepEqual(seqs(feed), [5, 6, 7, 8, 9, 10, 11, 12, 13]);
});

test('only_lines_that_were_not_held_count_as_new', () => {
  const feed = new LogFeed(EVERYTHING, 100);
  feed.append(range(1, 5));
  assert.deepEqual(
    feed.append(range(4, 7)).map((line) => line.seq),
    [6, 7],
  );
});

test('a_line_twice_in_one_message_is_held_once', () => {
  const feed = new LogFeed(EVERYTHING, 100);
  feed.append([entry(1), entry(1), entry(2)]);
  assert.deepEqual(seqs(feed), [1, 2]);
});

test('the_oldest_lines_make_room', () => {
  const feed = new LogFeed(EVERYTHING, 10);
  feed.append(range(1, 8));
  feed.append(range(9, 25));
  assert.deepEqual(
    seqs(feed),
    range(16, 25).map((line) => line.seq),
  );
});

test('older_lines_make_the_newest_room_and_live_ones_wait_until_those_are_read_again', () => {
  const feed = new LogFeed(EVERYTHING, 10);
  feed.fill(range(11, 20), false);
  feed.prepend(range(6, 10), false);
  assert.equal(feed.detached, true);
  assert.equal(feed.append([entry(21)]).length, 1, 'it is told of');
  assert.deepEqual([feed.oldestSeq, feed.newestSeq, feed.lines.length], [6, 15, 10]);
  feed.extend(range(16, 19), false);
  feed.extend(range(20, 21), true);
  feed.append(range(21, 22));
  assert.deepEqual(
    seqs(feed),
    range(13, 22).map((line) => line.seq),
  );
  assert.equal(feed.complete, false);
});

test('what_is_shown_does_not_change_under_the_view', () => {
  const feed = new LogFeed(EVERYTHING, 10);
  feed.append(range(1, 10));
  const shown = feed.lines;
  feed.append(range(11, 12));
  assert.deepEqual([shown[0].seq, shown.length, feed.oldestSeq], [1, 10, 3]);
});

test('a_moment_is_covered_only_by_the_piece_it_is_in', () => {
  const feed = new LogFeed(EVERYTHING, 10);
  feed.replace(range(5, 9), { complete: false, detached: true });
  assert.deepEqual(
    [4, 5, 9, 10].map((second) => feed.covers(second * 1000)),
    [false, true, true, false],
  );
  feed.replace(range(1, 3), { complete: true, detached: false });
  assert.equal(feed.covers(0) && feed.covers(99_000), true);
});

test('what_was_cut_off_is_no_longer_complete', () => {
  const feed = new LogFeed(EVERYTHING, 10);
  feed.fill(range(1, 5), true);
  assert.equal(feed.complete, true);
  feed.append(range(6, 20));
  assert.equal(feed.complete, false);
});

test('a_page_that_fills_a_gap_stops_at_the_cap', () => {
  const feed = new LogFeed(EVERYTHING, 10);
  feed.append(range(91, 98));
  feed.fill(range(80, 90), true);
  assert.deepEqual(
    seqs(feed),
    range(89, 98).map((line) => line.seq),
  );
  assert.equal(feed.complete, false);
});

test('a_moment_is_found_among_the_lines', () => {
  const feed = new LogFeed(EVERYTHING, 100);
  feed.append(range(10, 20));
  assert.deepEqual([feed.indexAt(0), feed.indexAt(15_000), feed.indexAt(99_000)], [0, 5, 11]);
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
});
