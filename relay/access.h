/*
 * Who may connect, and who may stay: the token itself, then what has been said of it since it was made
 * (revoked, its user changed), which the relay keeps a copy of and is told at once.
 */
#ifndef RELAY_ACCESS_H
#define RELAY_ACCESS_H

#include "common/credentials.h"
#include "common/err.h"
#include "common/token.h"

#include <stdint.h>

struct access;

struct access *access_new(const struct token_secret *secret); /* copies the secret; nothing is known yet */
void access_free(struct access *access);

/* --- what is known; told by load.c and follow.c -------------------------------------------------------- */

void access_forget(struct access *access); /* Redis is away: nobody new is let in, those inside stay */
void access_add_token(struct access *access, const char *token_id); /* of a worker: no other counts */
void access_revoke(struct access *access, const char *token_id);
void access_set_user(struct access *access, const char *name, int64_t generation); /* 0: removed */
void access_complete(struct access *access); /* all that Redis knows has been told */

/* --- decisions ---------------------------------------------------------------------------------------- */

/*
 * Whether the request's token (a bearer token; else the cookie, which needs an Origin that names the
 * request's own host) is valid now for `needed`. ERR_UNAUTHORIZED, ERR_TOKEN_EXPIRED, ERR_TOKEN_REVOKED,
 * ERR_BAD_ORIGIN, ERR_FORBIDDEN, or ERR_BACKEND_AWAY while revocations are not known.
 */
enum err access_admit(const struct access *access, const struct credentials *credentials, enum role needed,
		      int64_t now_ms, struct token_claims *out, struct reason *why) MUST_CHECK;

/* Why a connection made with these claims has to end, as the text of its close frame: "token_expired",
 * "token_revoked", "user_changed"; NULL if it may stay. */
const char *access_ended(const struct access *access, const struct token_claims *claims, int64_t now_ms);

#endif
