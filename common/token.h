/*
 * JSON Web Tokens (RFC 7519), HS256 only; the one home of libjwt. The API and the relay verify with the same
 * code. Whether a token was revoked, and whether its user still exists as it says, is not known here.
 */
#ifndef COMMON_TOKEN_H
#define COMMON_TOKEN_H

#include "common/buf.h"
#include "common/id.h"
#include "common/role.h"

#include <stdint.h>

#define TOKEN_SECRET_MIN 32 /* bytes; RFC 7518 section 3.2 asks for at least the hash's size */
#define TOKEN_MAX_LEN	 2048

struct token_secret {
	unsigned char bytes[256];
	size_t len;
};

struct token_claims {
	char subject[ID_NODE_SIZE]; /* user name, or node id when role is ROLE_WORKER */
	char id[ID_RANDOM_SIZE];    /* jti */
	enum role role;
	int64_t generation; /* of the user's record when the token was made: a changed user ends it; 0 for
			       workers */
	int64_t issued_at;  /* seconds since 1970 */
	int64_t expires_at;
};

/*
 * Reads the secret's file: a regular file that others cannot read (mode & 0077 is 0), at least
 * TOKEN_SECRET_MIN bytes after a trailing newline is dropped. ERR_INVALID or ERR_SYSTEM with a sentence that
 * names the file.
 */
enum err token_secret_read(const char *path, struct token_secret *out, struct reason *why) MUST_CHECK;

/* Appends the signed token. */
void token_sign(const struct token_secret *secret, const struct token_claims *claims, struct buf *out);

/*
 * The algorithm is pinned before a claim is read, the signature is compared in constant time, then `exp` (and
 * `nbf`, `iat` not in the future by more than 60 s) against `now` in seconds. ERR_UNAUTHORIZED or
 * ERR_TOKEN_EXPIRED; *out untouched then.
 */
enum err token_verify(const struct token_secret *secret, const char *token, int64_t now,
		      struct token_claims *out) MUST_CHECK;

#endif
