/* Syslog datagrams as the RFCs have them and as programs really send them. */
#include "reporter/logs/syslog_message.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

/* 2025-11-17T10:30:00.400Z */
#define NOW_MS 1763375400400

static int set_zone(void **state)
{
	(void)state;
	return setenv("TZ", "UTC", 1);
}

static void assert_reads(const char *data, size_t len, int severity, int64_t ms, const char *app,
			 const char *text)
{
	struct syslog_message message;

	assert_int_equal(syslog_message_read(data, len, NOW_MS, &message), ERR_NONE);
	assert_int_equal(message.severity, severity);
	assert_int_equal(message.timestamp_ms, ms);
	assert_int_equal(message.app.len, strlen(app));
	assert_memory_equal(message.app.text, app, strlen(app));
	assert_int_equal(message.text.len, strlen(text));
	assert_memory_equal(message.text.text, text, strlen(text));
}

static void rfc_5424_is_read(void **state)
{
	/* RFC 5424, section 6.5, and logger --rfc5424 as captured. */
	static const struct {
		const char *data;
		int severity;
		int64_t ms;
		const char *app, *text;
	} SAMPLES[] = {
		{"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xef\xbb\xbf'su root' "
		 "failed",
		 2, 1065910455003, "su", "'su root' failed"},
		{"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time", 5,
		 1061727255000, "myproc", "%% It's time"},
		{"<165>1 2003-10-11T22:14:15.003Z host evntslog - ID47 [exampleSDID@32473 iut=\"3\" "
		 "eventSource=\"a \\\"b\\] c\"][examplePriority@32473 class=\"high\"] An event",
		 5, 1065910455003, "evntslog", "An event"},
		{"<165>1 2003-10-11T22:14:15.003Z host evntslog - ID47 [a@1 b=\"c\"]", 5, 1065910455003,
		 "evntslog", ""},
		{"<13>1 2025-11-17T10:30:00.123456+00:00 node1 root - - [timeQuality tzKnown=\"1\" "
		 "isSynced=\"0\"] hello",
		 5, 1763375400123, "root", "hello"},
		{"<13>1 - - - - - - hello", 5, NOW_MS, "", "hello"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		assert_reads(SAMPLES[i].data, strlen(SAMPLES[i].data), SAMPLES[i].severity, SAMPLES[i].ms,
			     SAMPLES[i].app, SAMPLES[i].text);
}

static void rfc_3164_is_read_with_and_without_a_host(void **state)
{
	static const struct {
		const char *data;
		int severity;
		int64_t ms;
		const char *app, *text;
	} SAMPLES[] = {
		{"<13>Nov 17 10:30:00 root: hello", 5, NOW_MS, "root", "hello"},
		{"<13>Nov 17 10:30:00 app[4711]: hello: world", 5, NOW_MS, "app", "hello: world"},
		{"<34>Nov 17 10:20:00 mymachine su: 'su root' failed", 2, 1763374800000, "su",
		 "'su root' failed"},
		{"<13>Nov 17 10:30:00 host app[4711]: hello", 5, NOW_MS, "app", "hello"},
		{"<13>Nov 17 10:30:00 no tag here", 5, NOW_MS, "", "no tag here"},
		{"<13>2025-11-17T10:29:59.123456+00:00 host app: hello", 5, 1763375399123, "app", "hello"},
		{"<11>app: hello", 3, NOW_MS, "app", "hello"},
		{"<14>hello world", 6, NOW_MS, "", "hello world"},
		{"<14>http://example.org/ is away", 6, NOW_MS, "", "http://example.org/ is away"},
		{"<0>", 0, NOW_MS, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		assert_reads(SAMPLES[i].data, strlen(SAMPLES[i].data), SAMPLES[i].severity, SAMPLES[i].ms,
			     SAMPLES[i].app, SAMPLES[i].text);
}

static void pythons_trailing_nul_is_dropped(void **state)
{
	(void)state;
	assert_reads("<14>hello\0", 10, 6, NOW_MS, "", "hello");
}

static void a_5424_head_that_is_cut_short_is_only_a_message(void **state)
{
	(void)state;
	assert_reads("<13>1 2025-11-17T10:30:00Z host app - - [never ends", 51, 5, NOW_MS, "",
		     "1 2025-11-17T10:30:00Z host app - - [never ends");
}

static void what_has_no_priority_is_no_syslog(void **state)
{
	static const char *const SAMPLES[] = {"",	 "<",	     "<>",    "<1",    "<x>hi",
					      "<192>hi", "<1234>hi", "hello", "< 1>hi"};
	struct syslog_message message;

	(void)state;
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		assert_int_equal(syslog_message_read(SAMPLES[i], strlen(SAMPLES[i]), NOW_MS, &message),
				 ERR_MALFORMED);
}

/* Every prefix of a message is read without touching what is behind it (the sanitizers watch). */
static void every_prefix_is_safe(void **state)
{
	static const char WHOLE[] = "<165>1 2003-10-11T22:14:15.003Z h a p m [x@1 y=\"\\]\"] \xef\xbb\xbfz";
	struct syslog_message message;

	(void)state;
	for (size_t len = 0; len < sizeof(WHOLE); len++) {
		char *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, WHOLE, len);
		copy = realloc(copy, len ? len : 1);
		assert_non_null(copy);
		(void)!syslog_message_read(copy, len, NOW_MS, &message);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_5424_is_read),
		cmocka_unit_test(rfc_3164_is_read_with_and_without_a_host),
		cmocka_unit_test(pythons_trailing_nul_is_dropped),
		cmocka_unit_test(a_5424_head_that_is_cut_short_is_only_a_message),
		cmocka_unit_test(what_has_no_priority_is_no_syslog),
		cmocka_unit_test(every_prefix_is_safe),
	};

	return cmocka_run_group_tests(tests, set_zone, NULL);
}
