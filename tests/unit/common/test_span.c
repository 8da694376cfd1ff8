/* Members of stored JSON, found without a parse. */
#include "common/span.h"
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

	assert_true(span_find(STATE, strlen(STATE), key, &span));
	assert_int_equal(span.len, strlen(value));
	assert_memory_equal(span.at, value, span.len);
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
	assert_false(span_find(STATE, strlen(STATE), "a", &span));
	assert_false(span_find(STATE, strlen(STATE), "x", &span));
	assert_false(span_find(STATE, strlen(STATE), "statu", &span));
	assert_false(span_find("{}", 2, "a", &span));
	assert_false(span_find("[1]", 3, "a", &span));
	assert_false(span_find("", 0, "a", &span));
}

static void every_prefix_is_safe(void **state)
{
	(void)state;
	for (size_t len = 0; len < strlen(STATE); len++) {
		char *exact = malloc(len + 1); /* a sanitizer sees a byte too far */
		struct span span;

		memcpy(exact, STATE, len);
		if (span_find(exact, len, "last", &span))
			assert_true(span.at + span.len <= exact + len);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_of_the_object_itself_is_found),
		cmocka_unit_test(members_of_inner_objects_and_words_in_strings_are_not),
		cmocka_unit_test(every_prefix_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
