/* Managing accounts and workers' tokens: the same checks and sentences for the API and the command line. */
#ifndef FCGI_MODEL_ACCOUNTS_H
#define FCGI_MODEL_ACCOUNTS_H

#include "common/token.h"
#include "fcgi/store/store.h"

#include <stdint.h>

#define ACCOUNTS_TOKEN_TTL_S	 31536000 /* a worker's token, unless told otherwise */
#define ACCOUNTS_TOKEN_TTL_MIN_S 60
#define ACCOUNTS_TOKEN_TTL_MAX_S 315360000

/* ERR_INVALID, ERR_CONFLICT, ERR_UNKNOWN_USER with a sentence, or the store's failure. */
enum err accounts_add_user(struct store *store, const char *name, const char *password, const char *role,
			   struct reason *why) MUST_CHECK;

/* `password` or `role` NULL: it stays. The user's sessions end. */
enum err accounts_change_user(struct store *store, const char *name, const char *password, const char *role,
			      struct reason *why) MUST_CHECK;
enum err accounts_remove_user(struct store *store, const char *name, struct reason *why) MUST_CHECK;

/* A new token for a worker, appended to *token, and listed. */
enum err accounts_create_token(struct store *store, const struct token_secret *secret, const char *node,
			       int64_t ttl_s, struct token_claims *claims, struct buf *token,
			       struct reason *why) MUST_CHECK;
enum err accounts_revoke_token(struct store *store, const char *id, struct reason *why) MUST_CHECK;

#endif
