/* Lines in JSON and logfmt, what only resembles them, and what is too long. */
#include "common/limits.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/line_samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void logfmt_is_known(void **state)
{
	static const struct line_sample SAMPLES[] = {
		{"time=\"2025-11-17T10:30:00Z\" level=error msg=\"disk gone\" logger=x", MONDAY_MS,
		 LEVEL_ERROR, "x", "disk gone"},
		{"level=warn ts=2025-11-17T10:30:00.123Z caller=main.go:12 msg=hello", MONDAY_MS + 123,
		 LEVEL_WARNING, "app", "hello"},
		{"time=2025-11-17T10:30:00.123Z level=ERROR msg=\"say \\\"no\\\"\" path=\"/a b\" took=1.5",
		 MONDAY_MS + 123, LEVEL_ERROR, "app", "say \"no\" {\"path\":\"/a b\",\"took\":\"1.5\"}"},
		{"level=error msg=disk gone took=1s", NOW_MS, LEVEL_ERROR, "app",
		 "disk gone {\"took\":\"1s\"}"},
		{"level=error msg=", NOW_MS, LEVEL_ERROR, "app", ""},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
	ASSERT_ALL_READ(LOG_FORMAT_PLAIN, SAMPLES);
}

static void logfmt_gives_the_module(void **state)
{
	static const char LINE[] = "level=warn caller=main.go:12 msg=hello";
	struct line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	struct entry entry;

	(void)state;
	line_read(&parser, LINE, strlen(LINE), NOW_MS, &entry);
	assert_string_equal(entry.module, "main.go:12");
	line_parser_free(&parser);
}

static void what_only_resembles_logfmt_is_a_message_as_it_stands(void **state)
{
	static const char *const LINES[] = {
		"level=error is what it said",
		"set level=error msg=x to see more",
		"msg=hello user=x",
		"a=1 b=2",
		"level=error msg=\"not closed",
		"level=error msg=x path=\"not closed",
		"level=error msg=\"closed\"early",
		"=x level=error msg=y",
		"=",
		"level=",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
		const struct line_sample sample = {LINES[i], NOW_MS, LEVEL_INFO, "app", LINES[i]};

		assert_all_read(LOG_FORMAT_AUTO, &sample, 1);
	}
}

static void json_lines_of_common_libraries_are_known(void **state)
{
	static const struct line_sample SAMPLES[] = {
		{"{\"timestamp\":\"2025-11-17T10:30:00.123Z\",\"level\":\"ERROR\",\"logger_name\":\"Service."
		 "x\","
		 "\"message\":\"no file\",\"module\":\"x\",\"funcName\":\"f\",\"lineno\":42}",
		 MONDAY_MS + 123, LEVEL_ERROR, "Service.x", "no file"},
		{"{\"time\":\"2025-11-17T10:30:00.123456789Z\",\"level\":\"WARN\",\"msg\":\"slow\",\"took\":"
		 "1.5}",
		 MONDAY_MS + 123, LEVEL_WARNING, "app", "slow {\"took\":1.5}"},
		{"{\"level\":50,\"time\":1763375400123,\"pid\":1,\"hostname\":\"h\",\"name\":\"svc\",\"msg\":"
		 "\"x\"}",
		 MONDAY_MS + 123, LEVEL_ERROR, "svc", "x {\"pid\":1,\"hostname\":\"h\"}"},
		{"{\"level\":\"info\",\"ts\":1763375400.123,\"logger\":\"a.b\",\"msg\":\"x\",\"err\":\"a "
		 "b\"}",
		 MONDAY_MS + 123, LEVEL_INFO, "a.b", "x {\"err\":\"a b\"}"},
		{"{\"@timestamp\":\"2025-11-17T10:30:00Z\",\"log.level\":\"DEBUG\",\"message\":\"x\"}",
		 MONDAY_MS, LEVEL_DEBUG, "app", "x"},
		{"{\"log\":\"out\\n\",\"stream\":\"stdout\",\"time\":\"2025-11-17T10:30:00.1Z\"}",
		 MONDAY_MS + 100, LEVEL_INFO, "app", "out {\"stream\":\"stdout\"}"},
		{"{\"message\":\"x\",\"level\":\"nonsense\",\"time\":\"nonsense\"}", NOW_MS, LEVEL_INFO,
		 "app", "x {\"level\":\"nonsense\",\"time\":\"nonsense\"}"},
		{"{\"msg\":\"second\",\"message\":\"first\"}", NOW_MS, LEVEL_INFO, "app",
		 "first {\"msg\":\"second\"}"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
	ASSERT_ALL_READ(LOG_FORMAT_JSON, SAMPLES);
}

static void a_time_that_cannot_be_right_is_now_and_stands_in_the_fields(void **state)
{
	static const struct line_sample SAMPLES[] = {
		{"{\"ts\":1763375400.123,\"msg\":\"x\"}", MONDAY_MS + 123, LEVEL_INFO, "app", "x"},
		{"{\"ts\":1763375400123,\"msg\":\"x\"}", MONDAY_MS + 123, LEVEL_INFO, "app", "x"},
		{"{\"ts\":1763375400123456,\"msg\":\"x\"}", MONDAY_MS + 123, LEVEL_INFO, "app", "x"},
		{"{\"ts\":1763375400123456789,\"msg\":\"x\"}", MONDAY_MS + 123, LEVEL_INFO, "app", "x"},
		{"{\"ts\":\"1763375400123456789\",\"msg\":\"x\"}", MONDAY_MS + 123, LEVEL_INFO, "app", "x"},
		{"{\"instant\":{\"epochSecond\":1763375400,\"nanoOfSecond\":123000000},\"message\":\"x\"}",
		 MONDAY_MS + 123, LEVEL_INFO, "app", "x"},
		{"{\"date_time\":\"2025-11-17T10:30:00.123Z\",\"message\":\"x\"}", MONDAY_MS + 123,
		 LEVEL_INFO, "app", "x"},
		{"{\"t\":{\"$date\":\"2025-11-17T10:30:00.123+00:00\"},\"msg\":\"x\"}", MONDAY_MS + 123,
		 LEVEL_INFO, "app", "x"},
		{"t=2025-11-17T10:30:00.123Z lvl=info msg=x", MONDAY_MS + 123, LEVEL_INFO, "app", "x"},
		{"{\"time\":35.2,\"msg\":\"x\"}", NOW_MS, LEVEL_INFO, "app", "x {\"time\":35.2}"},
		{"{\"time\":35.2,\"ts\":1763375400.123,\"msg\":\"x\"}", MONDAY_MS + 123, LEVEL_INFO, "app",
		 "x {\"time\":35.2}"},
		{"{\"time\":\"2025-11-19T10:30:00Z\",\"msg\":\"x\"}", NOW_MS, LEVEL_INFO, "app",
		 "x {\"time\":\"2025-11-19T10:30:00Z\"}"},
		{"{\"time\":\"2005-11-17T10:30:00Z\",\"msg\":\"x\"}", NOW_MS, LEVEL_INFO, "app",
		 "x {\"time\":\"2005-11-17T10:30:00Z\"}"},
		{"2025-11-19T10:30:00Z x", NOW_MS, LEVEL_INFO, "app",
		 "x {\"time\":\"2025-11-19T10:30:00.000Z\"}"},
		{"2005-11-17 10:30:00 x", NOW_MS, LEVEL_INFO, "app",
		 "x {\"time\":\"2005-11-17T10:30:00.000Z\"}"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void a_level_may_be_a_word_a_letter_or_a_number(void **state)
{
	static const struct {
		const char *member;
		enum level level;
	} CASES[] = {
		{"\"level\":\"WRN\"", LEVEL_WARNING},
		{"\"lvl\":\"eror\"", LEVEL_ERROR},
		{"\"s\":\"E\"", LEVEL_ERROR},
		{"\"s\":\"D2\"", LEVEL_DEBUG},
		{"\"level\":3", LEVEL_ERROR},
		{"\"level\":30", LEVEL_INFO},
		{"\"level\":60", LEVEL_CRITICAL},
		{"\"level\":300", LEVEL_WARNING},
		{"\"level_value\":40000", LEVEL_ERROR},
		{"\"severityNumber\":17", LEVEL_ERROR},
		{"\"SeverityNumber\":\"9\"", LEVEL_INFO},
		{"\"severityLevel\":2", LEVEL_WARNING},
		{"\"level\":\"ERROR+2\"", LEVEL_ERROR},
		{"\"level\":\"dpanic\"", LEVEL_CRITICAL},
		{"\"level\":-4,\"level_name\":\"ERROR\"", LEVEL_ERROR},
		{"\"level\":0,\"prio\":\"Error\"", LEVEL_ERROR},
		{"\"log\":{\"level\":\"error\"}", LEVEL_ERROR},
		{"\"LOG_LEVEL\":\"Error\"", LEVEL_ERROR},
		{"\"level\":\"\\u001b[31merror\\u001b[39m\"", LEVEL_ERROR},
		{"\"game_level\":50", LEVEL_INFO},
		{"\"error\":\"timeout\"", LEVEL_INFO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
		struct entry entry;
		char line[128];

		snprintf(line, sizeof(line), "{\"msg\":\"x\",%s}", CASES[i].member);
		assert_true(line_read(&parser, line, strlen(line), NOW_MS, &entry));
		assert_int_equal(entry.level, CASES[i].level);
		line_parser_free(&parser);
	}
}

static void an_object_with_a_level_and_no_message_is_shown_whole(void **state)
{
	static const struct line_sample SAMPLES[] = {
		{"{\"level\":\"error\",\"path\":\"/\",\"time\":\"2025-11-17T10:30:00Z\"}", MONDAY_MS,
		 LEVEL_ERROR, "app",
		 "{\"level\":\"error\",\"path\":\"/\",\"time\":\"2025-11-17T10:30:00Z\"}"},
		{"{\"level\":\"error\",\"msg\":7}", NOW_MS, LEVEL_ERROR, "app",
		 "{\"level\":\"error\",\"msg\":7}"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void members_that_do_not_fit_into_the_fields_follow_the_message(void **state)
{
	struct line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	struct buf line = {0};
	struct entry entry;

	(void)state;
	buf_text(&line, "{\"msg\":\"x\",\"large\":\"");
	while (line.len < LIMIT_FIELDS + 100)
		buf_char(&line, 'y');
	buf_text(&line, "\",\"small\":1}");
	assert_true(line_read(&parser, line.data, line.len, NOW_MS, &entry));
	assert_memory_equal(entry.message, "x large=yyy", 11);
	assert_true(span_is(entry.fields, "{\"small\":1}"));
	buf_free(&line);
	line_parser_free(&parser);
}

static void json_gives_module_function_and_line(void **state)
{
	static const char LINE[] = "{\"msg\":\"x\",\"file\":\"a.py\",\"func\":\"f\",\"lineno\":42}";
	struct line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	struct entry entry;

	(void)state;
	line_read(&parser, LINE, strlen(LINE), NOW_MS, &entry);
	assert_string_equal(entry.module, "a.py");
	assert_string_equal(entry.function, "f");
	assert_int_equal(entry.line, 42);
	line_parser_free(&parser);
}

static void a_format_that_is_asked_for_is_the_only_one(void **state)
{
	static const struct line_sample AS_PLAIN[] = {
		{"{\"msg\":\"x\"}", NOW_MS, LEVEL_INFO, "app", "{\"msg\":\"x\"}"}};
	static const struct line_sample AS_JSON[] = {{"ERROR: x", NOW_MS, LEVEL_INFO, "app", "ERROR: x"}};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_PLAIN, AS_PLAIN);
	ASSERT_ALL_READ(LOG_FORMAT_JSON, AS_JSON);
}

static void a_message_beyond_the_limit_is_cut_and_marked(void **state)
{
	const size_t len = 2 * LIMIT_MESSAGE;
	char *line = malloc(len + 16);
	struct line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	struct entry entry;

	(void)state;
	assert_non_null(line);
	memset(line, 'x', len);
	line_read(&parser, line, len, NOW_MS, &entry);
	assert_int_equal(entry.message_len, LIMIT_MESSAGE);
	assert_memory_equal(entry.message + LIMIT_MESSAGE - 5, "[cut]", 5);

	memcpy(line, "{\"msg\":\"", 8);
	memcpy(line + len - 2, "\"}", 2);
	line_read(&parser, line, len, NOW_MS, &entry);
	assert_int_equal(entry.message_len, LIMIT_MESSAGE);
	assert_int_equal(entry.message[0], 'x');
	line_parser_free(&parser);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logfmt_is_known),
		cmocka_unit_test(logfmt_gives_the_module),
		cmocka_unit_test(what_only_resembles_logfmt_is_a_message_as_it_stands),
		cmocka_unit_test(json_lines_of_common_libraries_are_known),
		cmocka_unit_test(a_time_that_cannot_be_right_is_now_and_stands_in_the_fields),
		cmocka_unit_test(a_level_may_be_a_word_a_letter_or_a_number),
		cmocka_unit_test(an_object_with_a_level_and_no_message_is_shown_whole),
		cmocka_unit_test(members_that_do_not_fit_into_the_fields_follow_the_message),
		cmocka_unit_test(json_gives_module_function_and_line),
		cmocka_unit_test(a_format_that_is_asked_for_is_the_only_one),
		cmocka_unit_test(a_message_beyond_the_limit_is_cut_and_marked),
	};

	return cmocka_run_group_tests(tests, line_samples_set_zone, NULL);
}
