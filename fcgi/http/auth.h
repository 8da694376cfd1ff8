/* Who is asking: the token of a request, whether it still counts, and whether a browser sent it by itself. */
#ifndef FCGI_HTTP_AUTH_H
#define FCGI_HTTP_AUTH_H

#include "common/token.h"
#include "fcgi/http/request.h"

#include <stdbool.h>

struct context;

struct auth_session {
	struct token_claims claims;
	/* It came in the cookie, which a browser also sends when another site makes it ask: check the origin.
	 */
	bool by_cookie;
};

/*
 * Verifies the request's token. ERR_UNAUTHORIZED without a token or with a foreign one,
 * ERR_TOKEN_EXPIRED, ERR_TOKEN_REVOKED, each with a sentence; ERR_BACKEND_AWAY if Redis cannot be asked now.
 * *out is untouched on failure.
 */
enum err auth_identify(struct context *context, const struct request *request, struct auth_session *out,
		       struct reason *why) MUST_CHECK;

#endif
