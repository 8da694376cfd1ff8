/* What a client of the delta protocol asks for, read and checked. */
#include "relay/subscription.h"
#include "tests/unit/cm.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_subscription_is_read_member_by_member),
		cmocka_unit_test(a_subscription_of_another_shape_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
