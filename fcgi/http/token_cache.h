/*
 * Tokens verified a moment ago, by their whole text: a process asks Redis about each of them once a second,
 * not once a request. What a valid token is, is the caller's business.
 */
#ifndef FCGI_HTTP_TOKEN_CACHE_H
#define FCGI_HTTP_TOKEN_CACHE_H

#include "common/token.h"

#define TOKEN_CACHE_MS 900 /* a token that ended stops working everywhere within 1 s */

struct token_cache;
struct token_cache *token_cache_new(void);
void token_cache_free(struct token_cache *cache);

/* Who finds out about a token that is not cached; as token_cache_get. */
struct token_verifier {
	enum err (*verify)(void *user, const char *token, struct token_claims *out);
	void *user;
};

/*
 * The claims of `token` (at most TOKEN_MAX_LEN long), verified at most TOKEN_CACHE_MS before `now_ms`
 * (monotonic). That time counts from before the verifier is asked, since its answer may be as old as the
 * question. A failure is the verifier's, and not cached; *out untouched then.
 */
enum err token_cache_get(struct token_cache *cache, const char *token, int64_t now_ms,
			 const struct token_verifier *verifier, struct token_claims *out) MUST_CHECK;

/* The next question about the token with this id goes to the verifier. */
void token_cache_forget(struct token_cache *cache, const char *token_id);

#endif
