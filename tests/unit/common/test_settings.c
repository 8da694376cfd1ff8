/* Settings and Redis addresses: what is taken, what is refused and by which name. */
#include "common/redis_address.h"
#include "common/settings.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

enum { LISTEN, WORKERS, VERBOSE, SOCKET, SETTINGS_COUNT };

static const struct setting SETTINGS[SETTINGS_COUNT] = {
	[LISTEN] = {.name = "test-listen",
		    .type = SETTING_TEXT,
		    .value = "ADDRESS",
		    .help = "where to listen"},
	[WORKERS] = {.name = "test-workers",
		     .type = SETTING_INTEGER,
		     .initial = "16",
		     .min = 1,
		     .max = 64,
		     .value = "N",
		     .help = "how many"},
	[VERBOSE] = {.name = "test-verbose", .type = SETTING_FLAG, .initial = "0", .help = "say more"},
	[SOCKET] = {.name = "test-socket",
		    .type = SETTING_TEXT,
		    .initial = "unix:" SETTING_STATE_DIR "/a.sock",
		    .value = "ADDRESS",
		    .help = "where it is"},
};

static const struct program PROGRAM = {"test", "a test", "test [OPTION …]", NULL, SETTINGS, SETTINGS_COUNT};

static enum err read(struct setting_value *values, int *rest, struct reason *why, const char *first,
		     const char *second, const char *third)
{
	char *argv[] = {(char *)(uintptr_t) "test", (char *)(uintptr_t)first, (char *)(uintptr_t)second,
			(char *)(uintptr_t)third, NULL};
	int argc = 1;

	while (argv[argc])
		argc++;
	return settings_read(&PROGRAM, argc, argv, values, rest, why);
}

static void an_option_wins_over_the_environment_over_the_default(void **state)
{
	struct setting_value values[SETTINGS_COUNT];
	struct reason why;
	int rest;

	(void)state;
	assert_int_equal(read(values, &rest, &why, "--test-listen=a", "word", NULL), ERR_NONE);
	assert_string_equal(values[LISTEN].text, "a");
	assert_int_equal(values[WORKERS].number, 16);
	assert_int_equal(values[VERBOSE].number, 0);
	assert_int_equal(rest, 2);
	setenv("P2PDASH_TEST_WORKERS", "3", 1);
	assert_int_equal(read(values, &rest, &why, "--test-listen=a", "--test-verbose", NULL), ERR_NONE);
	assert_int_equal(values[WORKERS].number, 3);
	assert_int_equal(values[VERBOSE].number, 1);
	assert_int_equal(read(values, &rest, &why, "--test-listen=a", "--test-workers", "4"), ERR_NONE);
	assert_int_equal(values[WORKERS].number, 4);
	unsetenv("P2PDASH_TEST_WORKERS");
}

static void a_default_lies_in_the_state_directory_that_the_environment_names(void **state)
{
	static const struct {
		const char *dir, *option, *wanted;
	} CASES[] = {
		{NULL, NULL, "unix:run/a.sock"},
		{"", NULL, "unix:run/a.sock"},
		{"/srv/second", NULL, "unix:/srv/second/a.sock"},
		{"/srv/second", "--test-socket=unix:/b.sock", "unix:/b.sock"},
	};
	struct setting_value values[SETTINGS_COUNT];
	struct reason why;
	int rest;

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		unsetenv("P2PDASH_TEST_SOCKET");
		unsetenv("P2PDASH_STATE_DIR");
		if (CASES[i].dir)
			setenv("P2PDASH_STATE_DIR", CASES[i].dir, 1);
		assert_int_equal(read(values, &rest, &why, "--test-listen=a", CASES[i].option, NULL),
				 ERR_NONE);
		assert_string_equal(values[SOCKET].text, CASES[i].wanted);
	}
	setenv("P2PDASH_TEST_SOCKET", "unix:/c.sock", 1);
	assert_int_equal(read(values, &rest, &why, "--test-listen=a", NULL, NULL), ERR_NONE);
	assert_string_equal(values[SOCKET].text, "unix:/c.sock");
	unsetenv("P2PDASH_TEST_SOCKET");
	unsetenv("P2PDASH_STATE_DIR");
}

static void what_is_wrong_is_named_as_it_was_written(void **state)
{
	static const struct {
		const char *first, *second, *says;
	} BAD[] = {
		{NULL, NULL, "--test-listen (or P2PDASH_TEST_LISTEN) must be given"},
		{"--test-listen=a", "--test-workers=0", "--test-workers must be a whole number from 1 to 64"},
		{"--test-listen=a", "--test-workers=x", "--test-workers must be a whole number from 1 to 64"},
		{"--test-listen", NULL, "--test-listen needs a value"},
		{"--test-lisp=a", NULL, "--test-lisp=a is not an option"},
		{"--test-listen=", NULL, "--test-listen must be 1 to 4096 bytes long"},
	};
	struct setting_value values[SETTINGS_COUNT];
	struct reason why;
	int rest;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		assert_int_equal(read(values, &rest, &why, BAD[i].first, BAD[i].second, NULL), ERR_INVALID);
		assert_string_equal(why.text, BAD[i].says);
	}
	setenv("P2PDASH_TEST_WORKERS", "many", 1);
	assert_int_equal(read(values, &rest, &why, "--test-listen=a", NULL, NULL), ERR_INVALID);
	assert_string_equal(why.text, "P2PDASH_TEST_WORKERS must be a whole number from 1 to 64");
	unsetenv("P2PDASH_TEST_WORKERS");
}

static void redis_addresses_are_read(void **state)
{
	struct redis_address address;
	struct reason why;

	(void)state;
	assert_int_equal(redis_address_parse("unix:/run/redis.sock", &address, &why), ERR_NONE);
	assert_string_equal(address.path, "/run/redis.sock");
	assert_int_equal(redis_address_parse("redis://host", &address, &why), ERR_NONE);
	assert_string_equal(address.host, "host");
	assert_int_equal(address.port, 6379);
	assert_int_equal(address.database, 0);
	assert_int_equal(redis_address_parse("rediss://user:p%40ss@[::1]:6380/3", &address, &why), ERR_NONE);
	assert_true(address.tls);
	assert_string_equal(address.host, "::1");
	assert_int_equal(address.port, 6380);
	assert_string_equal(address.user, "user");
	assert_string_equal(address.password, "p@ss");
	assert_int_equal(address.database, 3);
	assert_int_equal(redis_address_parse("redis://secret@host/", &address, &why), ERR_NONE);
	assert_string_equal(address.password, "secret");
	assert_string_equal(address.user, "");
}

static void a_bad_redis_address_is_refused_without_its_password(void **state)
{
	static const char *const BAD[] = {
		"",
		"unix:",
		"host:6379",
		"redis://",
		"redis://secret@",
		"redis://secret@host:0",
		"redis://secret@host:65536",
		"redis://secret@host:x",
		"redis://secret@host/x",
		"redis://secret%4@host",
		"redis://secret%zz@host",
		"redis://[::1",
		"redis://secret@[::1]x",
	};
	struct redis_address address = {.port = 7};
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		assert_int_equal(redis_address_parse(BAD[i], &address, &why), ERR_INVALID);
		assert_null(strstr(why.text, "secret"));
		assert_non_null(strstr(why.text, "redis: "));
	}
	assert_int_equal(address.port, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_wins_over_the_environment_over_the_default),
		cmocka_unit_test(a_default_lies_in_the_state_directory_that_the_environment_names),
		cmocka_unit_test(what_is_wrong_is_named_as_it_was_written),
		cmocka_unit_test(redis_addresses_are_read),
		cmocka_unit_test(a_bad_redis_address_is_refused_without_its_password),
	};

	return cmocka_run_group_tests_name("common/settings", tests, NULL, NULL);
}
