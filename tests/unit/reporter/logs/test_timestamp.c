/* Times at the beginning of log lines, in every form of the table. */
#include "reporter/logs/timestamp.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

/* 2025-11-17T10:30:00Z */
#define MONDAY_MS 1763375400000

static int set_zone(void **state)
{
	(void)state;
	return setenv("TZ", "UTC-3", 1); /* three hours east */
}

static int64_t ms_of(const char *text, int64_t now_ms, size_t *len)
{
	struct timestamp time;

	*len = timestamp_match(text, strlen(text), &time);
	return *len ? timestamp_to_ms(&time, now_ms) : -1;
}

static void every_form_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
		size_t len;
	} SAMPLES[] = {
		{"@40000000fffffff51e8b5a3c x", 4294967275512, 25},
		{"2025-11-17_10:30:00.12345 x", MONDAY_MS + 123, 25},
		{"2025.11.17 13:30:00.123456 [", MONDAY_MS + 123, 26},
		{"20251117 13:30:00.123456 1", MONDAY_MS + 123, 24},
		{"251117 13:30:00.123456 1", MONDAY_MS + 123, 22},
		{"11-17 13:30:00.123 4", MONDAY_MS + 123, 18},
		{"11-17|13:30:00.123] x", MONDAY_MS + 123, 18},
		{"25/11/17 13:30:00 WARN", MONDAY_MS, 17},
		{"11/17/2025, 1:30:00 PM x", MONDAY_MS, 22},
		{"17/11/2025 -- 13:30:00 -", MONDAY_MS, 22},
		{"1763375400: x", MONDAY_MS, 10},
		{"1763375400.123] x", MONDAY_MS + 123, 14},
		{"@40000000691af9320754d4c0 x", MONDAY_MS + 123, 25},
		{"17/Nov/2025 13:30:00] x", MONDAY_MS, 20},
		{"17-Nov-2025::13:30:00.123 =", MONDAY_MS + 123, 25},
		{"17-Nov-2025 10:30:00 UTC] x", MONDAY_MS, 24},
		{"Nov 17 13:30:00.123 x", MONDAY_MS + 123, 19},
		{"Nov 17, 2025 1:30:00 PM x", MONDAY_MS, 23},
		{"Mon, 17 Nov 2025 10:30:00 +0000 x", MONDAY_MS, 31},
		{"2025-11-17T10:30:00.123Z rest", MONDAY_MS + 123, 24},
		{"2025-11-17T10:30:00Z", MONDAY_MS, 20},
		{"2025-11-17T10:30:00.123456789+00:00 rest", MONDAY_MS + 123, 35},
		{"2025-11-17T13:30:00+0300", MONDAY_MS, 24},
		{"2025-11-17 05:00:00.5 -0530", MONDAY_MS + 500, 27},
		{"2025-11-17 10:30:00.123 UTC [1]", MONDAY_MS + 123, 27},
		{"2025-11-17 13:30:00,123 - x", MONDAY_MS + 123, 23},
		{"2025/11/17 13:30:00 [error]", MONDAY_MS, 19},
		{"Nov 17 13:30:00 host", MONDAY_MS, 15},
		{"Mon Nov 17 13:30:00.123456 2025] x", MONDAY_MS + 123, 31},
		{"17/Nov/2025:10:30:00 +0000] x", MONDAY_MS, 26},
		{"17 Nov 2025 13:30:00.123 * x", MONDAY_MS + 123, 24},
		{"17-Nov-2025 13:30:00.123 x", MONDAY_MS + 123, 24},
		{"1117 13:30:00.123456 x", MONDAY_MS + 123, 20},
		{"2025-11-17  9:30:00 x", MONDAY_MS - 4 * 3600000, 19},
		{"2025-11-17T05:30:00-05 x", MONDAY_MS, 22},
		{"2025-11-17T13:30:00+03: x", MONDAY_MS, 22},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++) {
		size_t len;

		assert_int_equal(ms_of(SAMPLES[i].text, MONDAY_MS, &len), SAMPLES[i].ms);
		assert_int_equal(len, SAMPLES[i].len);
	}
}

static void a_day_may_have_one_digit(void **state)
{
	size_t len;

	(void)state;
	assert_int_equal(ms_of("Nov  7 13:30:00 x", MONDAY_MS, &len), MONDAY_MS - 10 * 86400000LL);
	assert_int_equal(len, 15);
}

static void a_time_without_a_year_is_the_one_closest_to_now(void **state)
{
	const int64_t new_year_ms = 1767225600000; /* 2026-01-01T00:00:00Z */
	size_t len;

	(void)state;
	assert_int_equal(ms_of("Jan  1 03:00:10", new_year_ms - 60000, &len), new_year_ms + 10000);
	assert_int_equal(ms_of("Jan  1 02:59:10", new_year_ms + 60000, &len), new_year_ms - 50000);
}

static void local_time_follows_the_change_of_the_clocks(void **state)
{
	static const struct {
		const char *local;
		int64_t ms;
	} SAMPLES[] = {
		{"2025-01-15 12:00:00", 1736938800000}, {"2025-07-01 12:00:00", 1751364000000},
		{"2025-03-30 01:59:59", 1743296399000}, {"2025-03-30 03:00:00", 1743296400000},
		{"2025-10-26 01:59:59", 1761436799000}, {"2025-10-26 04:00:00", 1761447600000},
	};
	size_t len;

	assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	tzset();
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		assert_int_equal(ms_of(SAMPLES[i].local, MONDAY_MS, &len), SAMPLES[i].ms);
	set_zone(state);
	tzset();
}

static int64_t ms_in_zone(const char *text, const char *zone)
{
	struct timestamp time;

	assert_int_equal(timestamp_match(text, strlen(text), &time), strlen(text));
	assert_int_equal(timestamp_match_zone(zone, strlen(zone), &time), strlen(zone));
	return timestamp_to_ms(&time, MONDAY_MS);
}

static void a_zones_name_counts_if_it_is_this_machines(void **state)
{
	static const struct {
		const char *text, *zone;
		int64_t ms;
	} SAMPLES[] = {
		/* The hour that comes twice. */
		{"2025-10-26 01:30:00", "CEST", 1761435000000},
		{"2025-10-26 02:30:00", "CEST", 1761438600000},
		{"2025-10-26 02:30:00", "CET", 1761442200000},
		{"2025-10-26 03:30:00", "CET", 1761445800000},
		{"2025-10-26 03:30:00", "MSK", MONDAY_MS},
		{"2025-10-26 03:30:00", "+03", 1761438600000},
	};

	assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	tzset();
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		assert_int_equal(ms_in_zone(SAMPLES[i].text, SAMPLES[i].zone), SAMPLES[i].ms);
	set_zone(state);
	tzset();
}

static void what_is_no_zone_is_left_alone(void **state)
{
	static const char *const SAMPLES[] = {"", "A", "UT", "cet", "ABCDEF", "+", "+3", "3", "+123"};
	struct timestamp time;

	(void)state;
	assert_int_not_equal(timestamp_match("2025-11-17 10:30:00", 19, &time), 0);
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		assert_int_equal(timestamp_match_zone(SAMPLES[i], strlen(SAMPLES[i]), &time), 0);
}

static void what_is_no_time_is_left_alone(void **state)
{
	static const char *const SAMPLES[] = {
		"",
		"2025",
		"2025-11-17",
		"2025-13-17T10:30:00Z",
		"2025-11-32T10:30:00Z",
		"hello",
		"2025-11-17T24:30:00Z",
		"2025-11-17T10:60:00Z",
		"Nov",
		"Nov 17",
		"2025-11-17T10:30:0",
		"2025-11-17T10:30:001",
		"1117 10:30:00",
		"10:30:00.123",
		"Nox 17 10:30:00",
	};
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		assert_int_equal(ms_of(SAMPLES[i], MONDAY_MS, &len), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_read),
		cmocka_unit_test(a_day_may_have_one_digit),
		cmocka_unit_test(a_time_without_a_year_is_the_one_closest_to_now),
		cmocka_unit_test(local_time_follows_the_change_of_the_clocks),
		cmocka_unit_test(a_zones_name_counts_if_it_is_this_machines),
		cmocka_unit_test(what_is_no_zone_is_left_alone),
		cmocka_unit_test(what_is_no_time_is_left_alone),
	};

	return cmocka_run_group_tests(tests, set_zone, NULL);
}
