/* Where a request's token is found, and which origins are our own. */
#include "common/credentials.h"
#include "tests/unit/cm.h"

#include <string.h>

static enum err find(const char *authorization, const char *cookie, char *token, bool *by_cookie)
{
	struct credentials credentials = {.authorization = authorization, .cookie = cookie};
	struct reason why;

	return credentials_token(&credentials, token, by_cookie, &why);
}

static void a_token_is_found_in_the_header_before_the_cookie(void **state)
{
	char token[TOKEN_MAX_LEN + 1];
	bool by_cookie;

	(void)state;
	assert_int_equal(find("bearer abc", "p2pdash=def", token, &by_cookie), ERR_NONE);
	assert_string_equal(token, "abc");
	assert_false(by_cookie);
	assert_int_equal(find("", "theme=dark; p2pdash=def; lang=ru", token, &by_cookie), ERR_NONE);
	assert_string_equal(token, "def");
	assert_true(by_cookie);
	/* A header that is not ours is no reason to fall back to what the browser sends by itself. */
	assert_int_equal(find("Basic YTpi", "p2pdash=def", token, &by_cookie), ERR_UNAUTHORIZED);
}

static void what_only_looks_like_a_token_is_refused(void **state)
{
	static const char *const COOKIES[] = {
		"", "p2pdash", "p2pdash=", "xp2pdash=a", "P2PDASH=a", "p2pdash=; a=b"};
	char token[TOKEN_MAX_LEN + 1] = "kept", longest[TOKEN_MAX_LEN + 16] = "Bearer ";
	bool by_cookie;

	(void)state;
	for (size_t i = 0; i < sizeof(COOKIES) / sizeof(COOKIES[0]); i++)
		assert_int_equal(find("", COOKIES[i], token, &by_cookie), ERR_UNAUTHORIZED);
	assert_int_equal(find("Bearer ", "", token, &by_cookie), ERR_UNAUTHORIZED);
	memset(longest + 7, 'a', TOKEN_MAX_LEN + 1);
	longest[TOKEN_MAX_LEN + 8] = '\0';
	assert_int_equal(find(longest, "", token, &by_cookie), ERR_UNAUTHORIZED);
	assert_string_equal(token, "kept");
}

static void only_our_own_origin_is_the_same(void **state)
{
	static const struct {
		const char *origin, *host, *scheme;
		bool same;
	} CASES[] = {
		{"https://dash.example", "dash.example", NULL, true},
		{"http://Dash.Example:8080", "dash.example:8080", "", true},
		{"https://dash.example", "dash.example:8080", "https", false},
		{"https://evil.example", "dash.example", "https", false},
		{"https://dash.example.evil", "dash.example", "https", false},
		{"null", "dash.example", "http", false},
		{"", "dash.example", "http", false},
		{"https://", "", "https", false},
		{"dash.example", "dash.example", "http", false},
		{"HTTPS://dash.example", "dash.example", "https", true},
		{"http://dash.example", "dash.example", "https", false},
		{"http://dash.example", "dash.example", "http", true},
		{"https://dash.example", "dash.example", "http", true}, /* a proxy ends TLS */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct credentials credentials = {
			.origin = CASES[i].origin, .host = CASES[i].host, .scheme = CASES[i].scheme};

		assert_int_equal(credentials_same_origin(&credentials), CASES[i].same);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_found_in_the_header_before_the_cookie),
		cmocka_unit_test(what_only_looks_like_a_token_is_refused),
		cmocka_unit_test(only_our_own_origin_is_the_same),
	};

	return cmocka_run_group_tests_name("common/credentials", tests, NULL, NULL);
}
