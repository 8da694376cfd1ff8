/* Passwords: yescrypt, salted, and no telling whether there is such a user. */
#include "fcgi/model/password.h"
#include "fcgi/store/users.h"
#include "tests/unit/cm.h"

#include <string.h>

static void the_right_password_matches_and_no_other(void **state)
{
	char hash[USER_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash("correct horse", hash), ERR_NONE);
	assert_true(strncmp(hash, "$y$", 3) == 0);
	assert_true(password_matches("correct horse", hash));
	assert_false(password_matches("correct hors", hash));
	assert_false(password_matches("", hash));
	assert_false(password_matches("correct horse", NULL));
	assert_false(password_matches("correct horse", "no hash at all"));
	assert_false(password_matches("correct horse", ""));
}

static void the_same_password_is_hashed_differently_each_time(void **state)
{
	char one[USER_HASH_SIZE], two[USER_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash("correct horse", one), ERR_NONE);
	assert_int_equal(password_hash("correct horse", two), ERR_NONE);
	assert_string_not_equal(one, two);
}

static void too_short_and_too_long_is_refused(void **state)
{
	char text[PASSWORD_MAX + 2];
	struct reason why;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[PASSWORD_MAX + 1] = '\0';
	assert_int_equal(password_check(text, &why), ERR_INVALID);
	text[PASSWORD_MAX] = '\0';
	assert_int_equal(password_check(text, &why), ERR_NONE);
	text[PASSWORD_MIN] = '\0';
	assert_int_equal(password_check(text, &why), ERR_NONE);
	text[PASSWORD_MIN - 1] = '\0';
	assert_int_equal(password_check(text, &why), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_matches_and_no_other),
		cmocka_unit_test(the_same_password_is_hashed_differently_each_time),
		cmocka_unit_test(too_short_and_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
