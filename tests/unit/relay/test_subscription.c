/* What a client of the delta protocol asks for, read and checked. */
#include "relay/subscription.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

static enum err read_text(const char *text, struct subscription_request *out)
{
	struct reason why = {.text = ""};
	enum err err = subscription_read(text, strlen(text), out, &why);

	assert_true(err == ERR_NONE || strlen(why.text) > 5);
	return err;
}

static void a_subscription_is_read_member_by_member(void **state)
{
	struct subscription_request request;

	(void)state;
	assert_int_equal(read_text("{\"type\":\"subscribe\"}", &request), ERR_NONE);
	assert_int_equal(request.nodes, WISH_UNCHANGED);
	assert_int_equal(request.logs, WISH_UNCHANGED);
	assert_false(request.has_log_seq);

	assert_int_equal(
		read_text(
			"{\"type\":\"subscribe\",\"nodes\":[\"a\",\"b\",\"a\"],\"logs\":{\"level\":\"warn\","
			"\"node_id\":\"a\",\"logger_name\":\"x\",\"q\":\"\\u00e9\"},\"log_seq\":7}",
			&request),
		ERR_NONE);
	assert_int_equal(request.nodes, WISH_THIS);
	assert_int_equal(request.ids_count, 2);
	assert_string_equal(request.ids[1], "b");
	assert_int_equal(request.logs, WISH_THIS);
	assert_int_equal(request.filter.level, LEVEL_WARNING);
	assert_string_equal(request.filter.node, "a");
	assert_string_equal(request.filter.logger_name, "x");
	assert_string_equal(request.filter.text, "\xc3\xa9");
	assert_true(request.has_log_seq);
	assert_int_equal(request.log_seq, 7);

	assert_int_equal(
		read_text("{\"type\":\"subscribe\",\"nodes\":[],\"logs\":null,\"log_seq\":null}", &request),
		ERR_NONE);
	assert_int_equal(request.nodes, WISH_NOTHING);
	assert_int_equal(request.logs, WISH_NOTHING);
	assert_false(request.has_log_seq);
}

static void a_subscription_of_another_shape_is_refused(void **state)
{
	static const char *const BAD[] = {"",
					  "[]",
					  "{\"type\":\"x\"}",
					  "{\"type\":\"subscribe\",\"nodes\":null}",
					  "{\"type\":\"subscribe\",\"nodes\":{}}",
					  "{\"type\":\"subscribe\",\"nodes\":[\"\"]}",
					  "{\"type\":\"subscribe\",\"logs\":[]}",
					  "{\"type\":\"subscribe\",\"logs\":{\"level\":\"loud\"}}",
					  "{\"type\":\"subscribe\",\"logs\":{\"node_id\":\"a/b\"}}",
					  "{\"type\":\"subscribe\",\"log_seq\":1.5}",
					  "{\"type\":\"subscribe\",\"log_seq\":-1}"};
	struct subscription_request request;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
		assert_int_not_equal(read_text(BAD[i], &request), ERR_NONE);
}

static void an_id_is_kept_as_json(void **state)
{
	static const struct {
		const char *id, *kept; /* kept NULL: refused */
	} CASES[] = {
		{"7", "7"},
		{"-1.5", "-1.5"},
		{"\"errors \\\"here\\\"\"", "\"errors \\\"here\\\"\""},
		{"null", ""},
		{"true", NULL},
		{"[1]", NULL},
		{"{}", NULL},
		{"\"0123456789012345678901234567890123456789012345678901234567890123\"",
		 "\"0123456789012345678901234567890123456789012345678901234567890123\""},
		{"\"01234567890123456789012345678901234567890123456789012345678901234\"", NULL},
	};
	struct subscription_request request;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		snprintf(text, sizeof(text), "{\"type\":\"subscribe\",\"id\":%s}", CASES[i].id);
		assert_int_equal(read_text(text, &request) == ERR_NONE, CASES[i].kept != NULL);
		assert_string_equal(request.id, CASES[i].kept ? CASES[i].kept : "");
	}
	/* A request that is refused for another reason is answered with its id, too. */
	assert_int_not_equal(read_text("{\"type\":\"subscribe\",\"id\":8,\"logs\":[]}", &request), ERR_NONE);
	assert_string_equal(request.id, "8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_subscription_is_read_member_by_member),
		cmocka_unit_test(a_subscription_of_another_shape_is_refused),
		cmocka_unit_test(an_id_is_kept_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
