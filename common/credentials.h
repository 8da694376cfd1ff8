/*
 * Where a request carries its token, the same for the API and the relay: `Authorization: Bearer`, or the
 * cookie that a login sets, which browsers also send when another site makes them ask.
 */
#ifndef COMMON_CREDENTIALS_H
#define COMMON_CREDENTIALS_H

#include "common/err.h"
#include "common/token.h"

#include <stdbool.h>

#define CREDENTIALS_COOKIE "p2pdash"

/* Header fields as they came; "" where there was none. */
struct credentials {
	const char *authorization;
	const char *cookie;
	const char *origin;
	const char *host;
	const char *scheme; /* by which it came; NULL or "" where that is not known */
};

/* Copies the token. ERR_UNAUTHORIZED with a sentence if there is none, or one too long to be ours; a header
 * wins over a cookie. */
enum err credentials_token(const struct credentials *credentials, char out[TOKEN_MAX_LEN + 1],
			   bool *by_cookie, struct reason *why) MUST_CHECK;

/*
 * Whether Origin (RFC 6454) names the host and port the request was sent to. Where it came by https, so must
 * the Origin: what stands at http://, anybody on the way may have written. The reverse is let pass, since
 * behind a proxy that ends TLS and is not trusted, ours is not the scheme that the browser sees.
 */
bool credentials_same_origin(const struct credentials *credentials);

#endif
