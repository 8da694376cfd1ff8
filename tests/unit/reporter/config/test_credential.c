/* The token's file: only one that is kept secret is taken. */
#include "reporter/config/credential.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <string.h>
#include <sys/stat.h>

static void assert_no_token(struct folder *folder, const char *text, mode_t mode, const char *expected)
{
	const char *path = folder_write(folder, "token", text);
	struct buf token = {0};
	struct reason why;

	assert_int_equal(chmod(path, mode), 0);
	assert_int_not_equal(credential_read(path, &token, &why), ERR_NONE);
	assert_non_null(strstr(why.text, expected));
	assert_null(strstr(why.text, "secret"));
	assert_int_equal(token.len, 0);
}

static void only_a_token_that_is_kept_secret_is_taken(void **state)
{
	struct folder folder;
	struct buf token = {0};
	struct reason why;

	(void)state;
	folder_make(&folder);
	assert_int_equal(credential_read(folder_write(&folder, "token", " eyJh.b-c_.d\r\n"), &token, &why),
			 ERR_NONE);
	assert_string_equal(token.data, "eyJh.b-c_.d");
	buf_free(&token);
	assert_no_token(&folder, "secret", 0644, "can be read by others");
	assert_no_token(&folder, "secret", 0640, "can be read by others");
	assert_no_token(&folder, "", 0600, "holds no token");
	assert_no_token(&folder, "secret\r\nX-Evil: yes", 0600, "holds no token");
	assert_int_equal(credential_read(folder.path, &token, &why), ERR_INVALID);
	assert_int_equal(credential_read("/nowhere/token", &token, &why), ERR_SYSTEM);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_token_that_is_kept_secret_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
