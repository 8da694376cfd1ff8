/*
 * Managing accounts and workers' tokens: the same checks and the same sentences for the API and for the
 * command line.
 */
#ifndef FCGI_MODEL_ACCOUNTS_H
#define FCGI_MODEL_ACCOUNTS_H

#include "common/token.h"
#include "fcgi/store/store.h"
#include "fcgi/store/users.h"

#include <stdint.h>

#define ACCOUNTS_TOKEN_TTL_S	 31536000 /* of a worker's token, unless told otherwise: a year */
#define ACCOUNTS_TOKEN_TTL_MIN_S 60
#define ACCOUNTS_TOKEN_TTL_MAX_S 315360000 /* ten years */

/*
 * A new user. The name is an id as of common/id.h, the password within the bounds of password.h, the role
 * "viewer", "operator" or "admin". ERR_INVALID or ERR_CONFLICT with a sentence, or the store's failure.
 */
enum err accounts_add_user(struct store *store, const char *name, const char *password, const char *role,
			   struct reason *why) MUST_CHECK;

/*
 * Gives the user another password or role; what is NULL stays as it is. The user's sessions end. ERR_INVALID,
 * ERR_UNKNOWN_USER, ERR_CONFLICT (nobody would be an admin any more) with a sentence, or the store's failure.
 */
enum err accounts_change_user(struct store *store, const char *name, const char *password, const char *role,
			      struct reason *why) MUST_CHECK;

/*
 * Gives the user, whose old password was checked, a new one. All of the user's sessions end; user->generation
 * is the one that a new session needs. ERR_INVALID with a sentence; ERR_TOKEN_REVOKED if the user was changed
 * meanwhile; or the store's failure.
 */
enum err accounts_change_password(struct store *store, struct user *user, const char *password,
				  struct reason *why) MUST_CHECK;

/* ERR_UNKNOWN_USER or ERR_CONFLICT (the last admin) with a sentence, or the store's failure. */
enum err accounts_remove_user(struct store *store, const char *name, struct reason *why) MUST_CHECK;

struct accounts_token_options {
	const char *node;
	const char *name; /* what people call the token, at most TOKEN_NAME_MAX bytes; NULL or "": nothing */
	int64_t ttl_s;	  /* checked by the caller, who has its own words for the range */
};

struct accounts_token {
	struct token_claims claims;
	struct buf text; /* the signed token, a secret; the caller frees it */
};

/*
 * Makes a token with which a worker may speak for one node, and lists it, so that it counts and can be
 * revoked. The node need not be known yet. ERR_INVALID with a sentence, or the store's failure; *out holds
 * nothing to free then.
 */
enum err accounts_create_token(struct store *store, const struct token_secret *secret,
			       const struct accounts_token_options *options, struct accounts_token *out,
			       struct reason *why) MUST_CHECK;

/* Revokes a worker's token by its id (jti). ERR_NOT_FOUND with a sentence, or the store's failure. */
enum err accounts_revoke_token(struct store *store, const char *id, struct reason *why) MUST_CHECK;

#endif
