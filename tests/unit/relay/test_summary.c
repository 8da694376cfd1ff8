/* A node's summary as delta clients get it: whole, or what changed of it. */
#include "common/buf.h"
#include "relay/summary.h"
#include "tests/unit/cm.h"

#include <string.h>

static struct span span(const char *text)
{
	return (struct span){text, strlen(text)};
}

static void only_what_changed_is_written(void **state)
{
	const char *before = "{\"timestamp\":\"1\",\"cpu_percent\":5,\"mode\":\"daemon\",\"least\":null}";
	const char *after =
		"{\"timestamp\":\"2\",\"cpu_percent\":5.5,\"mode\":\"daemon\",\"least\":null,\"new\":[1]}";
	struct buf out = {0};

	(void)state;
	assert_true(summary_write_changes(&out, span(before), NODE_ONLINE, span(after), NODE_ONLINE));
	assert_string_equal(buf_string(&out), "{\"timestamp\":\"2\",\"cpu_percent\":5.5,\"new\":[1]}");
	buf_clear(&out);
	assert_true(summary_write_changes(&out, span(before), NODE_ONLINE, span(before), NODE_STALE));
	assert_string_equal(buf_string(&out), "{\"status\":\"stale\"}");
	buf_clear(&out);
	assert_false(summary_write_changes(&out, span(before), NODE_STALE, span(before), NODE_STALE));
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static void a_summary_gets_its_status(void **state)
{
	struct buf out = {0};

	(void)state;
	summary_write(&out, span("{\"a\":1}"), NODE_OFFLINE);
	summary_write(&out, span("{}"), NODE_ONLINE);
	assert_string_equal(buf_string(&out), "{\"status\":\"offline\",\"a\":1}{\"status\":\"online\"}");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_changed_is_written),
		cmocka_unit_test(a_summary_gets_its_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
