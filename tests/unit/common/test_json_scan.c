/* The walk over stored JSON, which finds members without a parse. */
#include "common/json_scan.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

static const char STATE[] =
	"{\"status\":\"online\",\"metrics\":{\"services\":1,\"a\":[{\"b\":\"]}\"}]},"
	"\"odd\":\"a \\\"services\\\":{ \\\\\",\"services\":{\"x\":{\"status\":\"running\"}},"
	"\"empty\":{},\"last\":-1.5}";

static void assert_member(const char *key, const char *value)
{
	struct span span;

	assert_true(json_scan_find(STATE, strlen(STATE), key, &span));
	assert_int_equal(span.len, strlen(value));
	assert_memory_equal(span.data, value, span.len);
}

static void a_member_of_the_object_itself_is_found(void **state)
{
	(void)state;
	assert_member("status", "\"online\"");
	assert_member("services", "{\"x\":{\"status\":\"running\"}}");
	assert_member("empty", "{}");
	assert_member("last", "-1.5");
}

static void members_of_inner_objects_and_words_in_strings_are_not(void **state)
{
	struct span span;

	(void)state;
	assert_false(json_scan_find(STATE, strlen(STATE), "a", &span));
	assert_false(json_scan_find(STATE, strlen(STATE), "x", &span));
	assert_false(json_scan_find(STATE, strlen(STATE), "statu", &span));
	assert_false(json_scan_find("{}", 2, "a", &span));
	assert_false(json_scan_find("[1]", 3, "a", &span));
	assert_false(json_scan_find("[1]", 3, "", &span));
	assert_true(json_scan_find("{\"\":1}", 6, "", &span));
	assert_false(json_scan_find("", 0, "a", &span));
}

/* Walks to the end and counts what it meets. */
static size_t walk(struct json_scan *scan)
{
	struct span name, value;
	size_t count = 0;

	while (json_scan_next(scan, &name, &value))
		count++;
	return count;
}

static void a_walk_meets_each_member_and_each_element_once(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} CASES[] = {{"{}", 0},
		     {"[]", 0},
		     {"[1,\"a,b\",[2,3],{\"c\":[4]},null]", 5},
		     {"{\"a\":1,\"\":\"\",\"a\\\"b\":[]}", 3},
		     {"[\"\\\\\",\"\\\\\\\"\"]", 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct json_scan scan = json_scan_open(CASES[i].text, strlen(CASES[i].text));

		assert_int_equal(walk(&scan), CASES[i].count);
		assert_int_equal(scan.state, JSON_SCAN_ENDED);
	}
}

static void elements_without_their_brackets_are_walked_too(void **state)
{
	struct json_scan scan = json_scan_elements("{\"a\":1},{\"a\":2}", 15);

	(void)state;
	assert_int_equal(walk(&scan), 2);
	assert_int_equal(scan.state, JSON_SCAN_ENDED);
	scan = json_scan_elements(NULL, 0);
	assert_int_equal(walk(&scan), 0);
	assert_int_equal(scan.state, JSON_SCAN_ENDED);
	scan = json_scan_elements("1,", 2);
	assert_int_equal(walk(&scan), 1);
	assert_int_equal(scan.state, JSON_SCAN_MALFORMED);
}

static void malformed_text_is_told_from_its_end(void **state)
{
	static const char *const BAD[] = {"",	   "{",		"1",	      "\"a\"",	  "{]",
					  "{}x",   "[1",	"[1,",	      "[1,]",	  "[,1]",
					  "[1}",   "[1]x",	"[\"a\"b]",   "[{}1]",	  "[[1]",
					  "[\"a]", "[\"a\\\"]", "{\"a\"}",    "{\"a\":}", "{\"a\":1,}",
					  "{a:1}", "{\"a:1}",	"{\"a\" :1}", "{\"a\":1]"};

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
		struct json_scan scan = json_scan_open(BAD[i], strlen(BAD[i]));

		(void)walk(&scan);
		assert_int_equal(scan.state, JSON_SCAN_MALFORMED);
	}
}

static void the_next_member_can_be_asked_for_by_its_name(void **state)
{
	struct json_scan scan = json_scan_open("{\"a\":\"x\",\"b\":2,\"c\":3}", 21);
	struct span value = {0};

	(void)state;
	assert_true(json_scan_expect(&scan, "a", &value));
	assert_true(span_is(value, "\"x\""));
	assert_true(span_is(json_scan_text(value), "x"));
	assert_false(json_scan_expect(&scan, "c", &value));
	assert_true(span_is(value, "\"x\""));
	assert_true(json_scan_expect(&scan, "c", &value));
	assert_int_equal(json_scan_text(value).len, 0);
	assert_int_equal(scan.state, JSON_SCAN_ENDED);
	assert_false(json_scan_expect(&scan, "d", &value));
}

static void every_prefix_is_safe(void **state)
{
	(void)state;
	for (size_t len = 0; len < strlen(STATE); len++) {
		char *exact = malloc(
			len ? len : 1); /* of the exact size, so that a sanitizer sees a byte too far */
		struct json_scan scan;

		memcpy(exact, STATE, len);
		scan = json_scan_open(exact, len);
		(void)walk(&scan);
		assert_int_equal(scan.state, JSON_SCAN_MALFORMED);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_of_the_object_itself_is_found),
		cmocka_unit_test(members_of_inner_objects_and_words_in_strings_are_not),
		cmocka_unit_test(a_walk_meets_each_member_and_each_element_once),
		cmocka_unit_test(elements_without_their_brackets_are_walked_too),
		cmocka_unit_test(malformed_text_is_told_from_its_end),
		cmocka_unit_test(the_next_member_can_be_asked_for_by_its_name),
		cmocka_unit_test(every_prefix_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
