/* ISO 8601 times against known instants. */
#include "common/clock.h"
#include "tests/unit/cm.h"

#include <string.h>

static const struct {
	const char *text;
	int64_t ms;
} TIMES[] = {
	{"1970-01-01T00:00:00.000Z", 0},
	{"2025-11-17T10:30:00.123Z", 1763375400123},
	{"2000-02-29T23:59:59.999Z", 951868799999},
	{"1969-12-31T23:59:59.999Z", -1},
	{"9999-12-31T23:59:59.999Z", 253402300799999},
	{"0000-01-01T00:00:00.000Z", -62167219200000},
};

static void known_instants_are_written(void **state)
{
	char out[CLOCK_ISO_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(TIMES) / sizeof(TIMES[0]); i++) {
		clock_format_iso(TIMES[i].ms, out);
		assert_string_equal(out, TIMES[i].text);
	}
	clock_format_iso(INT64_MAX, out);
	assert_string_equal(out, "9999-12-31T23:59:59.999Z");
	clock_format_iso(INT64_MIN, out);
	assert_string_equal(out, "0000-01-01T00:00:00.000Z");
}

static void known_instants_are_read(void **state)
{
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(TIMES) / sizeof(TIMES[0]); i++) {
		assert_int_equal(clock_parse_iso(TIMES[i].text, strlen(TIMES[i].text), &ms), ERR_NONE);
		assert_true(ms == TIMES[i].ms);
	}
}

static void other_forms_of_rfc_3339_are_read(void **state)
{
	static const char *const FORMS[] = {
		"2025-11-17T10:30:00.123456789Z", "2025-11-17 10:30:00.123",  "2025-11-17T13:30:00.123+03:00",
		"2025-11-17T07:00:00.123-0330",	  "2025-11-17t10:30:00,123z",
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(FORMS) / sizeof(FORMS[0]); i++) {
		assert_int_equal(clock_parse_iso(FORMS[i], strlen(FORMS[i]), &ms), ERR_NONE);
		assert_true(ms == 1763375400123);
	}
	assert_int_equal(clock_parse_iso("2016-12-31T23:59:60Z", 20, &ms), ERR_NONE);
	assert_true(ms == 1483228800000); /* a leap second is the first one of the next minute */
}

static void what_is_no_time_is_refused_and_leaves_the_result(void **state)
{
	static const char *const BAD[] = {
		"",
		"2025-11-17",
		"2025-13-17T10:30:00Z",
		"2025-02-29T10:30:00Z",
		"2025-11-17T24:00:00Z",
		"2025-11-17T10:30:00.Z",
		"2025-11-17T10:30:00Zx",
		"2025-11-17T10:30:00+3",
		"25-11-17T10:30:00Z",
	};
	int64_t ms = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		assert_int_equal(clock_parse_iso(BAD[i], strlen(BAD[i]), &ms), ERR_MALFORMED);
	assert_int_equal(ms, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_instants_are_written),
		cmocka_unit_test(known_instants_are_read),
		cmocka_unit_test(other_forms_of_rfc_3339_are_read),
		cmocka_unit_test(what_is_no_time_is_refused_and_leaves_the_result),
	};

	return cmocka_run_group_tests_name("common/clock", tests, NULL, NULL);
}
