/* The interval between reports: what is granted, fixed, observed and recalled. */
#include "reporter/report/interval.h"
#include "tests/unit/cm.h"

#include <math.h>

#define MINUTES_MS(count) ((int64_t)(count)*60000)

static void a_daemon_begins_with_a_minute_within_its_limits(void **state)
{
	struct interval usual = interval_of_daemon(30, 300), quick = interval_of_daemon(1, 5);

	(void)state;
	assert_int_equal(interval_seconds(&usual), 60);
	assert_int_equal(interval_seconds(&quick), 5);
}

static void what_is_granted_stays_within_the_limits_and_nonsense_changes_nothing(void **state)
{
	static const struct {
		double granted;
		int64_t interval_s;
	} CASES[] = {{90, 90}, {10, 30}, {3600, 300}, {0, 60}, {-5, 60}, {1e300, 60}, {NAN, 60}};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct interval interval = interval_of_daemon(30, 300);

		interval_grant(&interval, CASES[i].granted);
		assert_int_equal(interval_seconds(&interval), CASES[i].interval_s);
	}
}

static void a_fixed_interval_holds_until_it_is_given_back(void **state)
{
	struct interval interval = interval_of_daemon(30, 300);

	(void)state;
	assert_int_equal(interval_fix(&interval, 45, NULL), ERR_NONE);
	interval_grant(&interval, 120);
	assert_int_equal(interval.fixed_s, 45);
	assert_int_equal(interval_seconds(&interval), 45);
	assert_int_equal(interval_fix(&interval, 0, NULL), ERR_NONE);
	assert_int_equal(interval.fixed_s, 0);
	assert_int_equal(interval_seconds(&interval), 120);
}

static void an_interval_beyond_the_limits_is_refused_with_a_sentence_that_names_them(void **state)
{
	struct interval interval = interval_of_daemon(30, 300);
	struct reason why;

	(void)state;
	assert_int_equal(interval_fix(&interval, 29, &why), ERR_INVALID);
	assert_string_equal(why.text, "interval must be 30 to 300 seconds here");
	assert_int_equal(interval_fix(&interval, 301, &why), ERR_INVALID);
	assert_int_equal(interval.fixed_s, 0);
}

static void cron_is_observed_in_whole_minutes(void **state)
{
	static const struct {
		int64_t since_ms, interval_s;
	} CASES[] = {
		{-1, 300},
		{40000, 40},
		{MINUTES_MS(1) - 900, 60},
		{MINUTES_MS(5) + 2000, 300},
		{MINUTES_MS(15), 900},
		{MINUTES_MS(600), 3600},
		{2000, 30},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct interval interval = interval_of_cron(30, 300, CASES[i].since_ms);

		assert_int_equal(interval_seconds(&interval), CASES[i].interval_s);
	}
}

static void it_is_recalled_within_new_limits(void **state)
{
	struct interval before = interval_of_daemon(30, 300), after = interval_of_daemon(100, 200);

	(void)state;
	interval_grant(&before, 300);
	assert_int_equal(interval_fix(&before, 30, NULL), ERR_NONE);
	interval_recall(&after, &before);
	assert_int_equal(after.granted_s, 200);
	assert_int_equal(after.fixed_s, 100);
	assert_int_equal(interval_fix(&before, 0, NULL), ERR_NONE);
	interval_recall(&after, &before);
	assert_int_equal(interval_seconds(&after), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_daemon_begins_with_a_minute_within_its_limits),
		cmocka_unit_test(what_is_granted_stays_within_the_limits_and_nonsense_changes_nothing),
		cmocka_unit_test(a_fixed_interval_holds_until_it_is_given_back),
		cmocka_unit_test(an_interval_beyond_the_limits_is_refused_with_a_sentence_that_names_them),
		cmocka_unit_test(cron_is_observed_in_whole_minutes),
		cmocka_unit_test(it_is_recalled_within_new_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
