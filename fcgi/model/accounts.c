/* Accounts and tokens: what is allowed, and in which words it is refused. */
#include "fcgi/model/accounts.h"

#include "common/clock.h"
#include "fcgi/model/password.h"
#include "fcgi/store/tokens.h"
#include "fcgi/store/users.h"

#include <string.h>

static enum err read_role(const char *name, enum role *role, struct reason *why)
{
	if (role_parse(name, role) != ERR_NONE || !role_allows(*role, ROLE_VIEWER))
		return reason_set(why, ERR_INVALID, "role must be viewer, operator or admin");
	return ERR_NONE;
}

static enum err check_name(const char *name, struct reason *why)
{
	if (!id_is_node(name))
		return reason_set(why, ERR_INVALID,
				  "a user name has 1 to %d letters, digits, dots, dashes and underscores and "
				  "begins with a letter or digit",
				  ID_NODE_MAX);
	return ERR_NONE;
}

static enum err hash_of(const char *password, char hash[USER_HASH_SIZE], struct reason *why)
{
	enum err err = password_check(password, why);

	if (err == ERR_NONE && password_hash(password, hash) != ERR_NONE)
		err = reason_set(why, ERR_INTERNAL, "the password cannot be hashed");
	return err;
}

enum err accounts_add_user(struct store *store, const char *name, const char *password, const char *role,
			   struct reason *why)
{
	char hash[USER_HASH_SIZE];
	enum role held = ROLE_NONE;
	enum err err = check_name(name, why);

	if (err == ERR_NONE)
		err = read_role(role, &held, why);
	if (err == ERR_NONE)
		err = hash_of(password, hash, why);
	if (err == ERR_NONE)
		err = users_add(store, name, hash, held);
	if (err == ERR_CONFLICT)
		return reason_set(why, err, "there is already a user %s", name);
	return err;
}

static enum err judge_change(enum err err, const char *name, struct reason *why)
{
	if (err == ERR_UNKNOWN_USER)
		return reason_set(why, err, "there is no user %.64s", name);
	if (err == ERR_CONFLICT)
		return reason_set(why, err, "%s is the last admin", name);
	return err;
}

enum err accounts_change_user(struct store *store, const char *name, const char *password, const char *role,
			      struct reason *why)
{
	char hash[USER_HASH_SIZE];
	enum role held = ROLE_NONE;
	enum err err = role ? read_role(role, &held, why) : ERR_NONE;

	if (err == ERR_NONE && password)
		err = hash_of(password, hash, why);
	if (err != ERR_NONE)
		return err;
	return judge_change(users_change(store, name, password ? hash : NULL, held), name, why);
}

enum err accounts_remove_user(struct store *store, const char *name, struct reason *why)
{
	return judge_change(users_remove(store, name), name, why);
}

enum err accounts_create_token(struct store *store, const struct token_secret *secret, const char *node,
			       int64_t ttl_s, struct token_claims *claims, struct buf *token,
			       struct reason *why)
{
	int64_t now = clock_now_ms() / 1000;
	enum err err;

	if (!id_is_node(node))
		return reason_set(why, ERR_INVALID,
				  "a node id has 1 to %d letters, digits, dots, dashes and underscores and "
				  "begins with a letter or digit",
				  ID_NODE_MAX);
	*claims = (struct token_claims){.role = ROLE_WORKER, .issued_at = now, .expires_at = now + ttl_s};
	memcpy(claims->subject, node, strlen(node) + 1);
	id_random(claims->id);
	err = tokens_add(store, claims);
	if (err == ERR_NONE)
		token_sign(secret, claims, token);
	return err;
}

enum err accounts_revoke_token(struct store *store, const char *id, struct reason *why)
{
	enum err err = tokens_remove(store, id);

	return err == ERR_NOT_FOUND ? reason_set(why, err, "there is no token %.64s", id) : err;
}
