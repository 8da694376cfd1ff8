/* Stack traces: which lines belong to the line before them, and which do not. */
#include "tests/unit/cm.h"
#include "tests/unit/reporter/line_samples.h"

static void a_stack_trace_keeps_the_level_and_time_of_its_first_line(void **state)
{
	static const struct line_sample SAMPLES[] = {
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

static void a_java_exception_belongs_to_the_line_before_it(void **state)
{
	static const struct line_sample SAMPLES[] = {
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
	static const struct line_sample JAVA[] = {
		{"Exception in thread \"main\" java.lang.IllegalStateException: x", NOW_MS, LEVEL_ERROR,
		 "app", "Exception in thread \"main\" java.lang.IllegalStateException: x"},
		{"\tat com.example.Foo", NOW_MS, LEVEL_ERROR, "app", "\tat com.example.Foo"},
		{"2025-11-17T10:30:00Z INFO c.e.App: fine", MONDAY_MS, LEVEL_INFO, "c.e.App", "fine"},
		{"Exception in thread \"a b\" java.lang.Error", NOW_MS, LEVEL_ERROR, "app",
		 "Exception in thread \"a b\" java.lang.Error"},
		{"\tat com.example.Foo", NOW_MS, LEVEL_ERROR, "app", "\tat com.example.Foo"},
	};
	static const struct line_sample PYTHON[] = {
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

static void crashes_of_many_languages_are_errors_with_their_frames(void **state)
{
	static const struct line_sample PHP[] = {
		{"PHP Fatal error:  Uncaught TypeError: x in /srv/a.php:12", NOW_MS, LEVEL_CRITICAL, "app",
		 "PHP Fatal error:  Uncaught TypeError: x in /srv/a.php:12"},
		{"Stack trace:", NOW_MS, LEVEL_CRITICAL, "app", "Stack trace:"},
		{"#0 /srv/a.php(12): open()", NOW_MS, LEVEL_CRITICAL, "app", "#0 /srv/a.php(12): open()"},
		{"#1 {main}", NOW_MS, LEVEL_CRITICAL, "app", "#1 {main}"},
		{"  thrown in /srv/a.php on line 12", NOW_MS, LEVEL_CRITICAL, "app",
		 "  thrown in /srv/a.php on line 12"},
		{"all is well", NOW_MS, LEVEL_INFO, "app", "all is well"},
	};
	static const struct line_sample GO[] = {
		{"panic: runtime error: index out of range", NOW_MS, LEVEL_CRITICAL, "app",
		 "runtime error: index out of range"},
		{"goroutine 1 [running]:", NOW_MS, LEVEL_CRITICAL, "app", "goroutine 1 [running]:"},
		{"main.(*Shop).open(0xc000012345, {0x4, 0x5})", NOW_MS, LEVEL_CRITICAL, "app",
		 "main.(*Shop).open(0xc000012345, {0x4, 0x5})"},
		{"\t/srv/main.go:12 +0x1d", NOW_MS, LEVEL_CRITICAL, "app", "\t/srv/main.go:12 +0x1d"},
		{"created by main.start in goroutine 1", NOW_MS, LEVEL_CRITICAL, "app",
		 "created by main.start in goroutine 1"},
		{"exit status 2", NOW_MS, LEVEL_CRITICAL, "app", "exit status 2"},
		{"all is well", NOW_MS, LEVEL_INFO, "app", "all is well"},
	};
	static const struct line_sample RUST[] = {
		{"thread 'main' panicked at src/main.rs:4:5:", NOW_MS, LEVEL_CRITICAL, "app",
		 "thread 'main' panicked at src/main.rs:4:5:"},
		{"index out of bounds", NOW_MS, LEVEL_CRITICAL, "app", "index out of bounds"},
		{"note: run with `RUST_BACKTRACE=1` environment variable", NOW_MS, LEVEL_CRITICAL, "app",
		 "note: run with `RUST_BACKTRACE=1` environment variable"},
		{"all is well", NOW_MS, LEVEL_INFO, "app", "all is well"},
	};
	static const struct line_sample DOTNET[] = {
		{"Unhandled exception. System.InvalidOperationException: x", NOW_MS, LEVEL_CRITICAL, "app",
		 "Unhandled exception. System.InvalidOperationException: x"},
		{"   at Shop.Program.Main(String[] args)", NOW_MS, LEVEL_CRITICAL, "app",
		 "   at Shop.Program.Main(String[] args)"},
		{"all is well", NOW_MS, LEVEL_INFO, "app", "all is well"},
	};
	static const struct line_sample CPP[] = {
		{"terminate called after throwing an instance of 'std::runtime_error'", NOW_MS,
		 LEVEL_CRITICAL, "app",
		 "terminate called after throwing an instance of 'std::runtime_error'"},
		{"  what():  x", NOW_MS, LEVEL_CRITICAL, "app", "  what():  x"},
		{"Aborted (core dumped)", NOW_MS, LEVEL_CRITICAL, "app", "Aborted (core dumped)"},
		{"all is well", NOW_MS, LEVEL_INFO, "app", "all is well"},
	};
	static const struct line_sample NODE[] = {
		{"TypeError: Cannot read properties of undefined", NOW_MS, LEVEL_ERROR, "app",
		 "TypeError: Cannot read properties of undefined"},
		{"    at Object.<anonymous> (/srv/a.js:12:11)", NOW_MS, LEVEL_ERROR, "app",
		 "    at Object.<anonymous> (/srv/a.js:12:11)"},
		{"Node.js v18.0.0", NOW_MS, LEVEL_ERROR, "app", "Node.js v18.0.0"},
		{"all is well", NOW_MS, LEVEL_INFO, "app", "all is well"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, PHP);
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, GO);
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, RUST);
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, DOTNET);
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, CPP);
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, NODE);
}

/* The line before an uncaught exception said nothing of it. */
static void a_traceback_behind_a_harmless_line_is_an_error(void **state)
{
	static const struct line_sample SAMPLES[] = {
		{"2025-11-17 10:30:00,123 - svc - INFO - started", MONDAY_MS + 123, LEVEL_INFO, "svc",
		 "started"},
		{"Traceback (most recent call last):", NOW_MS, LEVEL_ERROR, "app",
		 "Traceback (most recent call last):"},
		{"  File \"x.py\", line 1", NOW_MS, LEVEL_ERROR, "app", "  File \"x.py\", line 1"},
		{"ValueError: x", NOW_MS, LEVEL_ERROR, "app", "ValueError: x"},
		{"all is well", NOW_MS, LEVEL_INFO, "app", "all is well"},
	};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

/* Programs print indented lines on their own, too; a trace is written at once. */
static void what_comes_long_after_a_first_line_is_of_now(void **state)
{
	static const struct line_sample HEAD = {"2025-11-17T10:30:00Z WARNING x", MONDAY_MS, LEVEL_WARNING,
						"app", "x"};
	struct line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "app"};
	const int64_t later_ms = NOW_MS + 600000;
	struct entry entry;

	(void)state;
	assert_reads(&parser, &HEAD);
	line_read(&parser, "  y", 3, later_ms, &entry);
	assert_int_equal(entry.timestamp_ms, later_ms);
	assert_int_equal(entry.level, LEVEL_WARNING);
	line_parser_free(&parser);
}

static void an_indented_line_at_the_start_is_plain(void **state)
{
	static const struct line_sample SAMPLES[] = {{"  indented", NOW_MS, LEVEL_INFO, "app", "  indented"}};

	(void)state;
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_trace_keeps_the_level_and_time_of_its_first_line),
		cmocka_unit_test(a_java_exception_belongs_to_the_line_before_it),
		cmocka_unit_test(an_exception_nobody_caught_is_an_error),
		cmocka_unit_test(crashes_of_many_languages_are_errors_with_their_frames),
		cmocka_unit_test(a_traceback_behind_a_harmless_line_is_an_error),
		cmocka_unit_test(what_comes_long_after_a_first_line_is_of_now),
		cmocka_unit_test(an_indented_line_at_the_start_is_plain),
	};

	return cmocka_run_group_tests(tests, line_samples_set_zone, NULL);
}
