// Goal: the stored log is read without a gap, whatever comes in short pages, is refused or fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../../lib/custom-event.js';
import { fillGap, loadAll, loadAround, loadLine, loadNewer, loadNewest, loadOlder } from '../../../static/js/log-history.js';
import { EVERYTHING } from '../../../static/js/log-buffer.js';
import { Store } from '../../../static/js/store.js';

/**
 * A coordinator with this many lines that gives no more than a few at once, fails, and refuses some reads before.
 * @param {number} count
 * @param {{ few: number, refusals?: number, failures?: number }} bounds
 */
function serveLines(count, { few, refusals = 0, failures = 0 }) {
  const all = Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    timestamp: new Date(index).toISOString(),
    node_id: 'worker-001',
    message: 'x',
  }));
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

/** @param {{lines: {seq: number}[]}} buffer */
const seqs = (buffer) => buffer.lines.map(({ seq }) => seq);
/** @param {number} from @param {number} to */
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('pages_that_hold_fewer_lines_than_asked_for_leave_no_gap', async () => {
  serveLines(40, { few: 7 });
  const store = new Store();
  const buffer = store.followLogs(EVERYTHING, 100);
  await loadNewest(store, buffer, 10);
  assert.deepEqual([seqs(buffer), buffer.complete], [range(6, 40), false]);
  await loadOlder(store, buffer);
  assert.deepEqual([seqs(buffer), buffer.complete], [range(1, 40), true]);
});

test('a_piece_of_the_past_goes_on_over_short_pages_to_the_end', async () => {
  serveLines(40, { few: 7 });
  const store = new Store();
  const buffer = store.followLogs(EVERYTHING, 100);
  await loadAround(store, buffer, 19);
  assert.deepEqual([seqs(buffer), buffer.complete, buffer.detached], [range(13, 26), false, true]);
  await loadNewer(store, buffer);
  assert.deepEqual([seqs(buffer), buffer.detached], [range(13, 33), true]);
  await loadNewer(store, buffer);
  assert.deepEqual([seqs(buffer), buffer.detached], [range(13, 40), false]);
});

test('a_read_that_comes_behind_others_comes_in_turn', async () => {
  serveLines(3, { few: 7, refusals: 3 });
  const store = new Store();
  const buffer = store.followLogs(EVERYTHING, 100);
  await loadNewest(store, buffer);
  assert.deepEqual([seqs(buffer), buffer.error], [[1, 2, 3], null]);
});

test('a_gap_is_read_until_it_is_filled_whatever_fails_before', async () => {
  serveLines(40, { few: 7, failures: 3 });
  const store = new Store();
  const buffer = store.followLogs(EVERYTHING, 100);
  store.addLogs(/** @type {any} */ ([{ seq: 40 }]));
  await fillGap(store, buffer, 5, 1);
  assert.deepEqual([seqs(buffer), buffer.error], [range(6, 40), null]);
});

test('gaps_that_come_while_one_is_read_are_filled_too', async () => {
  serveLines(20, { few: 7 });
  const store = new Store();
  const buffer = store.followLogs(EVERYTHING, 100);
  const filled = fillGap(store, buffer, 15, 1);
  await fillGap(store, buffer, 10, 1);
  serveLines(40, { few: 7 });
  await filled;
  assert.deepEqual(seqs(buffer), range(6, 40));
});

test('a_gap_of_a_log_that_nobody_reads_any_more_is_left', async () => {
  serveLines(40, { few: 7, failures: Infinity });
  const store = new Store();
  const buffer = store.followLogs(EVERYTHING, 100);
  const filled = fillGap(store, buffer, 5, 1);
  store.followLogs({ ...EVERYTHING, q: 'else' }, 100);
  await filled;
  assert.deepEqual(seqs(buffer), []);
});

test('all_lines_are_read_over_short_pages_and_refusals_as_they_were_at_the_beginning', async () => {
  serveLines(40, { few: 7, refusals: 2 });
  /** @type {[lines: number, total: number][]} */
  const steps = [];
  const onprogress = (/** @type {number} */ lines, /** @type {number} */ total) => {
    if (steps.length === 0) serveLines(45, { few: 7 }); // five lines come meanwhile
    steps.push([lines, total]);
  };
  const all = await loadAll(EVERYTHING, { signal: new AbortController().signal, onprogress });
  assert.deepEqual([seqs(all), all.total, all.cut], [range(1, 40), 40, false]);
  assert.deepEqual([steps[0], steps.at(-1)], [[7, 40], [40, 40]]);
});

test('a_read_of_all_lines_says_where_its_limit_cut_it', async () => {
  serveLines(40, { few: 7 });
  const how = { signal: new AbortController().signal, onprogress: () => {} };
  const some = await loadAll(EVERYTHING, { ...how, most: 10 });
  assert.deepEqual([seqs(some), some.total, some.cut], [range(31, 40), 40, true]);
  const all = await loadAll(EVERYTHING, { ...how, most: 40 });
  assert.deepEqual([all.lines.length, all.cut], [40, false]);
});

test('a_read_of_all_lines_ends_when_it_is_cancelled', async () => {
  serveLines(40, { few: 7 });
  const abort = new AbortController();
  await assert.rejects(loadAll(EVERYTHING, { signal: abort.signal, onprogress: () => abort.abort() }), {
    name: 'AbortError',
  });
});

test('a_line_is_found_with_those_around_it_unless_it_is_another_nodes', async () => {
  serveLines(40, { few: 7 });
  const store = new Store();
  const buffer = store.followLogs(EVERYTHING, 100);
  assert.equal(await loadLine(store, buffer, { node: 'worker-001', seq: 20 }), true);
  assert.deepEqual([seqs(buffer), buffer.complete, buffer.detached], [range(14, 27), false, true]);
  for (const line of [{ node: 'worker-002', seq: 30 }, { node: 'worker-001', seq: 41 }])
    assert.equal(await loadLine(store, buffer, line), false);
  assert.deepEqual(seqs(buffer), range(14, 27), 'nothing is replaced');
});
