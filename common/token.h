/*
 * JSON Web Tokens (RFC 7519), signed with HS256 and nothing else. The API signs them; the API and the
 * relay verify them with the same code and the same secret. A token that verifies is one of ours and has
 * not ended. Whether it was revoked, and whether its user still exists and has that role, is not known
 * here: the API's store and the relay's access know.
 */
#ifndef COMMON_TOKEN_H
#define COMMON_TOKEN_H

#include "common/buf.h"
#include "common/id.h"
#include "common/role.h"

#include <stdint.h>

#define TOKEN_SECRET_MIN 32 /* bytes; RFC 7518 section 3.2 asks for at least the hash's size */
#define TOKEN_MAX_LEN	 2048

/* The key that all of the coordinator's programs share. */
struct token_secret {
	unsigned char bytes[256];
	size_t len;
};

/* What a token says about who carries it. */
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
 * Reads the secret from its file: a regular file that only its owner can read (mode & 0077 is 0), with at
 * least TOKEN_SECRET_MIN bytes; a newline at the end does not count, and bytes beyond the struct's 256 are
 * ignored. ERR_INVALID or ERR_SYSTEM with a sentence that names the file.
 */
enum err token_secret_read(const char *path, struct token_secret *out, struct reason *why) MUST_CHECK;

/* Appends the token with these claims, signed. */
void token_sign(const struct token_secret *secret, const struct token_claims *claims, struct buf *out);

/*
 * Verifies a token, at `now` in seconds since 1970. ERR_UNAUTHORIZED: it is too long, not signed with this
 * secret by HS256, has claims that we never write, or begins (`iat`, `nbf`) more than 60 s after `now`.
 * ERR_TOKEN_EXPIRED: it has ended. *out is untouched then. The signature is compared in constant time, and
 * before any claim is read.
 */
enum err token_verify(const struct token_secret *secret, const char *token, int64_t now,
		      struct token_claims *out) MUST_CHECK;

#endif
