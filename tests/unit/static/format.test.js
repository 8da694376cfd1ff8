// Goal: numbers, sizes, durations and times read right in both languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  bytes,
  dayNumber,
  duration,
  NOTHING,
  number,
  percent,
  rate,
  relative,
  silence,
  successRate,
  time,
  zoneName,
} from '../../../static/js/format.js';
import { useLanguage } from '../../../static/js/i18n.js';

/** Spaces of any kind look alike. @param {string} text */
const plain = (text) => text.replace(/\s/g, ' ');

test('sizes_grow_by_units_of_1024', async () => {
  await useLanguage('en');
  assert.deepEqual([0, 1023, 1024, 1536, 10 * 1024, 5 * 1024 ** 3].map(bytes), [
    '0 B',
    '1,023 B',
    '1 KiB',
    '1.5 KiB',
    '10 KiB',
    '5 GiB',
  ]);
  assert.equal(rate(2048), '2 KiB/s');
});

test('shares_show_a_decimal_only_when_they_are_small', async () => {
  await useLanguage('en');
  assert.deepEqual([0, 3.14, 55.5, 100].map(percent), ['0%', '3.1%', '56%', '100%']);
});

test('a_success_rate_is_100_only_where_nothing_failed', async () => {
  await useLanguage('en');
  assert.deepEqual([100, 99.99, 99.96, 50, 0].map(successRate), ['100%', '99.9%', '99.9%', '50%', '0%']);
  assert.equal(successRate(NaN), NOTHING);
});

test('durations_show_their_two_largest_units', async () => {
  await useLanguage('en');
  assert.deepEqual(
    [0, 59, 60, 3661, 90_061].map((seconds) => plain(duration(seconds))),
    ['0 sec', '59 sec', '1 min', '1 hr 1 min', '1 day 1 hr'],
  );
});

test('what_is_not_known_is_a_dash', () => {
  for (const unknown of [null, undefined, NaN]) {
    for (const format of [bytes, duration, number, percent, rate]) assert.equal(format(unknown), NOTHING);
  }
  assert.equal(time(null), NOTHING);
  assert.equal(time('never'), NOTHING);
});

test('numbers_and_times_follow_the_language', async () => {
  const now = Date.parse('2025-11-17T10:30:00.000Z');
  await useLanguage('ru');
  assert.equal(plain(number(1234.5, 1)), '1 234,5');
  assert.equal(plain(percent(50)), '50 %');
  assert.equal(plain(bytes(2048)), '2 КиБ');
  assert.equal(plain(duration(3600)), '1 ч');
  assert.match(relative('2025-11-17T10:29:30.000Z', now), /30.*назад/);
  await useLanguage('en');
  assert.match(relative('2025-11-17T10:29:30.000Z', now), /30.*ago/);
  assert.equal(relative('2025-11-20T10:31:00.000Z', now), 'in 3 days');
});

test('a_silence_is_told_in_seconds_for_a_minute_and_then_in_whole_minutes', async () => {
  await useLanguage('en');
  assert.deepEqual(
    [-5_000, 2_000, 59_900, 119_000, 660_000 + 33_000, 3_900_000].map(silence).map(plain),
    ['0 sec', '2 sec', '1 min', '1 min', '11 min', '1 hr 5 min'],
  );
});

test('a_moment_reads_in_local_time_or_in_utc_and_the_zone_has_a_name', async () => {
  await useLanguage('en');
  const before = process.env.TZ;
  process.env.TZ = 'Asia/Kolkata';
  try {
    const at = '2025-11-17T20:30:00.123Z';
    assert.equal(time(at, 'millisecond', 'utc'), '20:30:00.123');
    assert.equal(time(at, 'day', 'utc'), 'Monday, November 17, 2025');
    assert.equal(zoneName('utc', at), 'UTC');
    assert.equal(dayNumber(Date.parse(at), 'local') - dayNumber(Date.parse(at), 'utc'), 1, 'already tomorrow');
    // Formats of local time are kept from test to test, so only the name is asked of a new one.
    assert.match(zoneName('local', at), /^UTC$|, UTC[+-]\d/);
  } finally {
    process.env.TZ = before;
    if (before === undefined) delete process.env.TZ;
  }
});
