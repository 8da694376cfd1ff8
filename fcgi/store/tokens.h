/*
 * Which tokens count: the list of the workers' tokens, what was revoked, and the users' generations. Errors
 * that are not named are redis_run's.
 */
#ifndef FCGI_STORE_TOKENS_H
#define FCGI_STORE_TOKENS_H

#include "common/buf.h"
#include "common/token.h"
#include "fcgi/store/store.h"

#include <stdint.h>

#define TOKEN_NAME_MAX 64 /* bytes of the name that people give a token */

/*
 * Whether a token whose signature and times are right still counts. Of a worker's token it is noted that it
 * was used, at most once a minute. A worker's token must be in the list; a
 * user's must have the user's present role and generation (users.h); neither may be revoked.
 * ERR_TOKEN_REVOKED if it does not count.
 */
enum err tokens_check(struct store *store, const struct token_claims *claims) MUST_CHECK;

/*
 * Ends a token everywhere: it is revoked until `expires_at` (seconds), when it would have ended, and the
 * relays are told.
 */
enum err tokens_revoke(struct store *store, const char *id, int64_t expires_at) MUST_CHECK;

/*
 * Puts a worker's token into the list, so that it counts and can be revoked by its id, and tells the relays.
 * `name` tells people which of a node's tokens it is; NULL if it has none.
 */
enum err tokens_add(struct store *store, const struct token_claims *claims, const char *name) MUST_CHECK;

/*
 * Appends [{"id":…,"node_id":…,"name":…,"created_at":…,"expires_at":…,"last_used":…}, …], oldest first,
 * without those that have ended. `name` may be null, and `last_used` too, if the token was not used yet; it
 * may be up to a minute old.
 */
enum err tokens_list(struct store *store, struct buf *out) MUST_CHECK;

/* Revokes a worker's token and takes it off the list. ERR_NOT_FOUND: there is no token of that id. */
enum err tokens_remove(struct store *store, const char *id) MUST_CHECK;

#endif
