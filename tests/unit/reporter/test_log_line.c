/* Lines of log files: what each common logger's line says, and what is made of one that says nothing. */
#include "common/limits.h"
#include "reporter/log_line.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

/* 2025-11-17T10:30:00Z, and when the lines are read. */
#define MONDAY_MS 1763375400000
#define NOW_MS	  (MONDAY_MS + 3600000)

struct sample {
	const char *line;
	int64_t ms;
	enum level level;
	const char *logger, *message;
};

static int set_zone(void **state)
{
	(void)state;
	return setenv("TZ", "UTC", 1);
}

static void assert_reads(struct log_line_parser *parser, const struct sample *sample)
{
	struct entry entry;

	log_line_read(parser, sample->line, strlen(sample->line), NOW_MS, &entry);
	assert_int_equal(entry.message_len, strlen(sample->message));
	assert_memory_equal(entry.message, sample->message, entry.message_len);
	assert_string_equal(entry.logger_name, sample->logger);
	assert_int_equal(entry.level, sample->level);
	assert_int_equal(entry.timestamp_ms, sample->ms);
}

static void assert_all_read(enum log_format format, const struct sample *samples, size_t count)
{
	struct log_line_parser parser = {.format = format, .logger = "app"};

	for (size_t i = 0; i < count; i++)
		assert_reads(&parser, &samples[i]);
	log_line_parser_free(&parser);
}

#define ASSERT_ALL_READ(format, samples) \
	assert_all_read(format, samples, sizeof(samples) / sizeof((samples)[0]))

static void plain_layouts_are_known(void **state)
{
	static const struct sample SAMPLES[] = {
		{"2025-11-17 10:30:00,123 - Service.my_service - ERROR - no file", MONDAY_MS + 123,
		 LEVEL_ERROR, "Service.my_service", "no file"},
		{"2025-11-17 10:30:00,123 - WARNING - low", MONDAY_MS + 123, LEVEL_WARNING, "app", "low"},
		{"2025-11-17 10:30:00.123 [http nio-1] ERROR com.example.Foo - no file", MONDAY_MS + 123,
		 LEVEL_ERROR, "com.example.Foo", "no file"},
		{"2025-11-17T10:30:00.123Z  INFO 4711 --- [           main] c.e.Foo      : started",
		 MONDAY_MS + 123, LEVEL_INFO, "c.e.Foo", "started"},
		{"2025-11-17 10:30:00.123 | DEBUG    | app.views:open:12 - look", MONDAY_MS + 123,
		 LEVEL_DEBUG, "app.views:open:12", "look"},
		{"[2025-11-17T10:30:00.123456+00:00] security.CRITICAL: stop {} []", MONDAY_MS + 123,
		 LEVEL_CRITICAL, "security", "stop {} []"},
		{"[Mon Nov 17 10:30:00.123456 2025] [core:error] [pid 31:tid 1] no file", MONDAY_MS + 123,
		 LEVEL_ERROR, "core", "[pid 31:tid 1] no file"},
		{"[2025-11-17 10:30:00,123: ERROR/MainProcess] task failed", MONDAY_MS + 123, LEVEL_ERROR,
		 "MainProcess", "task failed"},
		{"2025-11-17 10:30:00.123 UTC [4711] FATAL:  no such role", MONDAY_MS + 123, LEVEL_CRITICAL,
		 "app", "no such role"},
		{"2025-11-17 10:30:00,123 [WARNING] Service.app: slow", MONDAY_MS + 123, LEVEL_WARNING,
		 "Service.app", "slow"},
		{"2025/11/17 10:30:00 [error] 31#31: *1 open() failed", MONDAY_MS, LEVEL_ERROR, "app",
		 "31#31: *1 open() failed"},
		{"2025-11-17T10:30:00.123Z ERROR app_core::store: no file", MONDAY_MS + 123, LEVEL_ERROR,
		 "app_core::store", "no file"},
		{"2025-11-17T10:30:00.123Z ERROR opening failed: no file", MONDAY_MS + 123, LEVEL_ERROR,
		 "app", "opening failed: no file"},
		{"2025-11-17 10:30:00,123 INFO  [org.example.App] (main) ready", MONDAY_MS + 123, LEVEL_INFO,
		 "org.example.App", "(main) ready"},
		{"Nov 17 10:30:00 host sshd[4711]: Accepted: yes", MONDAY_MS, LEVEL_INFO, "sshd",
		 "Accepted: yes"},
		{"2025-11-17T10:30:00.123456+00:00 host kernel: up", MONDAY_MS + 123, LEVEL_INFO, "kernel",
		 "up"},
		{"4711:M 17 Nov 2025 10:30:00.123 * Ready", MONDAY_MS + 123, LEVEL_INFO, "app", "* Ready"},
		{"192.0.2.1 - - [17/Nov/2025:10:30:00 +0000] \"GET / HTTP/1.1\" 200 612", MONDAY_MS,
		 LEVEL_INFO, "app", "192.0.2.1 - - [17/Nov/2025:10:30:00 +0000] \"GET / HTTP/1.1\" 200 612"},
		{"ERROR:Service.app:no file", NOW_MS, LEVEL_ERROR, "Service.app", "no file"},
		{"[warn] low disk", NOW_MS, LEVEL_WARNING, "app", "low disk"},
		{"INFO:     127.0.0.1:5000 - \"GET /\" 200", NOW_MS, LEVEL_INFO, "app",
		 "127.0.0.1:5000 - \"GET /\" 200"},
		{"Error: no file", NOW_MS, LEVEL_ERROR, "app", "no file"},
		{"ERROR no file", NOW_MS, LEVEL_ERROR, "app", "no file"},
		{"2025-11-17T10:30:00Z it runs", MONDAY_MS, LEVEL_INFO, "app", "it runs"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
	ASSERT_ALL_READ(LOG_FORMAT_PLAIN, SAMPLES);
}

static void prose_is_a_message_as_it_stands(void **state)
{
	static const struct sample SAMPLES[] = {
		{"hello world", NOW_MS, LEVEL_INFO, "app", "hello world"},
		{"Error opening a file", NOW_MS, LEVEL_INFO, "app", "Error opening a file"},
		{"2025-11-17 10:30:00 warning signs were seen", MONDAY_MS, LEVEL_INFO, "app",
		 "warning signs were seen"},
		{"information wants to be free", NOW_MS, LEVEL_INFO, "app", "information wants to be free"},
		{"", NOW_MS, LEVEL_INFO, "app", ""},
		{"{not json", NOW_MS, LEVEL_INFO, "app", "{not json"},
		{"{\"a\":1}", NOW_MS, LEVEL_INFO, "app", "{\"a\":1}"},
		{"[1,2]", NOW_MS, LEVEL_INFO, "app", "[1,2]"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void json_lines_of_common_libraries_are_known(void **state)
{
	static const struct sample SAMPLES[] = {
		{"{\"timestamp\":\"2025-11-17T10:30:00.123Z\",\"level\":\"ERROR\",\"logger_name\":\"Service."
		 "x\","
		 "\"message\":\"no file\",\"module\":\"x\",\"funcName\":\"f\",\"lineno\":42}",
		 MONDAY_MS + 123, LEVEL_ERROR, "Service.x", "no file"},
		{"{\"time\":\"2025-11-17T10:30:00.123456789Z\",\"level\":\"WARN\",\"msg\":\"slow\",\"took\":"
		 "1.5}",
		 MONDAY_MS + 123, LEVEL_WARNING, "app", "slow took=1.5"},
		{"{\"level\":50,\"time\":1763375400123,\"pid\":1,\"hostname\":\"h\",\"name\":\"svc\",\"msg\":"
		 "\"x\"}",
		 MONDAY_MS + 123, LEVEL_ERROR, "svc", "x"},
		{"{\"level\":\"info\",\"ts\":1763375400.123,\"logger\":\"a.b\",\"msg\":\"x\",\"err\":\"a "
		 "b\"}",
		 MONDAY_MS + 123, LEVEL_INFO, "a.b", "x err=\"a b\""},
		{"{\"@timestamp\":\"2025-11-17T10:30:00Z\",\"log.level\":\"DEBUG\",\"message\":\"x\"}",
		 MONDAY_MS, LEVEL_DEBUG, "app", "x"},
		{"{\"log\":\"out\\n\",\"stream\":\"stdout\",\"time\":\"2025-11-17T10:30:00.1Z\"}",
		 MONDAY_MS + 100, LEVEL_INFO, "app", "out\n stream=stdout"},
		{"{\"message\":\"x\",\"level\":\"nonsense\",\"time\":\"nonsense\"}", NOW_MS, LEVEL_INFO,
		 "app", "x level=nonsense time=nonsense"},
		{"{\"msg\":\"second\",\"message\":\"first\"}", NOW_MS, LEVEL_INFO, "app", "first msg=second"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
	ASSERT_ALL_READ(LOG_FORMAT_JSON, SAMPLES);
}

static void json_gives_module_function_and_line(void **state)
{
	static const char LINE[] = "{\"msg\":\"x\",\"file\":\"a.py\",\"func\":\"f\",\"lineno\":42}";
	struct log_line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	struct entry entry;

	(void)state;
	log_line_read(&parser, LINE, strlen(LINE), NOW_MS, &entry);
	assert_string_equal(entry.module, "a.py");
	assert_string_equal(entry.function, "f");
	assert_int_equal(entry.line, 42);
	log_line_parser_free(&parser);
}

static void a_format_that_is_asked_for_is_the_only_one(void **state)
{
	static const struct sample AS_PLAIN[] = {
		{"{\"msg\":\"x\"}", NOW_MS, LEVEL_INFO, "app", "{\"msg\":\"x\"}"}};
	static const struct sample AS_JSON[] = {{"ERROR: x", NOW_MS, LEVEL_INFO, "app", "ERROR: x"}};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_PLAIN, AS_PLAIN);
	ASSERT_ALL_READ(LOG_FORMAT_JSON, AS_JSON);
}

static void a_stack_trace_keeps_the_level_of_its_first_line(void **state)
{
	static const struct sample SAMPLES[] = {
		{"2025-11-17 10:30:00,123 - svc - ERROR - boom", MONDAY_MS + 123, LEVEL_ERROR, "svc", "boom"},
		{"Traceback (most recent call last):", NOW_MS, LEVEL_ERROR, "svc",
		 "Traceback (most recent call last):"},
		{"  File \"x.py\", line 1", NOW_MS, LEVEL_ERROR, "svc", "  File \"x.py\", line 1"},
		{"ValueError: x", NOW_MS, LEVEL_ERROR, "svc", "ValueError: x"},
		{"something else", NOW_MS, LEVEL_INFO, "app", "something else"},
		{"[error] java", NOW_MS, LEVEL_ERROR, "app", "java"},
		{"\tat com.example.Foo", NOW_MS, LEVEL_ERROR, "app", "\tat com.example.Foo"},
		{"Caused by: java.io.IOException", NOW_MS, LEVEL_ERROR, "app",
		 "Caused by: java.io.IOException"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void an_indented_line_at_the_start_is_plain(void **state)
{
	static const struct sample SAMPLES[] = {{"  indented", NOW_MS, LEVEL_INFO, "app", "  indented"}};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void a_message_beyond_the_limit_is_cut_and_marked(void **state)
{
	const size_t len = 2 * LIMIT_MESSAGE;
	char *line = malloc(len + 16);
	struct log_line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	struct entry entry;

	(void)state;
	assert_non_null(line);
	memset(line, 'x', len);
	log_line_read(&parser, line, len, NOW_MS, &entry);
	assert_int_equal(entry.message_len, LIMIT_MESSAGE);
	assert_memory_equal(entry.message + LIMIT_MESSAGE - 5, "[cut]", 5);

	memcpy(line, "{\"msg\":\"", 8);
	memcpy(line + len - 2, "\"}", 2);
	log_line_read(&parser, line, len, NOW_MS, &entry);
	assert_int_equal(entry.message_len, LIMIT_MESSAGE);
	assert_int_equal(entry.message[0], 'x');
	log_line_parser_free(&parser);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_layouts_are_known),
		cmocka_unit_test(prose_is_a_message_as_it_stands),
		cmocka_unit_test(json_lines_of_common_libraries_are_known),
		cmocka_unit_test(json_gives_module_function_and_line),
		cmocka_unit_test(a_format_that_is_asked_for_is_the_only_one),
		cmocka_unit_test(a_stack_trace_keeps_the_level_of_its_first_line),
		cmocka_unit_test(an_indented_line_at_the_start_is_plain),
		cmocka_unit_test(a_message_beyond_the_limit_is_cut_and_marked),
	};

	return cmocka_run_group_tests(tests, set_zone, NULL);
}
