/*
 * Tokens of requests: first signature and time, which need no Redis, then what Redis knows of the token.
 * Both answers are remembered for less than a second (token_cache.h). What the token allows is
 * decided in route.c.
 */
#include "fcgi/http/auth.h"

#include "common/clock.h"
#include "fcgi/http/context.h"
#include "fcgi/store/tokens.h"

static enum err verify(void *user, const char *token, struct token_claims *out)
{
	struct context *context = user;
	struct token_claims claims;
	enum err err = token_verify(context->secret, token, clock_now_ms() / 1000, &claims);

	if (err != ERR_NONE)
		return err;
	err = tokens_check(context->store, &claims);
	if (err != ERR_NONE)
		return err;
	*out = claims;
	return ERR_NONE;
}

enum err auth_identify(struct context *context, const struct request *request, struct auth_session *out,
		       struct reason *why)
{
	const struct token_verifier verifier = {verify, context};
	struct auth_session session;
	char token[TOKEN_MAX_LEN + 1];
	enum err err = credentials_token(&request->credentials, token, &session.by_cookie, why);

	if (err != ERR_NONE)
		return err;
	err = token_cache_get(context->token_cache, token, clock_monotonic_ms(), &verifier, &session.claims);
	/* A token may have expired since it was put into the cache. */
	if (err == ERR_NONE && session.claims.expires_at <= clock_now_ms() / 1000)
		err = ERR_TOKEN_EXPIRED;
	switch (err) {
	case ERR_NONE:
		*out = session;
		return ERR_NONE;
	case ERR_UNAUTHORIZED:
		return reason_set(why, err, "the token is not valid");
	case ERR_TOKEN_EXPIRED:
		return reason_set(why, err, "the token has expired");
	case ERR_TOKEN_REVOKED:
		return reason_set(why, err, "the token was revoked, or its user has changed");
	default:
		return err;
	}
}
