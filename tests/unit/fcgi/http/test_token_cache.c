/* Goal: a token that has ended is believed for less than a second, however long it took to find out about it.
 */
#include "fcgi/http/token_cache.h"
#include "tests/unit/cm.h"

#include <string.h>

/* What Redis would say, and how often it was asked. */
struct authority {
	unsigned asked;
	enum err answer;
};

static enum err verify(void *user, const char *token, struct token_claims *out)
{
	struct authority *authority = user;

	authority->asked++;
	if (authority->answer == ERR_NONE) {
		memset(out, 0, sizeof(*out));
		memcpy(out->id, token, strlen(token) + 1);
	}
	return authority->answer;
}

static enum err get(struct token_cache *cache, struct authority *authority, const char *token, int64_t now_ms)
{
	const struct token_verifier verifier = {verify, authority};
	struct token_claims claims;
	enum err err = token_cache_get(cache, token, now_ms, &verifier, &claims);

	if (err == ERR_NONE)
		assert_string_equal(claims.id, token);
	return err;
}

static void a_token_is_asked_about_again_within_a_second(void **state)
{
	struct token_cache *cache = token_cache_new();
	struct authority redis = {.answer = ERR_NONE};

	(void)state;
	assert_true(TOKEN_CACHE_MS < 1000);
	assert_int_equal(get(cache, &redis, "one", 5000), ERR_NONE);
	assert_int_equal(get(cache, &redis, "one", 5000 + TOKEN_CACHE_MS - 1), ERR_NONE);
	assert_int_equal(redis.asked, 1);
	redis.answer = ERR_TOKEN_REVOKED;
	assert_int_equal(get(cache, &redis, "one", 5000 + TOKEN_CACHE_MS), ERR_TOKEN_REVOKED);
	assert_int_equal(redis.asked, 2);
	token_cache_free(cache);
}

static void using_a_token_does_not_put_off_the_next_question(void **state)
{
	struct token_cache *cache = token_cache_new();
	struct authority redis = {.answer = ERR_NONE};

	(void)state;
	for (int64_t now_ms = 5000; now_ms < 5000 + 3 * TOKEN_CACHE_MS; now_ms++)
		assert_int_equal(get(cache, &redis, "one", now_ms), ERR_NONE);
	assert_int_equal(redis.asked, 3);
	token_cache_free(cache);
}

static void a_failure_is_not_cached(void **state)
{
	struct token_cache *cache = token_cache_new();
	struct authority redis = {.answer = ERR_BACKEND_AWAY};

	(void)state;
	assert_int_equal(get(cache, &redis, "one", 5000), ERR_BACKEND_AWAY);
	redis.answer = ERR_NONE;
	assert_int_equal(get(cache, &redis, "one", 5000), ERR_NONE);
	assert_int_equal(redis.asked, 2);
	token_cache_free(cache);
}

static void another_token_is_another_question(void **state)
{
	struct token_cache *cache = token_cache_new();
	struct authority redis = {.answer = ERR_NONE};

	(void)state;
	assert_int_equal(get(cache, &redis, "a.signature", 5000), ERR_NONE);
	redis.answer = ERR_UNAUTHORIZED;
	assert_int_equal(get(cache, &redis, "b.signature", 5000), ERR_UNAUTHORIZED);
	assert_int_equal(get(cache, &redis, "a.signature", 5000), ERR_NONE);
	token_cache_free(cache);
}

static void a_forgotten_token_is_asked_about_at_once(void **state)
{
	struct token_cache *cache = token_cache_new();
	struct authority redis = {.answer = ERR_NONE};

	(void)state;
	assert_int_equal(get(cache, &redis, "one", 5000), ERR_NONE);
	assert_int_equal(get(cache, &redis, "two", 5000), ERR_NONE);
	token_cache_forget(cache, "one");
	redis.answer = ERR_TOKEN_REVOKED;
	assert_int_equal(get(cache, &redis, "one", 5000), ERR_TOKEN_REVOKED);
	assert_int_equal(get(cache, &redis, "two", 5000), ERR_NONE);
	token_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_asked_about_again_within_a_second),
		cmocka_unit_test(using_a_token_does_not_put_off_the_next_question),
		cmocka_unit_test(a_failure_is_not_cached),
		cmocka_unit_test(another_token_is_another_question),
		cmocka_unit_test(a_forgotten_token_is_asked_about_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
