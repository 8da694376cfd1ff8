/* Percent-encoding and queries. */
#include "fcgi/http/query.h"
#include "tests/unit/cm.h"

#include <string.h>

static void names_and_values_are_decoded(void **state)
{
	struct reason why;
	struct query query;

	(void)state;
	assert_int_equal(query_parse("q=a%20b+c%2Bd&level=ERROR&empty=&flag&&q=second", &query, &why),
			 ERR_NONE);
	assert_string_equal(query_get(&query, "q"), "a b c+d");
	assert_string_equal(query_get(&query, "level"), "ERROR");
	assert_string_equal(query_get(&query, "empty"), "");
	assert_string_equal(query_get(&query, "flag"), "");
	assert_null(query_get(&query, "other"));
	query_free(&query);
}

static void a_value_may_hold_utf8_and_an_equals_sign(void **state)
{
	struct reason why;
	struct query query;

	(void)state;
	assert_int_equal(query_parse("q=%D0%BF=1", &query, &why), ERR_NONE);
	assert_string_equal(query_get(&query, "q"), "п=1");
	query_free(&query);
}

static void what_is_broken_is_refused(void **state)
{
	static const char *const BROKEN[] = {"q=%", "q=%2", "q=%zz", "%00=1", "q=%0a", "q=%7F"};
	struct query query;

	(void)state;
	for (size_t i = 0; i < sizeof(BROKEN) / sizeof(*BROKEN); i++) {
		struct reason why = {.text = ""};

		assert_int_equal(query_parse(BROKEN[i], &query, &why), ERR_MALFORMED);
		assert_string_not_equal(why.text, "");
	}
}

static void too_many_parameters_are_refused(void **state)
{
	struct reason why;
	struct query query;
	char text[2 * (QUERY_MAX + 1) + 1] = "";

	(void)state;
	for (int i = 0; i <= QUERY_MAX; i++)
		memcpy(text + 2 * i, "a&", 3);
	assert_int_equal(query_parse(text, &query, &why), ERR_MALFORMED);
}

static void a_number_out_of_range_names_its_parameter(void **state)
{
	struct reason why;
	struct query query;
	int64_t limit = 50;

	(void)state;
	assert_int_equal(query_parse("limit=101&offset=-1&size=7", &query, &why), ERR_NONE);
	assert_int_equal(query_integer(&query, "limit", 1, 100, &limit, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "limit"));
	assert_int_equal(query_integer(&query, "offset", 0, 100, &limit, &why), ERR_INVALID);
	assert_int_equal(limit, 50);
	assert_int_equal(query_integer(&query, "absent", 0, 100, &limit, &why), ERR_NONE);
	assert_int_equal(limit, 50);
	assert_int_equal(query_integer(&query, "size", 0, 100, &limit, &why), ERR_NONE);
	assert_int_equal(limit, 7);
	query_free(&query);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_values_are_decoded),
		cmocka_unit_test(a_value_may_hold_utf8_and_an_equals_sign),
		cmocka_unit_test(what_is_broken_is_refused),
		cmocka_unit_test(too_many_parameters_are_refused),
		cmocka_unit_test(a_number_out_of_range_names_its_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
