/* Lines of plain text: what each common logger's line says, and what is made of one that says nothing. */
#include "tests/unit/cm.h"
#include "tests/unit/reporter/line_samples.h"

#include <stdlib.h>
#include <time.h>

static void plain_layouts_are_known(void **state)
{
	static const struct line_sample SAMPLES[] = {
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
		{"4711:M 17 Nov 2025 10:30:00.123 * Ready", MONDAY_MS + 123, LEVEL_INFO, "app", "Ready"},
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
	static const struct line_sample SAMPLES[] = {
		{"2025-11-17 10:30:00.123 MSK [4711] ERROR:  pg", NOW_MS, LEVEL_ERROR, "app", "pg"},
		{"2025-11-17 10:30:00.123 CET [4711] user@db FATAL:  x", NOW_MS, LEVEL_CRITICAL, "app", "x"},
		{"2025-11-17 10:30:00 CEST [4711] [unknown]@[unknown] ERROR:  x", NOW_MS, LEVEL_ERROR, "app",
		 "x"},
		{"2025-11-17 13:30:00.123 +03 [4711] ERROR:  pg", MONDAY_MS + 123, LEVEL_ERROR, "app", "pg"},
		{"2025-11-17 10:30:00.123 UTC [4711] user@db ERROR:  x", MONDAY_MS + 123, LEVEL_ERROR, "app",
		 "x"},
	};
	static const struct line_sample AT_HOME[] = {
		{"2025-11-17 13:30:00.123 MSK [4711] ERROR:  pg", MONDAY_MS + 123, LEVEL_ERROR, "app", "pg"},
	};

	ASSERT_ALL_READ(LOG_FORMAT_AUTO, SAMPLES);
	assert_int_equal(setenv("TZ", "MSK-3", 1), 0);
	tzset();
	ASSERT_ALL_READ(LOG_FORMAT_AUTO, AT_HOME);
	line_samples_set_zone(state);
	tzset();
}

static void a_time_of_day_is_no_time_but_may_begin_a_line(void **state)
{
	static const struct line_sample SAMPLES[] = {
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

static void a_line_without_a_message_is_its_own_message(void **state)
{
	static const struct line_sample SAMPLES[] = {
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
	static const struct line_sample SAMPLES[] = {
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_layouts_are_known),
		cmocka_unit_test(postgresql_in_any_zone_is_known),
		cmocka_unit_test(a_time_of_day_is_no_time_but_may_begin_a_line),
		cmocka_unit_test(a_line_without_a_message_is_its_own_message),
		cmocka_unit_test(prose_is_a_message_as_it_stands),
	};

	return cmocka_run_group_tests(tests, line_samples_set_zone, NULL);
}
