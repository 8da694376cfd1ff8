/* Tokens of requests: signature and time, then what Redis says of them; both remembered for a moment. */
#include "fcgi/http/auth.h"

#include "common/clock.h"
#include "fcgi/http/context.h"
#include "fcgi/store/tokens.h"

static enum err judge(enum err err, struct reason *why)
{
	switch (err) {
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

static enum err verify(void *user, const char *token, struct token_claims *out)
{
	struct context *context = user;
	struct token_claims claims;
	enum err err = token_verify(context->secret, token, clock_now_ms() / 1000, &claims);

	if (err == ERR_NONE)
		err = tokens_check(context->store, &claims);
	if (err == ERR_NONE)
		*out = claims;
	return err;
}

static enum err identify(struct context *context, const char *token, struct token_claims *out,
			 struct reason *why)
{
	const struct token_verifier verifier = {verify, context};
	struct token_claims claims;
	enum err err = token_cache_get(context->tokens, token, clock_monotonic_ms(), &verifier, &claims);

	if (err == ERR_NONE && claims.expires_at <= clock_now_ms() / 1000)
		err = ERR_TOKEN_EXPIRED;
	if (err != ERR_NONE)
		return judge(err, why);
	*out = claims;
	return ERR_NONE;
}

enum err auth_identify(struct context *context, const struct request *request, struct auth_session *out,
		       struct reason *why)
{
	struct auth_session session;
	char token[TOKEN_MAX_LEN + 1];
	enum err err = credentials_token(&request->credentials, token, &session.by_cookie, why);

	if (err == ERR_NONE)
		err = identify(context, token, &session.claims, why);
	if (err == ERR_NONE)
		*out = session;
	return err;
}
