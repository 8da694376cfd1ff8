/* The messages of results and of failures, made fit for JSON and for people. */
#include "reporter/services/driver_result.h"
#include "tests/unit/cm.h"

#include <string.h>

static void output_is_added_clean_and_without_blanks_around_it(void **state)
{
	static const char OUTPUT[] = "\n  no\tfile \033[31m\xff here\nж\n\n";
	struct driver_result result = {0};

	(void)state;
	driver_result_say(&result, "start failed with %d", 7);
	driver_result_add_output(&result, " \n", 2);
	assert_string_equal(result.message, "start failed with 7");
	driver_result_add_output(&result, OUTPUT, strlen(OUTPUT));
	assert_string_equal(result.message, "start failed with 7: no\tfile ?[31m? here\nж");
}

static void of_long_output_the_last_whole_lines_are_kept(void **state)
{
	struct driver_result result = {0};
	char output[3 * DRIVER_MESSAGE_SIZE];

	(void)state;
	memset(output, 'x', sizeof(output));
	memcpy(output + sizeof(output) - 20, "\nthe last whole line", 20);
	driver_result_say(&result, "failed");
	driver_result_add_output(&result, output, sizeof(output));
	assert_string_equal(result.message, "failed: the last whole line");

	memset(output, 'x', sizeof(output));
	driver_result_say(&result, "failed");
	driver_result_add_output(&result, output, sizeof(output));
	assert_in_range(strlen(result.message), DRIVER_MESSAGE_SIZE - 8, DRIVER_MESSAGE_SIZE - 1);
}

static void a_long_sentence_is_cut_between_characters(void **state)
{
	struct driver_result result = {0};
	char text[2 * DRIVER_MESSAGE_SIZE] = "x";

	(void)state;
	for (size_t i = 1; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "ж", 2);
	driver_result_say(&result, "%s", text);
	assert_int_equal(strlen(result.message), DRIVER_MESSAGE_SIZE - 1);
	driver_result_say(&result, "x%s", text);
	assert_int_equal(strlen(result.message), DRIVER_MESSAGE_SIZE - 2);
}

static void a_failure_is_one_line(void **state)
{
	struct service_state failed = {0};

	(void)state;
	driver_write_failure(&failed, "a\n\tb\n", 5, "the health check failed");
	assert_string_equal(failed.failure, "the health check failed: a  b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_added_clean_and_without_blanks_around_it),
		cmocka_unit_test(of_long_output_the_last_whole_lines_are_kept),
		cmocka_unit_test(a_long_sentence_is_cut_between_characters),
		cmocka_unit_test(a_failure_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
