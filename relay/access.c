/* Decides by the token and a copy of what Redis says of tokens and users. Asks nobody, so it never waits. */
#include "relay/access.h"

#include "common/map.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

struct access {
	struct token_secret secret;
	struct map tokens;  /* ids of workers' tokens -> itself */
	struct map revoked; /* token id -> itself */
	struct map users;   /* name -> int64_t generation, its own memory */
	bool complete;
};

struct access *access_new(const struct token_secret *secret)
{
	struct access *access = mem_alloc(1, sizeof(*access));

	access->secret = *secret;
	return access;
}

void access_forget(struct access *access)
{
	size_t cursor = 0;
	const char *name;
	void *generation;

	while (map_next(&access->users, &cursor, &name, &generation))
		free(generation);
	map_free(&access->users);
	map_free(&access->revoked);
	map_free(&access->tokens);
	access->complete = false;
}

void access_free(struct access *access)
{
	if (!access)
		return;
	access_forget(access);
	explicit_bzero(&access->secret, sizeof(access->secret));
	free(access);
}

void access_add_token(struct access *access, const char *token_id)
{
	map_put(&access->tokens, token_id, access);
}

void access_revoke(struct access *access, const char *token_id)
{
	(void)map_remove(&access->tokens, token_id);
	map_put(&access->revoked, token_id, access);
}

void access_set_user(struct access *access, const char *name, int64_t generation)
{
	int64_t *known;

	if (generation == 0) {
		free(map_remove(&access->users, name));
		return;
	}
	known = map_get(&access->users, name);
	if (!known) {
		known = mem_alloc(1, sizeof(*known));
		map_put(&access->users, name, known);
	}
	*known = generation;
}

void access_complete(struct access *access)
{
	access->complete = true;
}

/* --- decisions ---------------------------------------------------------------------------------------- */

/* What has been said of the token since it was made. */
static const char *taken_back(const struct access *access, const struct token_claims *claims)
{
	const int64_t *generation;

	if (!access->complete)
		return NULL;
	if (map_get(&access->revoked, claims->id))
		return "token_revoked";
	if (claims->role == ROLE_WORKER)
		return map_get(&access->tokens, claims->id) ? NULL : "token_revoked";
	generation = map_get(&access->users, claims->subject);
	return generation && *generation == claims->generation ? NULL : "user_changed";
}

enum err access_admit(const struct access *access, const struct credentials *credentials, enum role needed,
		      int64_t now_ms, struct token_claims *out, struct reason *why)
{
	char token[TOKEN_MAX_LEN + 1];
	struct token_claims claims;
	bool by_cookie;
	enum err err = credentials_token(credentials, token, &by_cookie, why);

	if (err != ERR_NONE)
		return err;
	if (by_cookie && !credentials_same_origin(credentials))
		return reason_set(why, ERR_BAD_ORIGIN,
				  "a session cookie is accepted only from the dashboard's own origin");
	err = token_verify(&access->secret, token, now_ms / 1000, &claims);
	if (err == ERR_TOKEN_EXPIRED)
		return reason_set(why, err, "the token has expired");
	if (err != ERR_NONE)
		return reason_set(why, err, "the token is not valid here");
	if (!role_allows(claims.role, needed))
		return reason_set(why, ERR_FORBIDDEN, "this needs the role %s, the token has %s",
				  role_name(needed), role_name(claims.role));
	if (!access->complete)
		return reason_set(why, ERR_BACKEND_AWAY,
				  "Redis is away, so the token cannot be checked; try again");
	if (taken_back(access, &claims))
		return reason_set(why, ERR_TOKEN_REVOKED, "the token has been revoked");
	*out = claims;
	return ERR_NONE;
}

const char *access_ended(const struct access *access, const struct token_claims *claims, int64_t now_ms)
{
	if (claims->expires_at <= now_ms / 1000)
		return "token_expired";
	return taken_back(access, claims);
}
