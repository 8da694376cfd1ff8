/* A node's summary as delta clients get it: whole, or what changed of it. */
#include "common/buf.h"
#include "relay/summary.h"
#include "tests/unit/cm.h"

#include <string.h>

#define REPORTED 1763375400000

static struct shown_summary shown(const char *summary)
{
	return (struct shown_summary){
		.summary = {summary, strlen(summary)},
		.head = {.fresh_until_ms = REPORTED + 30000, .reported_at_ms = REPORTED},
		.presence = {.heard_ms = REPORTED},
		.at_ms = REPORTED};
}

static void only_what_changed_is_written(void **state)
{
	struct shown_summary before =
		shown("{\"timestamp\":\"1\",\"cpu_percent\":5,\"mode\":\"daemon\",\"least\":null}");
	struct shown_summary after = shown(
		"{\"timestamp\":\"2\",\"cpu_percent\":5.5,\"mode\":\"daemon\",\"least\":null,\"new\":[1]}");
	struct buf out = {0};

	(void)state;
	assert_true(summary_write_changes(&out, &before, &after));
	assert_string_equal(buf_string(&out), "{\"timestamp\":\"2\",\"cpu_percent\":5.5,\"new\":[1]}");
	buf_clear(&out);
	after = before;
	after.at_ms = REPORTED + 30001;
	assert_true(summary_write_changes(&out, &before, &after));
	assert_string_equal(buf_string(&out), "{\"status\":\"stale\"}");
	buf_clear(&out);
	assert_false(summary_write_changes(&out, &after, &after));
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static void a_beat_moves_two_times(void **state)
{
	struct shown_summary before = shown("{\"fresh_until\":\"as stored\",\"cpu_percent\":5}"),
			     after = before;
	struct buf out = {0};

	(void)state;
	after.presence.heard_ms = REPORTED + 15000;
	assert_true(summary_write_changes(&out, &before, &after));
	assert_string_equal(buf_string(&out), "{\"last_heard\":\"2025-11-17T10:30:15.000Z\","
					      "\"fresh_until\":\"2025-11-17T10:30:45.000Z\"}");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_changed_is_written),
		cmocka_unit_test(a_beat_moves_two_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
