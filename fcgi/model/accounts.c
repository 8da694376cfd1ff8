/*
 * Accounts and tokens: what is allowed, and in which words the rest is refused. The route's role has decided
 * before who may ask for it (on the command line, the access to Redis). What is kept of an
 * account is known in store/users and store/tokens.
 */
#include "fcgi/model/accounts.h"

#include "common/clock.h"
#include "common/text.h"
#include "fcgi/model/password.h"
#include "fcgi/store/tokens.h"
#include "fcgi/store/users.h"

#include <string.h>

/* Nodes and users have names of the same form. */
#define NAME_RULE \
	"has 1 to %d letters, digits, dots, dashes and underscores and begins with a letter or digit"

/* A user's role; ROLE_WORKER is for tokens of workers alone. */
static enum err read_role(const char *name, enum role *role, struct reason *why)
{
	if (role_parse(name, role) != ERR_NONE || !role_allows(*role, ROLE_VIEWER))
		return reason_set(why, ERR_INVALID, "role must be viewer, operator or admin");
	return ERR_NONE;
}

static enum err hash_password(const char *password, char hash[USER_HASH_SIZE], struct reason *why)
{
	enum err err = password_check(password, why);

	if (err != ERR_NONE)
		return err;
	if (password_hash(password, hash) != ERR_NONE)
		return reason_set(why, ERR_INTERNAL, "the password cannot be hashed");
	return ERR_NONE;
}

enum err accounts_add_user(struct store *store, const char *name, const char *password, const char *role,
			   struct reason *why)
{
	char hash[USER_HASH_SIZE];
	enum role held = ROLE_NONE;
	enum err err;

	if (!id_is_node(name))
		return reason_set(why, ERR_INVALID, "a user name " NAME_RULE, ID_NODE_MAX);
	err = read_role(role, &held, why);
	if (err != ERR_NONE)
		return err;
	err = hash_password(password, hash, why);
	if (err != ERR_NONE)
		return err;
	err = users_add(store, name, hash, held);
	if (err == ERR_CONFLICT)
		return reason_set(why, err, "there is already a user %s", name);
	return err;
}

/* Words for what changing and removing a user have in common. */
static enum err explain_change(enum err err, const char *name, struct reason *why)
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

	if (err != ERR_NONE)
		return err;
	err = password ? hash_password(password, hash, why) : ERR_NONE;
	if (err != ERR_NONE)
		return err;
	err = users_change(store, name, password ? hash : NULL, held);
	return explain_change(err, name, why);
}

enum err accounts_change_password(struct store *store, struct user *user, const char *password,
				  struct reason *why)
{
	char hash[USER_HASH_SIZE];
	enum err err = hash_password(password, hash, why);

	if (err != ERR_NONE)
		return err;
	err = users_change_password(store, user, hash);
	if (err == ERR_CONFLICT || err == ERR_UNKNOWN_USER)
		return reason_set(why, ERR_TOKEN_REVOKED, "somebody has changed this user meanwhile");
	return err;
}

enum err accounts_remove_user(struct store *store, const char *name, struct reason *why)
{
	return explain_change(users_remove(store, name), name, why);
}

/* Valid UTF-8 without control characters: it is stored as it stands, so its length stays what was checked. */
static bool is_one_line(const char *text)
{
	size_t left = strlen(text), len;

	for (const char *at = text; left; at += len, left -= len) {
		len = text_utf8_len(at, left);
		if (!len || (unsigned char)*at < ' ' || *at == 0x7f)
			return false;
	}
	return true;
}

enum err accounts_create_token(struct store *store, const struct token_secret *secret,
			       const struct accounts_token_options *options, struct accounts_token *out,
			       struct reason *why)
{
	int64_t now = clock_now_ms() / 1000;
	struct token_claims claims = {
		.role = ROLE_WORKER, .issued_at = now, .expires_at = now + options->ttl_s};
	enum err err;

	if (!id_is_node(options->node))
		return reason_set(why, ERR_INVALID, "a node id " NAME_RULE, ID_NODE_MAX);
	if (options->name && (strlen(options->name) > TOKEN_NAME_MAX || !is_one_line(options->name)))
		return reason_set(why, ERR_INVALID,
				  "a token's name has at most %d bytes of UTF-8, on one line",
				  TOKEN_NAME_MAX);
	memcpy(claims.subject, options->node, strlen(options->node) + 1);
	id_random(claims.id);
	err = tokens_add(store, &claims, options->name && *options->name ? options->name : NULL);
	if (err != ERR_NONE)
		return err;
	*out = (struct accounts_token){.claims = claims};
	token_sign(secret, &claims, &out->text);
	return ERR_NONE;
}

enum err accounts_revoke_token(struct store *store, const char *id, struct reason *why)
{
	enum err err = tokens_remove(store, id);

	if (err == ERR_NOT_FOUND)
		return reason_set(why, err, "there is no token %.64s", id);
	return err;
}
