/* Lines within lines: containers' logs, csvlog, and what stands behind a supervisor's or syslog's prefix. */
#include "tests/unit/cm.h"
#include "tests/unit/reporter/line_samples.h"

#include <string.h>

static struct line_parser parser_of(void)
{
	return (struct line_parser){.format = LOG_FORMAT_AUTO, .logger = "app"};
}

static bool read_line(struct line_parser *parser, const char *line, struct entry *out)
{
	return line_read(parser, line, strlen(line), NOW_MS, out);
}

static void assert_says(const struct entry *entry, enum level level, const char *message, const char *fields)
{
	assert_int_equal(entry->level, level);
	assert_int_equal(entry->message_len, strlen(message));
	assert_memory_equal(entry->message, message, entry->message_len);
	assert_int_equal(entry->fields.len, strlen(fields));
	if (entry->fields.len)
		assert_memory_equal(entry->fields.data, fields, entry->fields.len);
}

static void the_parts_of_a_containers_line_are_joined(void **state)
{
	struct line_parser parser = parser_of();
	struct entry entry;

	(void)state;
	assert_false(read_line(&parser, "2025-11-17T10:30:00.1Z stderr P {\"level\":\"err", &entry));
	assert_true(line_is_open(&parser));
	/* The other stream's lines come in between. */
	assert_true(read_line(&parser, "2025-11-17T10:30:00.2Z stdout F ready", &entry));
	assert_says(&entry, LEVEL_INFO, "ready", "{\"stream\":\"stdout\"}");
	assert_false(read_line(&parser, "2025-11-17T10:30:00.3Z stderr P or\",\"msg\":\"no ", &entry));
	assert_true(read_line(&parser, "2025-11-17T10:30:00.4Z stderr F file\",\"n\":1}", &entry));
	assert_says(&entry, LEVEL_ERROR, "no file", "{\"n\":1,\"stream\":\"stderr\"}");
	assert_int_equal(entry.timestamp_ms, MONDAY_MS + 400);
	assert_false(line_is_open(&parser));

	assert_false(read_line(&parser,
			       "{\"log\":\"level=error msg=\\\"no \",\"stream\":\"stdout\",\"time\":"
			       "\"2025-11-17T10:30:00.1Z\"}",
			       &entry));
	assert_true(read_line(
		&parser,
		"{\"log\":\"file\\\"\\n\",\"stream\":\"stdout\",\"time\":\"2025-11-17T10:30:00.1Z\"}",
		&entry));
	assert_says(&entry, LEVEL_ERROR, "no file", "{\"stream\":\"stdout\"}");
	line_parser_free(&parser);
}

static void a_part_whose_rest_never_comes_is_given_out_at_the_end(void **state)
{
	struct line_parser parser = parser_of();
	struct entry entry;

	(void)state;
	assert_false(read_line(&parser, "2025-11-17T10:30:00.1Z stderr P ERROR no", &entry));
	assert_true(line_flush(&parser, NOW_MS, &entry));
	assert_says(&entry, LEVEL_ERROR, "no", "");
	assert_false(line_flush(&parser, NOW_MS, &entry));
	line_parser_free(&parser);
}

static void a_trace_in_a_container_belongs_to_its_line(void **state)
{
	struct line_parser parser = parser_of();
	struct entry entry;

	(void)state;
	assert_true(read_line(&parser, "2025-11-17T10:30:00.1Z stderr F [error] no file", &entry));
	assert_true(read_line(&parser, "2025-11-17T10:30:00.2Z stderr F \tat com.example.App", &entry));
	assert_says(&entry, LEVEL_ERROR, "\tat com.example.App", "{\"stream\":\"stderr\"}");
	assert_int_equal(entry.timestamp_ms, MONDAY_MS + 200);
	line_parser_free(&parser);
}

static void a_record_of_csvlog_may_be_several_lines(void **state)
{
	struct line_parser parser = parser_of();
	struct entry entry;

	(void)state;
	assert_false(read_line(&parser,
			       "2025-11-17 10:30:00.123 UTC,\"app\",\"shop\",4711,\"10.0.0.5:53412\",69.1,1,"
			       "\"SELECT\",2025-11-17 10:14:00 UTC,3/12,0,ERROR,42P01,"
			       "\"relation \"\"orders\"\" does not exist\",,,,,,\"select 1",
			       &entry));
	assert_false(read_line(&parser, "", &entry));
	assert_true(
		read_line(&parser, "from orders, \"\"x\"\"\",15,,\"psql\",\"client backend\",,0", &entry));
	assert_says(&entry, LEVEL_ERROR, "relation \"orders\" does not exist",
		    "{\"user\":\"app\",\"database\":\"shop\",\"pid\":\"4711\",\"sqlstate\":\"42P01\","
		    "\"query\":\"select "
		    "1\\n\\nfrom orders, \\\"x\\\"\",\"application\":\"psql\"}");
	assert_int_equal(entry.timestamp_ms, MONDAY_MS + 123);
	assert_true(read_line(&parser, "next", &entry));
	assert_says(&entry, LEVEL_INFO, "next", "");
	line_parser_free(&parser);
}

static void what_stands_behind_a_prefix_is_read_too(void **state)
{
	static const struct line_sample SAMPLES[] = {
		/* nginx behind svlogd, whose time is UTC */
		{"2025-11-17_10:30:00.12345 2025/11/17 10:30:00 [error] 7#7: *1 open() failed",
		 MONDAY_MS + 123, LEVEL_ERROR, "app", "7#7: *1 open() failed"},
		{"2025-11-17_10:30:00.12345 [error] 7#7: *1 open() failed", MONDAY_MS + 123, LEVEL_ERROR,
		 "app", "7#7: *1 open() failed"},
		{"@40000000691af9320754d4c0 2025/11/17 10:30:00 [warn] 7#7: x", MONDAY_MS + 123,
		 LEVEL_WARNING, "app", "7#7: x"},
		{"Nov 17 10:30:00 host shop[7]: {\"level\":\"error\",\"msg\":\"no "
		 "file\",\"logger\":\"shop.a\"}",
		 MONDAY_MS, LEVEL_ERROR, "shop", "no file {\"logger\":\"shop.a\"}"},
		{"Nov 17 10:30:00 host shop[7]: 2025-11-17T10:30:00.5Z ERROR no file", MONDAY_MS + 500,
		 LEVEL_ERROR, "shop", "no file"},
		{"2025-11-17T10:30:00.123Z level=error msg=\"no file\"", MONDAY_MS + 123, LEVEL_ERROR, "app",
		 "no file"},
		{"2025-11-17T10:30:00.123Z an error budget of 0.1 %", MONDAY_MS + 123, LEVEL_INFO, "app",
		 "an error budget of 0.1 %"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void another_programs_line_does_not_join_a_trace(void **state)
{
	static const struct line_sample SAMPLES[] = {
		{"Nov 17 10:30:00 host shop[7]: ERROR no file", MONDAY_MS, LEVEL_ERROR, "shop", "no file"},
		{"Nov 17 10:30:00 host shop[7]:   at com.example.App", MONDAY_MS, LEVEL_ERROR, "shop",
		 "at com.example.App"},
		{"Nov 17 10:30:00 host mail[8]:   queue of 3", MONDAY_MS, LEVEL_INFO, "mail", "queue of 3"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void a_message_that_came_with_a_level_counts_by_the_worse(void **state)
{
	static const struct {
		const char *text;
		bool has_level;
		enum level given, level;
		const char *message, *fields;
	} CASES[] = {
		{"{\"level\":\"error\",\"msg\":\"no file\",\"n\":1}", true, LEVEL_INFO, LEVEL_ERROR,
		 "no file", "{\"n\":1}"},
		{"{\"level\":\"debug\",\"msg\":\"fine\"}", true, LEVEL_INFO, LEVEL_INFO, "fine", ""},
		{"{\"level\":\"debug\",\"msg\":\"fine\"}", false, LEVEL_INFO, LEVEL_DEBUG, "fine", ""},
		{"level=warn msg=slow took=2s", true, LEVEL_INFO, LEVEL_WARNING, "slow", "{\"took\":\"2s\"}"},
		{"2025-11-17 10:00:00,123 ERROR [main] shop: no file", true, LEVEL_INFO, LEVEL_ERROR,
		 "2025-11-17 10:00:00,123 ERROR [main] shop: no file", ""},
		{"no errors", true, LEVEL_DEBUG, LEVEL_DEBUG, "no errors", ""},
		{"\x1b[31mno file\x1b[0m", true, LEVEL_ERROR, LEVEL_ERROR, "no file", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct line_parser parser = parser_of();
		struct entry entry = {.timestamp_ms = MONDAY_MS,
				      .level = CASES[i].given,
				      .logger_name = "unit",
				      .message = CASES[i].text,
				      .message_len = strlen(CASES[i].text)};

		line_read_message(&parser, CASES[i].has_level, NOW_MS, &entry);
		assert_says(&entry, CASES[i].level, CASES[i].message, CASES[i].fields);
		assert_int_equal(entry.timestamp_ms, MONDAY_MS);
		assert_string_equal(entry.logger_name, "unit");
		line_parser_free(&parser);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parts_of_a_containers_line_are_joined),
		cmocka_unit_test(a_part_whose_rest_never_comes_is_given_out_at_the_end),
		cmocka_unit_test(a_trace_in_a_container_belongs_to_its_line),
		cmocka_unit_test(a_record_of_csvlog_may_be_several_lines),
		cmocka_unit_test(what_stands_behind_a_prefix_is_read_too),
		cmocka_unit_test(another_programs_line_does_not_join_a_trace),
		cmocka_unit_test(a_message_that_came_with_a_level_counts_by_the_worse),
	};

	return cmocka_run_group_tests(tests, line_samples_set_zone, NULL);
}
