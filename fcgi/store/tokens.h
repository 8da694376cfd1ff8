/* Which tokens count: the workers' own list, what was revoked, and the users' generations. */
#ifndef FCGI_STORE_TOKENS_H
#define FCGI_STORE_TOKENS_H

#include "common/buf.h"
#include "common/token.h"
#include "fcgi/store/store.h"

#include <stdint.h>

/*
 * Whether a token whose signature and times are right still counts: not revoked, and its user is as it was
 * when the token was made, or its node's token is still listed. ERR_TOKEN_REVOKED if not.
 */
enum err tokens_check(struct store *store, const struct token_claims *claims) MUST_CHECK;

/* The token ends everywhere. */
enum err tokens_revoke(struct store *store, const char *id, int64_t expires_at) MUST_CHECK;

/* A worker's token is listed, so that it counts and can be revoked by its id. */
enum err tokens_add(struct store *store, const struct token_claims *claims) MUST_CHECK;

/* Appends [{"id":…,"node_id":…,"created_at":…,"expires_at":…}, …], oldest first; ended ones are dropped. */
enum err tokens_list(struct store *store, struct buf *out) MUST_CHECK;

/* Revokes a worker's token and takes it off the list. ERR_NOT_FOUND if there is none of that id. */
enum err tokens_remove(struct store *store, const char *id) MUST_CHECK;

#endif
