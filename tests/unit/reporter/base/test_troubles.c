/* The list of what the reporter cannot do: what a report carries, and when a line in the log is due. */
#include "common/json.h"
#include "common/limits.h"
#include "reporter/base/troubles.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

static int set_up(void **state)
{
	*state = troubles_new();
	return 0;
}

static int tear_down(void **state)
{
	troubles_free(*state);
	return 0;
}

/* The array as a report carries it; the caller frees it. */
static struct json *written(const struct troubles *troubles)
{
	struct buf text = {0};
	struct json_out out = {.buf = &text};
	struct json *document = NULL;
	struct reason why;

	json_open(&out, '{');
	troubles_write(troubles, &out, "troubles");
	json_close(&out, '}');
	assert_int_equal(json_parse(text.data, text.len, &document, &why), ERR_NONE);
	buf_free(&text);
	return document;
}

static void a_trouble_is_in_the_report_until_it_is_over(void **state)
{
	struct troubles *troubles = *state;
	struct json *document;
	const struct json *trouble;

	assert_true(troubles_begin(troubles, TROUBLE_METRIC, "memory", "proc/meminfo: Permission denied"));
	document = written(troubles);
	trouble = json_first(json_get(document, "troubles"));
	assert_string_equal(json_text(json_get(trouble, "part")), "metric");
	assert_string_equal(json_text(json_get(trouble, "name")), "memory");
	assert_string_equal(json_text(json_get(trouble, "message")), "proc/meminfo: Permission denied");
	assert_int_equal(strlen(json_text(json_get(trouble, "since"))), strlen("2025-11-17T10:30:00.123Z"));
	json_free(document);
	assert_true(troubles_end(troubles, TROUBLE_METRIC, "memory", NULL));
	document = written(troubles);
	assert_true(json_is_array(json_get(document, "troubles")));
	assert_int_equal(json_count(json_get(document, "troubles")), 0);
	json_free(document);
}

static void each_trouble_is_told_once_for_as_long_as_it_lasts(void **state)
{
	struct troubles *troubles = *state;
	uint64_t revision = troubles_revision(troubles);

	assert_true(troubles_begin(troubles, TROUBLE_LOG, "app", "no such file"));
	assert_int_not_equal(troubles_revision(troubles), revision);
	revision = troubles_revision(troubles);
	assert_false(troubles_begin(troubles, TROUBLE_LOG, "app", "no such file"));
	assert_true(troubles_begin(troubles, TROUBLE_LOG, "app", "Permission denied"));
	assert_int_equal(troubles_revision(troubles), revision);
	assert_true(troubles_begin(troubles, TROUBLE_SERVICE, "app", "no such file")); /* another part */
	assert_false(troubles_end(troubles, TROUBLE_LOG, "app", "no such file")); /* not what is wrong now */
	assert_true(troubles_end(troubles, TROUBLE_LOG, "app", "Permission denied"));
	assert_false(troubles_end(troubles, TROUBLE_LOG, "app", NULL));
	assert_true(troubles_end(troubles, TROUBLE_SERVICE, "app", NULL));
}

static void what_is_too_much_for_a_report_is_cut_and_counted(void **state)
{
	struct troubles *troubles = *state;
	struct json *document;
	const struct json *last = NULL;
	char name[400], message[1000];

	memset(message, 'm', sizeof(message));
	message[sizeof(message) - 1] = '\0';
	for (int i = 0; i < 600; i++) {
		snprintf(name, sizeof(name), "%d%0350d", i, 0);
		troubles_begin(troubles, TROUBLE_LOG, name, message);
	}
	document = written(troubles);
	assert_int_equal(json_count(json_get(document, "troubles")), LIMIT_TROUBLES_A_NODE);
	for (const struct json *t = json_first(json_get(document, "troubles")); t; t = json_next(t)) {
		assert_true(strlen(json_text(json_get(t, "name"))) +
				    strlen(json_text(json_get(t, "message"))) <=
			    LIMIT_TROUBLE);
		last = t;
	}
	assert_string_equal(json_text(json_get(last, "part")), "reporter");
	assert_string_equal(json_text(json_get(last, "message")), "469 more are in the reporter's log");
	json_free(document);
}

static bool on_keep(void *user, const char *name)
{
	return strcmp(name, user) == 0;
}

static void troubles_of_what_is_gone_go_with_it(void **state)
{
	struct troubles *troubles = *state;
	char kept[] = "b";

	troubles_begin(troubles, TROUBLE_LOG, "a", "x");
	troubles_begin(troubles, TROUBLE_LOG, "b", "x");
	troubles_begin(troubles, TROUBLE_LOG, "c", "x");
	troubles_begin(troubles, TROUBLE_METRIC, "a", "x");
	troubles_keep(troubles, TROUBLE_LOG, on_keep, kept);
	assert_false(troubles_end(troubles, TROUBLE_LOG, "a", NULL));
	assert_false(troubles_end(troubles, TROUBLE_LOG, "c", NULL));
	assert_true(troubles_end(troubles, TROUBLE_LOG, "b", NULL));
	assert_true(troubles_end(troubles, TROUBLE_METRIC, "a", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_trouble_is_in_the_report_until_it_is_over, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(each_trouble_is_told_once_for_as_long_as_it_lasts, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_too_much_for_a_report_is_cut_and_counted, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(troubles_of_what_is_gone_go_with_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
