/*
 * Where a request carries its token, the same for the API and the relay: in `Authorization: Bearer`, or in
 * the cookie that a login sets. Browsers send the cookie also when a page of another site makes them ask
 * (cross-site request forgery), so a request that relies on it must come from our own page:
 * credentials_same_origin.
 */
#ifndef COMMON_CREDENTIALS_H
#define COMMON_CREDENTIALS_H

#include "common/err.h"
#include "common/token.h"

#include <stdbool.h>

#define CREDENTIALS_COOKIE "p2pdash"

/* Header fields as they came; "" where there was none. Nothing is owned here. */
struct credentials {
	const char *authorization;
	const char *cookie;
	const char *origin;
	const char *host;
	const char *scheme; /* "http" or "https", as it reached us; NULL or "" if that is not known */
};

/*
 * Copies the token to `out`; *by_cookie tells where it was. Where there is an Authorization header, the
 * cookie is not looked at. ERR_UNAUTHORIZED with a sentence if there is no token, or one that is too long
 * to be ours. Whether it is ours is for token_verify.
 */
enum err credentials_token(const struct credentials *credentials, char out[TOKEN_MAX_LEN + 1],
			   bool *by_cookie, struct reason *why) MUST_CHECK;

/*
 * Whether Origin (RFC 6454) names the host and port that the request was sent to. A request that came by
 * https must have an https origin: a page at http:// may have been written by anybody on the way. The
 * reverse passes, since behind a proxy that ends TLS our scheme is http although the browser's is https.
 */
bool credentials_same_origin(const struct credentials *credentials);

#endif
