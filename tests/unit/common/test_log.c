/* A program's own messages: one line an event, whatever stands in its values. */
#include "common/log.h"
#include "tests/unit/cm.h"

#include <string.h>
#include <unistd.h>

/* Logs `value` to a pipe in place of standard error, and returns what was written. */
static const char *logged(enum log_level level, const char *value, char *out, size_t size)
{
	int ends[2], kept = dup(STDERR_FILENO);
	ssize_t len;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	if (level == LOG_LEVEL_DEBUG)
		log_debug("test", "value=%s", value);
	else
		log_error("test", "value=%s", value);
	assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
	close(kept);
	close(ends[1]);
	len = read(ends[0], out, size - 1);
	close(ends[0]);
	assert_true(len >= 0);
	out[len] = '\0';
	return out;
}

static void data_cannot_forge_a_line(void **state)
{
	char line[4096];

	(void)state;
	assert_string_equal(logged(LOG_LEVEL_ERROR, "a\nERROR b: c\x7f\t", line, sizeof(line)),
			    "ERROR test: value=a\\x0aERROR b: c\\x7f\\x09\n");
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
	static const char FILLS[] = {'x', '\n'};
	char value[8000], line[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(FILLS); i++) {
		memset(value, FILLS[i], sizeof(value) - 1);
		value[sizeof(value) - 1] = '\0';
		(void)logged(LOG_LEVEL_ERROR, value, line, sizeof(line));
		assert_in_range(strlen(line), 2000, 2200);
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	}
}

static void messages_below_the_level_are_dropped(void **state)
{
	enum log_level level = LOG_LEVEL_ERROR;
	char line[256];

	(void)state;
	assert_string_equal(logged(LOG_LEVEL_DEBUG, "a", line, sizeof(line)), "");
	assert_int_equal(log_parse_level("Debug", &level), ERR_NONE);
	log_set_level(level);
	assert_string_equal(logged(LOG_LEVEL_DEBUG, "a", line, sizeof(line)), "DEBUG test: value=a\n");
	assert_int_equal(log_parse_level("loud", &level), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_cannot_forge_a_line),
		cmocka_unit_test(a_long_line_is_cut_and_still_ends),
		cmocka_unit_test(messages_below_the_level_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
