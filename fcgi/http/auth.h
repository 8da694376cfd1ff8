/* Who is asking: the token of a request, whether it still counts, and whether a browser sent it by itself. */
#ifndef FCGI_HTTP_AUTH_H
#define FCGI_HTTP_AUTH_H

#include "common/token.h"
#include "fcgi/http/fastcgi.h"

#include <stdbool.h>

struct context;

struct auth_session {
	struct token_claims claims;
	bool by_cookie; /* sent by the browser without the page's doing */
};

/*
 * ERR_UNAUTHORIZED without a token or with one that is not ours, ERR_TOKEN_EXPIRED, ERR_TOKEN_REVOKED;
 * ERR_BACKEND_AWAY if that cannot be known now.
 */
enum err auth_identify(struct context *context, const struct request *request, struct auth_session *out,
		       struct reason *why) MUST_CHECK;

#endif
