/* JSON: what is read, what is refused, and what is written. */
#include "common/json.h"
#include "tests/unit/cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct json *parse(const char *text)
{
	struct json *document = NULL;
	struct reason why;

	assert_int_equal(json_parse(text, strlen(text), &document, &why), ERR_NONE);
	return document;
}

static void what_is_not_json_is_refused_with_a_sentence(void **state)
{
	static const char *const BAD[] = {
		"",	" ",   "{",   "{\"a\":1", "{\"a\":1}x",	   "{'a':1}",
		"[1,]", "nul", "NaN", "[NaN]",	  "{\"a\":1e999}", "[-1e999]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct json *document = NULL;
		struct reason why = {""};

		assert_int_equal(json_parse(BAD[i], strlen(BAD[i]), &document, &why), ERR_MALFORMED);
		assert_null(document);
		assert_string_not_equal(why.text, "");
	}
}

static void deep_nesting_is_refused_before_it_is_parsed(void **state)
{
	size_t depth = 10000;
	char *text = malloc(depth * 2);
	struct json *document = NULL;
	struct reason why;

	(void)state;
	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	assert_int_equal(json_parse(text, depth * 2, &document, &why), ERR_MALFORMED);
	assert_non_null(strstr(why.text, "nested deeper than 32"));
	/* Brackets inside a string are no nesting. */
	text[0] = '"';
	text[depth * 2 - 1] = '"';
	assert_int_equal(json_parse(text, depth * 2, &document, &why), ERR_NONE);
	json_free(document);
	free(text);
}

static void a_raw_control_character_in_a_string_is_refused_at_its_byte(void **state)
{
	struct json *document = NULL;
	struct reason why;

	(void)state;
	for (char c = 0; c < ' '; c++) {
		char text[] = "{ \"a\": \"bc?\" }";

		*strchr(text, '?') = c;
		assert_int_equal(json_parse(text, sizeof(text) - 1, &document, &why), ERR_MALFORMED);
		assert_string_equal(why.text, "a string holds a control character at byte 10");
	}
	assert_int_equal(json_parse("{\"a\tb\":1}", 9, &document, &why), ERR_MALFORMED);
	/* Blanks between values, what is escaped, and DEL are JSON. */
	document = parse("\t{\r\n\"a\":\t\"\\t\\u0001\x7f\" }\n");
	assert_string_equal(json_text(json_get(document, "a")), "\t\x01\x7f");
	json_free(document);
}

static void a_nul_escape_does_not_cut_a_string(void **state)
{
	struct json *document = parse("{\"a\":\"x\\u0000y\",\"b\":\"\\\\u0000\"}");

	(void)state;
	assert_string_equal(json_text(json_get(document, "a")), "x\xef\xbf\xbdy");
	assert_string_equal(json_text(json_get(document, "b")), "\\u0000");
	json_free(document);
}

static void half_a_surrogate_pair_is_replaced_and_the_rest_kept(void **state)
{
	static const struct {
		const char *escaped, *expected;
	} CASES[] = {
		{"x\\ud800", "x\xef\xbf\xbd"},
		{"\\uDCffy\\n", "\xef\xbf\xbdy\n"},
		{"\\ud800\\ud800\\udc00", "\xef\xbf\xbd\xf0\x90\x80\x80"},
		{"\\ud83d\\u0041", "\xef\xbf\xbd"
				   "A"},
		{"\\udc00\\ud800", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
		{"\\\\ud800", "\\ud800"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct buf text = {0};
		struct json *document;

		buf_printf(&text, "{\"a\":\"%s\",\"b\":7}", CASES[i].escaped);
		document = parse(text.data);
		assert_string_equal(json_text(json_get(document, "a")), CASES[i].expected);
		assert_int_equal(json_number(json_get(document, "b")), 7);
		json_free(document);
		buf_free(&text);
	}
}

static void members_are_checked_for_type_and_range(void **state)
{
	struct json *document = parse("{\"n\":5,\"f\":1.5,\"s\":\"text\",\"z\":null}");
	struct reason why;
	const char *text = NULL;
	int64_t integer = -1;
	double number;

	(void)state;
	assert_int_equal(json_need_integer(document, "", "n", 1, 5, &integer, &why), ERR_NONE);
	assert_int_equal(integer, 5);
	assert_int_equal(json_need_integer(document, "m", "n", 1, 4, &integer, &why), ERR_INVALID);
	assert_string_equal(why.text, "m.n must be from 1 to 4");
	assert_int_equal(json_need_integer(document, "", "f", 1, 4, &integer, &why), ERR_INVALID);
	assert_string_equal(why.text, "f must be a whole number");
	assert_int_equal(json_need_number(document, "", "s", 0, 1, &number, &why), ERR_INVALID);
	assert_string_equal(why.text, "s must be a number");
	assert_int_equal(json_need_text(document, "a.b", "z", 10, &text, &why), ERR_INVALID);
	assert_string_equal(why.text, "a.b.z is missing");
	assert_int_equal(json_need_text(document, "", "s", 3, &text, &why), ERR_INVALID);
	assert_int_equal(json_optional_text(document, "", "absent", 3, &text, &why), ERR_NONE);
	assert_null(text);
	json_free(document);
}

static void what_is_read_can_be_written_again(void **state)
{
	static const char TEXT[] = "{\"a\":[1,-2.5,1e+100,0.1,true,false,null,\"\xd0\x96\\n\\\"\"],\"b\":{}}";
	struct json *document = parse(TEXT);
	struct buf out = {0};

	(void)state;
	json_write(&out, document);
	assert_string_equal(buf_string(&out), TEXT);
	buf_free(&out);
	json_free(document);
}

static void text_is_escaped_and_made_valid_utf8(void **state)
{
	struct buf out = {0};

	(void)state;
	json_quote(&out, "\"\\\n\x01\x7f\xff\xd0\x96\0x", 10);
	assert_string_equal(buf_string(&out), "\"\\\"\\\\\\n\\u0001\\u007f\xef\xbf\xbd\xd0\x96\\u0000x\"");
	buf_free(&out);
}

static void the_writer_puts_commas_and_two_decimals(void **state)
{
	struct buf out = {0};
	struct json_out json = {.buf = &out};

	(void)state;
	json_open(&json, '{');
	json_put_number(&json, "a", 12.345);
	json_put_number(&json, "b", 12.5);
	json_put_number(&json, "c", 100.0);
	json_put_number(&json, "d", NAN);
	json_open_member(&json, "e", '[');
	json_put_integer(&json, NULL, -1);
	json_put_bool(&json, NULL, true);
	json_open(&json, '{');
	json_close(&json, '}');
	json_close(&json, ']');
	json_put_time(&json, "f", 0);
	json_put_text(&json, "g", NULL);
	json_close(&json, '}');
	assert_string_equal(buf_string(&out),
			    "{\"a\":12.35,\"b\":12.5,\"c\":100,\"d\":null,\"e\":[-1,true,{}],"
			    "\"f\":\"1970-01-01T00:00:00.000Z\",\"g\":null}");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_json_is_refused_with_a_sentence),
		cmocka_unit_test(deep_nesting_is_refused_before_it_is_parsed),
		cmocka_unit_test(a_raw_control_character_in_a_string_is_refused_at_its_byte),
		cmocka_unit_test(a_nul_escape_does_not_cut_a_string),
		cmocka_unit_test(half_a_surrogate_pair_is_replaced_and_the_rest_kept),
		cmocka_unit_test(members_are_checked_for_type_and_range),
		cmocka_unit_test(what_is_read_can_be_written_again),
		cmocka_unit_test(text_is_escaped_and_made_valid_utf8),
		cmocka_unit_test(the_writer_puts_commas_and_two_decimals),
	};

	return cmocka_run_group_tests_name("common/json", tests, NULL, NULL);
}
