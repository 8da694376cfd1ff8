/* What a terminal or an editor would obey is written as what it is: the rows of tests/fixtures/escapes.txt,
 * which are those of the page's test, too. */
#include "common/escape.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

#define FIXTURE "tests/fixtures/escapes.txt"

/* Reads hexadecimal digits up to a tab; returns how many bytes they are. */
static size_t read_hex(const char *hex, char *out)
{
	unsigned byte;
	size_t len = 0;

	for (; *hex != '\t'; hex += 2) {
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		out[len++] = (char)byte;
	}
	return len;
}

static void the_rows_of_the_fixture_are_escaped_as_they_say(void **state)
{
	char line[512], text[256], out[512];
	FILE *file = fopen(FIXTURE, "r");
	size_t rows = 0;

	(void)state;
	assert_non_null(file);
	for (; fgets(line, sizeof(line), file); rows++) {
		size_t len = read_hex(line, text);
		char *wanted = strchr(line, '\t') + 1;

		*strchr(wanted, '\t') = '\0';
		assert_int_equal(escape_text(out, sizeof(out), text, len), strlen(wanted));
		assert_string_equal(out, wanted);
	}
	fclose(file);
	assert_int_equal(rows, 17);
}

static void bytes_that_are_no_characters_are_escaped(void **state)
{
	char out[64];

	(void)state;
	escape_text(out, sizeof(out), "a\x9b\xff\xc3", 4);
	assert_string_equal(out, "a\\x9b\\xff\\xc3");
}

static void only_whole_characters_are_written(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *kept;
	} CASES[] = {
		{"ab", 3, "ab"},      {"ab", 2, "a"},	     {"a\n", 5, "a"},
		{"a\n", 6, "a\\x0a"}, {"a\xc3\xa9", 3, "a"}, {"a", 1, ""},
	};
	char out[16];

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		memset(out, '#', sizeof(out));
		escape_text(out, CASES[i].size, CASES[i].text, strlen(CASES[i].text));
		assert_string_equal(out, CASES[i].kept);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_of_the_fixture_are_escaped_as_they_say),
		cmocka_unit_test(bytes_that_are_no_characters_are_escaped),
		cmocka_unit_test(only_whole_characters_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
