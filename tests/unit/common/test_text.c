/* UTF-8, names, numbers, roles, keys: the small pure modules. */
#include "common/id.h"
#include "common/keys.h"
#include "common/number.h"
#include "common/role.h"
#include "common/text.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool contains(const char *text, const char *part)
{
	return text_contains(text, strlen(text), part, strlen(part));
}

static void search_ignores_case_in_any_script(void **state)
{
	(void)state;
	assert_true(contains("Connection REFUSED", "refused"));
	assert_true(contains("Ошибка Соединения", "соед"));
	assert_true(contains("anything", ""));
	assert_true(contains("aab", "ab"));
	assert_false(contains("short", "shorter"));
	assert_true(contains("\xff\xfe!", "\xfe"));
	assert_false(contains("\xff", "\xfe"));
}

static void search_finds_whole_characters_only(void **state)
{
	(void)state;
	assert_true(contains("x\xff\xd0\x96", "\xd0\xb6"));
	assert_false(contains("\xd0\x96", "\x96"));
	assert_false(contains("\xf4\x8f\xbf\xbf", "\xbf"));
	assert_true(contains("\xe2\x84\xaa", "K")); /* the Kelvin sign is a K of three bytes */
	assert_true(contains("\xf0\x90\x90\x80", "\xf0\x90\x90\xa8"));
	assert_false(contains("", "a"));
}

/* What took minutes when every place was compared anew takes a moment; the alarm is for the broken case. */
static void search_takes_linear_time(void **state)
{
	const size_t len = (size_t)64 * 1024 * 1024;
	char *text = malloc(len), part[256];

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	memset(part, 'A', sizeof(part));
	part[sizeof(part) - 1] = 'b';
	alarm(60);
	assert_false(text_contains(text, len, part, sizeof(part)));
	text[len - 1] = 'B';
	assert_true(text_contains(text, len, part, sizeof(part)));
	alarm(0);
	free(text);
}

static void invalid_utf8_is_told_from_valid(void **state)
{
	(void)state;
	assert_int_equal(text_utf8_len("a", 1), 1);
	assert_int_equal(text_utf8_len("\xd0\x96", 2), 2);
	assert_int_equal(text_utf8_len("\xe2\x82\xac", 3), 3);
	assert_int_equal(text_utf8_len("\xf0\x9f\x98\x80", 4), 4);
	assert_int_equal(text_utf8_len("\xd0", 1), 0);		   /* cut short */
	assert_int_equal(text_utf8_len("\xc0\xaf", 2), 0);	   /* overlong */
	assert_int_equal(text_utf8_len("\xe0\x80\xaf", 3), 0);	   /* overlong */
	assert_int_equal(text_utf8_len("\xed\xa0\x80", 3), 0);	   /* a surrogate */
	assert_int_equal(text_utf8_len("\xf4\x90\x80\x80", 4), 0); /* beyond U+10FFFF */
	assert_int_equal(text_utf8_len("", 0), 0);
}

static void a_cut_never_splits_a_character(void **state)
{
	(void)state;
	assert_int_equal(text_cut("abc", 3, 5), 3);
	assert_int_equal(text_cut("abc", 3, 2), 2);
	assert_int_equal(text_cut("\xd0\x96\xd0\x96", 4, 3), 2);
	assert_int_equal(text_cut("\xf0\x9f\x98\x80", 4, 3), 0);
}

static void node_ids_are_what_the_contract_says(void **state)
{
	char longest[ID_NODE_SIZE + 1];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[ID_NODE_MAX] = '\0';
	assert_true(id_is_node(longest));
	longest[ID_NODE_MAX] = 'a';
	longest[ID_NODE_MAX + 1] = '\0';
	assert_false(id_is_node(longest));
	assert_true(id_is_node("worker-001.example_x"));
	assert_false(id_is_node(""));
	assert_false(id_is_node(NULL));
	assert_false(id_is_node(".hidden"));
	assert_false(id_is_node("a/b"));
	assert_false(id_is_node("a}b"));
	assert_false(id_is_node("\xd0\x96"));
	assert_true(id_is_service("getty@tty1.service"));
	assert_false(id_is_service("-rf"));
	assert_false(id_is_service("a b"));
}

static void random_ids_are_hex_and_differ(void **state)
{
	char a[ID_RANDOM_SIZE], b[ID_RANDOM_SIZE];

	(void)state;
	id_random(a);
	id_random(b);
	assert_int_equal(strspn(a, "0123456789abcdef"), ID_RANDOM_SIZE - 1);
	assert_string_not_equal(a, b);
}

static void numbers_are_whole_and_in_range(void **state)
{
	static const char *const BAD[] = {"", " 1", "+1", "1 ", "0x10", "1.5", "-", "--1", "1e3"};
	int64_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		assert_int_equal(number_parse(BAD[i], -1000, 1000, &value), ERR_MALFORMED);
	assert_int_equal(number_parse("1001", -1000, 1000, &value), ERR_INVALID);
	assert_int_equal(number_parse("99999999999999999999", INT64_MIN, INT64_MAX, &value), ERR_INVALID);
	assert_int_equal(value, 7);
	assert_int_equal(number_parse("-1000", -1000, 1000, &value), ERR_NONE);
	assert_int_equal(value, -1000);
}

/* Rows: what is needed; columns: what is held (viewer, operator, admin, worker). */
static void roles_allow_what_the_contract_says(void **state)
{
	static const struct {
		enum role needed;
		bool viewer, operator, admin, worker;
	} ROWS[] = {
		{ROLE_NONE, true, true, true, true},	   {ROLE_VIEWER, true, true, true, false},
		{ROLE_OPERATOR, false, true, true, false}, {ROLE_ADMIN, false, false, true, false},
		{ROLE_WORKER, false, false, false, true},
	};
	enum role role;

	(void)state;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		assert_int_equal(role_allows(ROLE_VIEWER, ROWS[i].needed), ROWS[i].viewer);
		assert_int_equal(role_allows(ROLE_OPERATOR, ROWS[i].needed), ROWS[i].operator);
		assert_int_equal(role_allows(ROLE_ADMIN, ROWS[i].needed), ROWS[i].admin);
		assert_int_equal(role_allows(ROLE_WORKER, ROWS[i].needed), ROWS[i].worker);
	}
	assert_int_equal(role_parse("operator", &role), ERR_NONE);
	assert_int_equal(role, ROLE_OPERATOR);
	assert_int_equal(role_parse("none", &role), ERR_INVALID);
	assert_int_equal(role_parse("root", &role), ERR_INVALID);
}

static void keys_of_a_node_share_its_hash_tag(void **state)
{
	char longest[ID_NODE_SIZE];

	(void)state;
	assert_string_equal(key_of_node(NODE_STATE, "n1").text, "p2pdash:{n1}:state");
	assert_string_equal(key_of_node(NODE_CERTIFICATES, "n1").text, "p2pdash:{n1}:certificates");
	assert_string_equal(channel_of_commands("n1").text, "p2pdash:commands:n1");
	memset(longest, 'a', sizeof(longest));
	longest[ID_NODE_MAX] = '\0';
	assert_non_null(strstr(key_of_node(NODE_CERTIFICATES, longest).text, "}:certificates"));
}

static int with_utf8(void **state)
{
	(void)state;
	text_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(search_ignores_case_in_any_script),
		cmocka_unit_test(search_finds_whole_characters_only),
		cmocka_unit_test(search_takes_linear_time),
		cmocka_unit_test(invalid_utf8_is_told_from_valid),
		cmocka_unit_test(a_cut_never_splits_a_character),
		cmocka_unit_test(node_ids_are_what_the_contract_says),
		cmocka_unit_test(random_ids_are_hex_and_differ),
		cmocka_unit_test(numbers_are_whole_and_in_range),
		cmocka_unit_test(roles_allow_what_the_contract_says),
		cmocka_unit_test(keys_of_a_node_share_its_hash_tag),
	};

	return cmocka_run_group_tests_name("common/text", tests, with_utf8, NULL);
}
