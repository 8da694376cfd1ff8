/* The counts of reports: what is shown, and what the next run by cron goes on from. */
#include "reporter/report/statistics.h"
#include "tests/unit/cm.h"

#include <string.h>

static void assert_shown(const struct statistics *statistics, const char *expected)
{
	struct buf text = {0};
	struct json_out out = {.buf = &text};

	json_open(&out, '{');
	statistics_write(statistics, &out);
	json_close(&out, '}');
	assert_string_equal(text.data, expected);
	buf_free(&text);
}

static void what_became_of_the_reports_is_counted(void **state)
{
	struct statistics statistics = {0};

	(void)state;
	assert_shown(&statistics, "{\"statistics\":{\"total_reports\":0,\"successful_reports\":0,"
				  "\"failed_reports\":0,\"success_rate_percent\":0},"
				  "\"last_report_time\":null,\"last_report_status\":null}");
	statistics_add(&statistics, 1000, "nobody there");
	statistics_add(&statistics, 2000, NULL);
	assert_shown(&statistics, "{\"statistics\":{\"total_reports\":2,\"successful_reports\":1,"
				  "\"failed_reports\":1,\"success_rate_percent\":50},"
				  "\"last_report_time\":\"1970-01-01T00:00:02.000Z\","
				  "\"last_report_status\":\"success\"}");
	statistics_add(&statistics, 3000, "nobody there");
	assert_int_equal(statistics.last_ms, 3000);
	assert_string_equal(statistics.last_error, "nobody there");
}

static void no_rounding_hides_a_failure(void **state)
{
	struct statistics statistics = {.total = 1000000, .successful = 999999};

	(void)state;
	assert_shown(&statistics, "{\"statistics\":{\"total_reports\":1000000,\"successful_reports\":999999,"
				  "\"failed_reports\":1,\"success_rate_percent\":99.99},"
				  "\"last_report_time\":null,\"last_report_status\":null}");
}

static void the_next_run_goes_on_from_what_was_saved(void **state)
{
	struct statistics statistics = {0}, loaded = {0};
	struct buf saved = {0};

	(void)state;
	statistics_add(&statistics, 1000, NULL);
	statistics_add(&statistics, 2000, "the coordinator answered with status 503");
	statistics_save(&statistics, &saved);
	statistics_load(&loaded, saved.data);
	assert_int_equal(loaded.total, 2);
	assert_int_equal(loaded.successful, 1);
	assert_int_equal(loaded.last_ms, 2000);
	assert_false(loaded.last_successful);
	assert_string_equal(loaded.last_error, "the coordinator answered with status 503");
	buf_free(&saved);
}

static void nonsense_changes_nothing(void **state)
{
	static const char *const nonsense[] = {"", "\n", "a b c d", "1 2", "1 2 3 1", "2 -1 3 1"};
	struct statistics loaded = {.total = 7, .successful = 5};

	(void)state;
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(*nonsense); i++) {
		statistics_load(&loaded, nonsense[i]);
		assert_int_equal(loaded.total, 7);
		assert_int_equal(loaded.successful, 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_became_of_the_reports_is_counted),
		cmocka_unit_test(no_rounding_hides_a_failure),
		cmocka_unit_test(the_next_run_goes_on_from_what_was_saved),
		cmocka_unit_test(nonsense_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
