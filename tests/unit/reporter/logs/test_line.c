/* Lines of log files: what each common logger's line says, and what is made of one that says nothing. */
#include "common/limits.h"
#include "reporter/logs/line.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

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
		{"[2025-11-17 10:30:00 +0000] [7] [ERROR] Worker failed", MONDAY_MS, LEVEL_ERROR, "app",
		 "Worker failed"},
		{"2025-11-17 10:30:00 0 [ERROR] InnoDB: x", MONDAY_MS, LEVEL_ERROR, "app", "InnoDB: x"},
		{"2025-11-17  9:30:00 0 [Warning] Access denied", MONDAY_MS - 3600000, LEVEL_WARNING, "app",
		 "Access denied"},
		{"2025-11-17T10:30:00.123456Z 0 [ERROR] [MY-010119] [Server] x", MONDAY_MS + 123, LEVEL_ERROR,
		 "app", "[MY-010119] [Server] x"},
		{"2025-11-17 10:30:00,123 app WARNING std python", MONDAY_MS + 123, LEVEL_WARNING, "app",
		 "std python"},
		{"2025-11-17 10:30:00,123 Service.x ERROR: no file", MONDAY_MS + 123, LEVEL_ERROR,
		 "Service.x", "no file"},
		{"2025-11-17 10:30:00,123:ERROR:root:colonfmt", MONDAY_MS + 123, LEVEL_ERROR, "root",
		 "colonfmt"},
		{"2025-11-17 10:30:00,123:Service.x:ERROR:no file", MONDAY_MS + 123, LEVEL_ERROR, "Service.x",
		 "no file"},
		{"2025-11-17 10:30:00,123:ERROR:no file: a", MONDAY_MS + 123, LEVEL_ERROR, "app",
		 "no file: a"},
		{"17-Nov-2025 10:30:00.123 SEVERE [main] org.apache.catalina.X.y msg", MONDAY_MS + 123,
		 LEVEL_ERROR, "org.apache.catalina.X.y", "msg"},
		{"E1117 10:30:00.123456    7 main.go:12] text", MONDAY_MS + 123, LEVEL_ERROR, "main.go:12",
		 "text"},
		{"E, [2025-11-17T10:30:00.123456 #7] ERROR -- : text", MONDAY_MS + 123, LEVEL_ERROR, "app",
		 "text"},
		{"W, [2025-11-17T10:30:00.123456 #7]  WARN -- rails: text", MONDAY_MS + 123, LEVEL_WARNING,
		 "rails", "text"},
		{"2025-11-17T13:30:00+03 ERROR x", MONDAY_MS, LEVEL_ERROR, "app", "x"},
		{"<3>text", NOW_MS, LEVEL_ERROR, "app", "text"},
		{"<7>text", NOW_MS, LEVEL_DEBUG, "app", "text"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
	ASSERT_ALL_READ(LOG_FORMAT_PLAIN, SAMPLES);
}

/* The file does not say which zone MSK is: unless it is this machine's, the line is of now. */
static void postgresql_in_any_zone_is_known(void **state)
{
	static const struct sample SAMPLES[] = {
		{"2025-11-17 10:30:00.123 MSK [4711] ERROR:  pg", NOW_MS, LEVEL_ERROR, "app", "pg"},
		{"2025-11-17 10:30:00.123 CET [4711] user@db FATAL:  x", NOW_MS, LEVEL_CRITICAL, "app", "x"},
		{"2025-11-17 10:30:00 CEST [4711] [unknown]@[unknown] ERROR:  x", NOW_MS, LEVEL_ERROR, "app",
		 "x"},
		{"2025-11-17 13:30:00.123 +03 [4711] ERROR:  pg", MONDAY_MS + 123, LEVEL_ERROR, "app", "pg"},
		{"2025-11-17 10:30:00.123 UTC [4711] user@db ERROR:  x", MONDAY_MS + 123, LEVEL_ERROR, "app",
		 "x"},
	};
	static const struct sample AT_HOME[] = {
		{"2025-11-17 13:30:00.123 MSK [4711] ERROR:  pg", MONDAY_MS + 123, LEVEL_ERROR, "app", "pg"},
	};

	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
	assert_int_equal(setenv("TZ", "MSK-3", 1), 0);
	tzset();
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, AT_HOME);
	set_zone(state);
	tzset();
}

static void a_time_of_day_is_no_time_but_may_begin_a_head(void **state)
{
	static const struct sample SAMPLES[] = {
		{"10:30:00.123 [main] ERROR c.e.App - text", NOW_MS, LEVEL_ERROR, "c.e.App", "text"},
		{"10:30:00.123 [http nio-1] WARN c.e.App -- text", NOW_MS, LEVEL_WARNING, "c.e.App", "text"},
		{"10:30:00,123 ERROR [org.example.App] (main) text", NOW_MS, LEVEL_ERROR, "org.example.App",
		 "(main) text"},
		{"10:30:00 is when it begins", NOW_MS, LEVEL_INFO, "app", "10:30:00 is when it begins"},
		{"[10:30:00] it begins", NOW_MS, LEVEL_INFO, "app", "[10:30:00] it begins"},
		{"10:30:00", NOW_MS, LEVEL_INFO, "app", "10:30:00"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void logfmt_is_known(void **state)
{
	static const struct sample SAMPLES[] = {
		{"time=\"2025-11-17T10:30:00Z\" level=error msg=\"disk gone\" logger=x", MONDAY_MS,
		 LEVEL_ERROR, "x", "disk gone"},
		{"level=warn ts=2025-11-17T10:30:00.123Z caller=main.go:12 msg=hello", MONDAY_MS + 123,
		 LEVEL_WARNING, "app", "hello"},
		{"time=2025-11-17T10:30:00.123Z level=ERROR msg=\"say \\\"no\\\"\" path=\"/a b\" took=1.5",
		 MONDAY_MS + 123, LEVEL_ERROR, "app", "say \"no\" path=\"/a b\" took=1.5"},
		{"level=error msg=disk gone took=1s", NOW_MS, LEVEL_ERROR, "app", "disk gone took=1s"},
		{"level=error msg=", NOW_MS, LEVEL_ERROR, "app", ""},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
	ASSERT_ALL_READ(LOG_FORMAT_PLAIN, SAMPLES);
}

static void logfmt_gives_the_module(void **state)
{
	static const char LINE[] = "level=warn caller=main.go:12 msg=hello";
	struct log_line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	struct entry entry;

	(void)state;
	log_line_read(&parser, LINE, strlen(LINE), NOW_MS, &entry);
	assert_string_equal(entry.module, "main.go:12");
	log_line_parser_free(&parser);
}

static void what_only_resembles_logfmt_is_a_message_as_it_stands(void **state)
{
	static const char *const LINES[] = {
		"level=error is what it said",
		"set level=error msg=x to see more",
		"msg=hello user=x",
		"a=1 b=2",
		"level=error msg=\"not closed",
		"level=error msg=\"closed\"early",
		"=x level=error msg=y",
		"=",
		"level=",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
		const struct sample sample = {LINES[i], NOW_MS, LEVEL_INFO, "app", LINES[i]};

		assert_all_read(LOG_FORMAT_AUTO, &sample, 1);
	}
}

static void a_line_that_is_only_a_head_is_its_own_message(void **state)
{
	static const struct sample SAMPLES[] = {
		{"ERROR", NOW_MS, LEVEL_ERROR, "app", "ERROR"},
		{"DEBUG", NOW_MS, LEVEL_DEBUG, "app", "DEBUG"},
		{"[warn] ", NOW_MS, LEVEL_WARNING, "app", "[warn] "},
		{"2025-11-17T10:30:00Z", MONDAY_MS, LEVEL_INFO, "app", "2025-11-17T10:30:00Z"},
		{"<3>", NOW_MS, LEVEL_ERROR, "app", "<3>"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void prose_is_a_message_as_it_stands(void **state)
{
	static const struct sample SAMPLES[] = {
		{"hello world", NOW_MS, LEVEL_INFO, "app", "hello world"},
		{"Error opening a file", NOW_MS, LEVEL_INFO, "app", "Error opening a file"},
		{"2025-11-17 10:30:00 warning signs were seen", MONDAY_MS, LEVEL_INFO, "app",
		 "warning signs were seen"},
		{"information wants to be free", NOW_MS, LEVEL_INFO, "app", "information wants to be free"},
		{"2025-11-17 10:30:00 An ERROR was seen", MONDAY_MS, LEVEL_INFO, "app", "An ERROR was seen"},
		{"2025-11-17 10:30:00 no ERROR was seen", MONDAY_MS, LEVEL_INFO, "app", "no ERROR was seen"},
		{"2025-11-17 10:30:00,123 Set DEBUG to see more", MONDAY_MS + 123, LEVEL_INFO, "app",
		 "Set DEBUG to see more"},
		{"2025-11-17 10:30:00,123 found error in it", MONDAY_MS + 123, LEVEL_INFO, "app",
		 "found error in it"},
		{"2025-11-17 10:30:00 MSK is a zone", MONDAY_MS, LEVEL_INFO, "app", "MSK is a zone"},
		{"2025-11-17 10:30:00 -12 degrees", MONDAY_MS, LEVEL_INFO, "app", "-12 degrees"},
		{"2025-11-17 10:30:00 [main] Some error: x", MONDAY_MS, LEVEL_INFO, "app",
		 "[main] Some error: x"},
		{"2025-11-17 10:30:00 ERROR [main] www.example.com is away", MONDAY_MS, LEVEL_ERROR, "app",
		 "[main] www.example.com is away"},
		{"2025-11-17 10:30:00 a [error] occurred", MONDAY_MS, LEVEL_INFO, "app",
		 "a [error] occurred"},
		{"E1117 is a room", NOW_MS, LEVEL_INFO, "app", "E1117 is a room"},
		{"E, [7] is wrong", NOW_MS, LEVEL_INFO, "app", "E, [7] is wrong"},
		{"<3 you", NOW_MS, LEVEL_INFO, "app", "<3 you"},
		{"<9>text", NOW_MS, LEVEL_INFO, "app", "<9>text"},
		{"<b>text", NOW_MS, LEVEL_INFO, "app", "<b>text"},
		{"java.lang.IllegalStateException: x", NOW_MS, LEVEL_INFO, "app",
		 "java.lang.IllegalStateException: x"},
		{"Exception handling is on", NOW_MS, LEVEL_INFO, "app", "Exception handling is on"},
		{"", NOW_MS, LEVEL_INFO, "app", ""},
		{"{not json", NOW_MS, LEVEL_INFO, "app", "{not json"},
		{"{\"a\":1}", NOW_MS, LEVEL_INFO, "app", "{\"a\":1}"},
		{"[1,2]", NOW_MS, LEVEL_INFO, "app", "[1,2]"},
		/* A raw tab makes it no JSON. */
		{"{\"msg\":\"a\tb\"}", NOW_MS, LEVEL_INFO, "app", "{\"msg\":\"a\tb\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		assert_all_read(LOG_FORMAT_AUTO, &SAMPLES[i], 1);
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

static void a_stack_trace_keeps_the_level_and_time_of_its_first_line(void **state)
{
	static const struct sample SAMPLES[] = {
		{"2025-11-17 10:30:00,123 - svc - ERROR - boom", MONDAY_MS + 123, LEVEL_ERROR, "svc", "boom"},
		{"Traceback (most recent call last):", MONDAY_MS + 123, LEVEL_ERROR, "svc",
		 "Traceback (most recent call last):"},
		{"  File \"x.py\", line 1", MONDAY_MS + 123, LEVEL_ERROR, "svc", "  File \"x.py\", line 1"},
		{"ValueError: x", MONDAY_MS + 123, LEVEL_ERROR, "svc", "ValueError: x"},
		{"something else", NOW_MS, LEVEL_INFO, "app", "something else"},
		{"[error] java", NOW_MS, LEVEL_ERROR, "app", "java"},
		{"\tat com.example.Foo", NOW_MS, LEVEL_ERROR, "app", "\tat com.example.Foo"},
		{"Caused by: java.io.IOException", NOW_MS, LEVEL_ERROR, "app",
		 "Caused by: java.io.IOException"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void a_java_exception_belongs_to_the_head_before_it(void **state)
{
	static const struct sample SAMPLES[] = {
		{"2025-11-17 10:30:00.123 [main] ERROR c.e.App - java", MONDAY_MS + 123, LEVEL_ERROR,
		 "c.e.App", "java"},
		{"java.lang.IllegalStateException: x", MONDAY_MS + 123, LEVEL_ERROR, "c.e.App",
		 "java.lang.IllegalStateException: x"},
		{"\tat com.example.Foo", MONDAY_MS + 123, LEVEL_ERROR, "c.e.App", "\tat com.example.Foo"},
		{"com.example.App$OwnError", MONDAY_MS + 123, LEVEL_ERROR, "c.e.App",
		 "com.example.App$OwnError"},
		{"java.lang.IllegalStateException was seen", NOW_MS, LEVEL_INFO, "app",
		 "java.lang.IllegalStateException was seen"},
		{"IllegalStateException: x", NOW_MS, LEVEL_INFO, "app", "IllegalStateException: x"},
		{"java.lang.IllegalState: x", NOW_MS, LEVEL_INFO, "app", "java.lang.IllegalState: x"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

static void an_exception_nobody_caught_is_an_error(void **state)
{
	static const struct sample JAVA[] = {
		{"Exception in thread \"main\" java.lang.IllegalStateException: x", NOW_MS, LEVEL_ERROR,
		 "app", "Exception in thread \"main\" java.lang.IllegalStateException: x"},
		{"\tat com.example.Foo", NOW_MS, LEVEL_ERROR, "app", "\tat com.example.Foo"},
		{"2025-11-17T10:30:00Z INFO c.e.App: fine", MONDAY_MS, LEVEL_INFO, "c.e.App", "fine"},
		{"Exception in thread \"a b\" java.lang.Error", NOW_MS, LEVEL_ERROR, "app",
		 "Exception in thread \"a b\" java.lang.Error"},
		{"\tat com.example.Foo", NOW_MS, LEVEL_ERROR, "app", "\tat com.example.Foo"},
	};
	static const struct sample PYTHON[] = {
		{"Traceback (most recent call last):", NOW_MS, LEVEL_ERROR, "app",
		 "Traceback (most recent call last):"},
		{"  File \"x.py\", line 1", NOW_MS, LEVEL_ERROR, "app", "  File \"x.py\", line 1"},
		{"ValueError: x", NOW_MS, LEVEL_ERROR, "app", "ValueError: x"},
		{"something else", NOW_MS, LEVEL_INFO, "app", "something else"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, JAVA);
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, PYTHON);
}

/* Programs print indented lines on their own, too; a trace is written at once. */
static void what_comes_long_after_a_head_is_of_now(void **state)
{
	static const struct sample HEAD = {"2025-11-17T10:30:00Z WARNING x", MONDAY_MS, LEVEL_WARNING, "app",
					   "x"};
	struct log_line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	const int64_t later_ms = NOW_MS + 600000;
	struct entry entry;

	(void)state;
	assert_reads(&parser, &HEAD);
	log_line_read(&parser, "  y", 3, later_ms, &entry);
	assert_int_equal(entry.timestamp_ms, later_ms);
	assert_int_equal(entry.level, LEVEL_WARNING);
	log_line_parser_free(&parser);
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
		cmocka_unit_test(postgresql_in_any_zone_is_known),
		cmocka_unit_test(a_time_of_day_is_no_time_but_may_begin_a_head),
		cmocka_unit_test(logfmt_is_known),
		cmocka_unit_test(logfmt_gives_the_module),
		cmocka_unit_test(what_only_resembles_logfmt_is_a_message_as_it_stands),
		cmocka_unit_test(a_line_that_is_only_a_head_is_its_own_message),
		cmocka_unit_test(prose_is_a_message_as_it_stands),
		cmocka_unit_test(json_lines_of_common_libraries_are_known),
		cmocka_unit_test(json_gives_module_function_and_line),
		cmocka_unit_test(a_format_that_is_asked_for_is_the_only_one),
		cmocka_unit_test(a_stack_trace_keeps_the_level_and_time_of_its_first_line),
		cmocka_unit_test(a_java_exception_belongs_to_the_head_before_it),
		cmocka_unit_test(an_exception_nobody_caught_is_an_error),
		cmocka_unit_test(what_comes_long_after_a_head_is_of_now),
		cmocka_unit_test(an_indented_line_at_the_start_is_plain),
		cmocka_unit_test(a_message_beyond_the_limit_is_cut_and_marked),
	};

	return cmocka_run_group_tests(tests, set_zone, NULL);
}
