/*
 * Who may connect, and who may stay: the token itself, then what has been said of it since it was made (it
 * was revoked, its user changed). The relay keeps a copy of what Redis says of tokens and users, which it
 * learns in the feed's sync, so it decides at once and without asking anybody.
 */
#ifndef RELAY_ACCESS_H
#define RELAY_ACCESS_H

#include "common/credentials.h"
#include "common/err.h"
#include "common/token.h"
#include "feed/feed.h"

#include <stdint.h>

struct access;

/* Copies the secret, and joins the feed's sync, whose part it is until the feed is freed. Until that sync is
 * done, and while Redis is away, nobody is let in, and those inside stay. */
struct access *access_new(struct feed *feed, const struct token_secret *secret);
void access_free(struct access *access); /* after the feed; NULL is nothing */

/*
 * Whether the request's token (a bearer token; else the cookie, which needs an Origin that names the
 * request's own host) is valid now for `needed`. ERR_UNAUTHORIZED, ERR_TOKEN_EXPIRED, ERR_TOKEN_REVOKED,
 * ERR_BAD_ORIGIN or ERR_FORBIDDEN; ERR_BACKEND_AWAY while it is not known what Redis says. *out is untouched
 * then.
 */
enum err access_admit(const struct access *access, const struct credentials *credentials, enum role needed,
		      int64_t now_ms, struct token_claims *out, struct reason *why) MUST_CHECK;

/* Why a connection made with these claims has to end, as the text of its close frame: "token_expired",
 * "token_revoked" or "user_changed"; NULL if it may stay. While it is not known what Redis says, only time
 * ends a connection. */
const char *access_ended(const struct access *access, const struct token_claims *claims, int64_t now_ms);

/* For the test, which has no Redis: the part of the sync, whose context is the access. */
extern const struct sync_part ACCESS_PART;

#endif
