/* How a configuration is written: comments, quotes, and what stands before the first line. */
#include "common/buf.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/config_text.h"

/* The description of a service whose section ends with this line. */
static void assert_description(const char *line, const char *expected)
{
	struct buf text = {0};
	struct config config;

	buf_printf(&text, CONFIG_TEXT_REPORTER "[service a]\ndriver = systemd\nunit = a.service\n%s\n", line);
	config_text_take(text.data, &config);
	assert_string_equal(config.services[0].description, expected);
	config_free(&config);
	buf_free(&text);
}

static void a_semicolon_after_a_blank_begins_a_comment_and_nothing_else_does(void **state)
{
	(void)state;
	assert_description("description = Server ; the first", "Server");
	assert_description("description = Server\t;the first", "Server");
	assert_description("description = Server;1", "Server;1");
	assert_description("description = Server #1", "Server #1");
	assert_description("description = #1 of them", "#1 of them");
	assert_description("description = Bob's server ; not Ann's", "Bob's server");
	assert_description("description = the 5\" one ; small", "the 5\" one");
	assert_description("description = ' ; ' parts them ; as here", "' ; ' parts them");
	assert_description("\t; description = x\n  # description = y\ndescription=z", "z");
}

static void a_comment_does_not_begin_within_quotes(void **state)
{
	struct config config;

	(void)state;
	config_text_take(CONFIG_TEXT_REPORTER
			 "[service a]\ndriver = exec ; \"\nstatus = /bin/sh -c \"true ; exit 3\" ; stopped\n"
			 "start = /bin/sh --command='a ; \"b' \"c ; 'd\"\n",
			 &config);
	assert_int_equal(config.services[0].status.count, 3);
	assert_string_equal(config.services[0].status.items[2], "true ; exit 3");
	assert_string_equal(config.services[0].run[SERVICE_START].items[1], "--command=a ; \"b");
	assert_string_equal(config.services[0].run[SERVICE_START].items[2], "c ; 'd");
	config_free(&config);
}

static void a_byte_order_mark_begins_no_line_but_the_first(void **state)
{
	struct config config;

	(void)state;
	config_text_take("\xef\xbb\xbf" CONFIG_TEXT_REPORTER, &config);
	assert_string_equal(config.reporter.node_id, "w-1");
	config_free(&config);
	config_text_refuse(CONFIG_TEXT_REPORTER "\xef\xbb\xbf[certificates]\n",
			   ":4: expected [section] or key = value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_semicolon_after_a_blank_begins_a_comment_and_nothing_else_does),
		cmocka_unit_test(a_comment_does_not_begin_within_quotes),
		cmocka_unit_test(a_byte_order_mark_begins_no_line_but_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
