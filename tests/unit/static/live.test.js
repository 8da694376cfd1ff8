// Goal: reconnection backs off, the log is read without a gap, and the small pure pieces of charts and commands hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../../lib/custom-event.js';
import { timeTicks } from '../../../static/js/chart.js';
import { fill, fillGap, loadAround, loadNewer, loadOlder } from '../../../static/js/live.js';
import { EVERYTHING } from '../../../static/js/logfeed.js';
import { delayBefore } from '../../../static/js/socket.js';
import { outline } from '../../../static/js/sparkline.js';
import { Store } from '../../../static/js/store.js';

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

/**
 * A coordinator with this many lines that gives no more than a few at once, fails, and refuses some reads before.
 * @param {number} count
 * @param {{ few: number, refusals?: number, failures?: number }} bounds
 */
function serveLines(count, { few, refusals = 0, failures = 0 }) {
  const all = Array.from({ length: count }, (_, index) => ({ seq: index + 1, timestamp: new Date(index).toISOString() }));
  globalThis.fetch = async (path) => {
    const asked = new URL(String(path), 'http://coordinator').searchParams;
    if (failures-- > 0) return Response.json({ code: 'backend_away' }, { status: 503 });
    if (refusals-- > 0)
      return Response.json({ code: 'too_many_reads' }, { status: 429, headers: { 'Retry-After': '0.001' } });
    const [after, before] = [Number(asked.get('after') ?? 0), Number(asked.get('before') ?? Infinity)];
    const since = Date.parse(asked.get('since') ?? '1970-01-01');
    const found = all.filter(({ seq, timestamp }) => seq > after && seq < before && Date.parse(timestamp) >= since);
    if (asked.get('order') !== 'oldest') found.reverse();
    const offset = Number(asked.get('offset') ?? 0);
    return Response.json({ logs: found.slice(offset, offset + few), total: found.length });
  };
}

/** @param {import('../../../static/js/logfeed.js').LogFeed} feed */
const seqs = (feed) => feed.lines.map(({ seq }) => seq);
/** @param {number} from @param {number} to */
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('pages_that_hold_fewer_lines_than_asked_for_leave_no_gap', async () => {
  serveLines(40, { few: 7 });
  const store = new Store();
  const feed = store.followLogs(EVERYTHING, 100);
  await fill(store, feed, 10);
  assert.deepEqual([seqs(feed), feed.complete], [range(6, 40), false]);
  await loadOlder(store, feed);
  assert.deepEqual([seqs(feed), feed.complete], [range(1, 40), true]);
});

test('a_piece_of_the_past_goes_on_over_short_pages_to_the_end', async () => {
  serveLines(40, { few: 7 });
  const store = new Store();
  const feed = store.followLogs(EVERYTHING, 100);
  await loadAround(store, feed, 19);
  assert.deepEqual([seqs(feed), feed.complete, feed.detached], [range(13, 26), false, true]);
  await loadNewer(store, feed);
  assert.deepEqual([seqs(feed), feed.detached], [range(13, 33), true]);
  await loadNewer(store, feed);
  assert.deepEqual([seqs(feed), feed.detached], [range(13, 40), false]);
});

test('a_read_that_comes_behind_others_comes_in_turn', async () => {
  serveLines(3, { few: 7, refusals: 3 });
  const store = new Store();
  const feed = store.followLogs(EVERYTHING, 100);
  await fill(store, feed);
  assert.deepEqual([seqs(feed), feed.error], [[1, 2, 3], null]);
});

test('a_gap_is_read_until_it_is_filled_whatever_fails_before', async () => {
  serveLines(40, { few: 7, failures: 3 });
  const store = new Store();
  const feed = store.followLogs(EVERYTHING, 100);
  store.addLogs(/** @type {any} */ ([{ seq: 40 }]));
  await fillGap(store, feed, 5, 1);
  assert.deepEqual([seqs(feed), feed.error], [range(6, 40), null]);
});

test('gaps_that_come_while_one_is_read_are_filled_too', async () => {
  serveLines(20, { few: 7 });
  const store = new Store();
  const feed = store.followLogs(EVERYTHING, 100);
  const filled = fillGap(store, feed, 15, 1);
  await fillGap(store, feed, 10, 1);
  serveLines(40, { few: 7 });
  await filled;
  assert.deepEqual(seqs(feed), range(6, 40));
});

test('a_gap_of_a_log_that_nobody_reads_any_more_is_left', async () => {
  serveLines(40, { few: 7, failures: Infinity });
  const store = new Store();
  const feed = store.followLogs(EVERYTHING, 100);
  const filled = fillGap(store, feed, 5, 1);
  store.followLogs({ ...EVERYTHING, q: 'else' }, 100);
  await filled;
  assert.deepEqual(seqs(feed), []);
});
