/*
 * Tokens that were verified a moment ago, by their whole text: a process asks Redis about each token once a
 * second, not once a request. What a valid token is, is the caller's business.
 */
#ifndef FCGI_HTTP_TOKEN_CACHE_H
#define FCGI_HTTP_TOKEN_CACHE_H

#include "common/token.h"

#define TOKEN_CACHE_MS 900 /* a token that ended stops working everywhere within 1 s */

/* Made empty; the caller frees it. */
struct token_cache;
struct token_cache *token_cache_new(void);
void token_cache_free(struct token_cache *cache); /* NULL is nothing */

/* How to find out about a token that is not cached. `verify` fills *out, or returns why the token is refused.
 */
struct token_verifier {
	enum err (*verify)(void *user, const char *token, struct token_claims *out);
	void *user;
};

/*
 * The claims of `token` (at most TOKEN_MAX_LEN long), verified at most TOKEN_CACHE_MS before `now_ms`
 * (monotonic). The time counts from before the verifier is asked, since its answer may be as old as the
 * question. An error is the verifier's and is not cached; *out is untouched then.
 */
enum err token_cache_get(struct token_cache *cache, const char *token, int64_t now_ms,
			 const struct token_verifier *verifier, struct token_claims *out) MUST_CHECK;

/* Forgets the token with this id (jti), so that the next question about it goes to the verifier. */
void token_cache_forget(struct token_cache *cache, const char *token_id);

#endif
