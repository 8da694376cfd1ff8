/* Tokens: ours are accepted, everything else is refused before a claim is believed. */
#include "common/token.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW 1763375400

static const struct token_secret SECRET = {.bytes = "0123456789abcdef0123456789abcdef", .len = 32};
static const struct token_claims CLAIMS = {
	.subject = "worker-001",
	.id = "00112233445566778899aabbccddeeff",
	.role = ROLE_WORKER,
	.generation = 3,
	.issued_at = NOW - 10,
	.expires_at = NOW + 10,
};

static void a_signed_token_is_read_back(void **state)
{
	struct token_claims claims;
	struct buf token = {0};

	(void)state;
	token_sign(&SECRET, &CLAIMS, &token);
	assert_int_equal(token_verify(&SECRET, buf_string(&token), NOW, &claims), ERR_NONE);
	assert_string_equal(claims.subject, CLAIMS.subject);
	assert_string_equal(claims.id, CLAIMS.id);
	assert_int_equal(claims.role, ROLE_WORKER);
	assert_int_equal(claims.generation, 3);
	assert_int_equal(claims.expires_at, NOW + 10);
	buf_free(&token);
}

static void an_ended_token_is_told_from_a_bad_one(void **state)
{
	struct token_claims claims = {.generation = 77};
	struct buf token = {0};

	(void)state;
	token_sign(&SECRET, &CLAIMS, &token);
	assert_int_equal(token_verify(&SECRET, buf_string(&token), NOW + 10, &claims), ERR_TOKEN_EXPIRED);
	assert_int_equal(token_verify(&SECRET, buf_string(&token), NOW - 1000, &claims), ERR_UNAUTHORIZED);
	assert_int_equal(claims.generation, 77);
	buf_free(&token);
}

static void every_altered_byte_is_noticed(void **state)
{
	struct token_claims claims;
	struct buf token = {0};

	(void)state;
	token_sign(&SECRET, &CLAIMS, &token);
	for (size_t i = 0; i < token.len; i++) {
		char kept = token.data[i];

		/* The last character of a 256-bit base64 text has two unused bits; `~` is outside of the
		 * alphabet. */
		token.data[i] = '~';
		assert_int_equal(token_verify(&SECRET, token.data, NOW, &claims), ERR_UNAUTHORIZED);
		token.data[i] = kept;
	}
	token.data[token.len - 1] = '\0';
	assert_int_equal(token_verify(&SECRET, token.data, NOW, &claims), ERR_UNAUTHORIZED);
	buf_free(&token);
}

static void another_secret_is_refused(void **state)
{
	struct token_secret other = SECRET;
	struct token_claims claims;
	struct buf token = {0};

	(void)state;
	other.bytes[31] ^= 1;
	token_sign(&other, &CLAIMS, &token);
	assert_int_equal(token_verify(&SECRET, buf_string(&token), NOW, &claims), ERR_UNAUTHORIZED);
	buf_free(&token);
}

static void foreign_algorithms_and_rubbish_are_refused(void **state)
{
	static const char *const BAD[] = {
		"",
		".",
		"..",
		"a.b.c",
		/* {"alg":"none"} . {"sub":"admin","role":"admin","exp":9999999999} . */
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiIsImV4cCI6OTk5OTk5OTk5OX0.",
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiIsImV4cCI6OTk5OTk5OTk5OX0",
	};
	char *longest = malloc(TOKEN_MAX_LEN * 2);
	struct token_claims claims;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		assert_int_equal(token_verify(&SECRET, BAD[i], NOW, &claims), ERR_UNAUTHORIZED);
	memset(longest, 'a', TOKEN_MAX_LEN * 2 - 1);
	longest[TOKEN_MAX_LEN * 2 - 1] = '\0';
	assert_int_equal(token_verify(&SECRET, longest, NOW, &claims), ERR_UNAUTHORIZED);
	free(longest);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void a_secret_that_others_can_read_is_refused(void **state)
{
	char path[] = "/tmp/p2pdash-secret-XXXXXX";
	struct token_secret secret = {.len = 7};
	struct reason why;

	(void)state;
	close(mkstemp(path));
	write_file(path, "0123456789abcdef0123456789abcdef\n", 0640);
	assert_int_equal(token_secret_read(path, &secret, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, path));
	write_file(path, "short\n", 0600);
	assert_int_equal(token_secret_read(path, &secret, &why), ERR_INVALID);
	assert_int_equal(secret.len, 7);
	write_file(path, "0123456789abcdef0123456789abcdef\n", 0600);
	assert_int_equal(token_secret_read(path, &secret, &why), ERR_NONE);
	assert_int_equal(secret.len, 32);
	unlink(path);
	assert_int_equal(token_secret_read(path, &secret, &why), ERR_SYSTEM);
	assert_non_null(strstr(why.text, "No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_token_is_read_back),
		cmocka_unit_test(an_ended_token_is_told_from_a_bad_one),
		cmocka_unit_test(every_altered_byte_is_noticed),
		cmocka_unit_test(another_secret_is_refused),
		cmocka_unit_test(foreign_algorithms_and_rubbish_are_refused),
		cmocka_unit_test(a_secret_that_others_can_read_is_refused),
	};

	return cmocka_run_group_tests_name("common/token", tests, NULL, NULL);
}
