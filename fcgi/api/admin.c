/* /api/admin and the audit: accounts, workers' tokens, nodes, and who did what. */
#include "fcgi/api/routes.h"
#include "fcgi/model/accounts.h"
#include "fcgi/model/audits.h"
#include "fcgi/model/password.h"
#include "fcgi/store/audit.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/tokens.h"
#include "fcgi/store/users.h"

#include <stdint.h>
#include <string.h>

#define AUDIT_DEFAULT 100
#define AUDIT_MAX     1000

static void write_list(struct call *call, const char *key, const struct buf *list)
{
	struct json_out json = {.buf = &call->response->body};

	json_open(&json, '{');
	json_put_raw(&json, key, list->data, list->len);
	json_close(&json, '}');
}

static void write_success(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};

	json_open(&json, '{');
	json_put_bool(&json, "success", true);
	json_close(&json, '}');
}

enum err api_users(struct call *call)
{
	struct buf users = {0};
	enum err err = users_list(call->context->store, &users);

	if (err == ERR_NONE)
		write_list(call, "users", &users);
	buf_free(&users);
	return err;
}

enum err api_add_user(struct call *call)
{
	const char *name = NULL, *password = NULL, *role = NULL;
	enum err err = json_need_text(call->body, "", "username", ID_NODE_MAX, &name, call->why);

	if (err == ERR_NONE)
		err = json_need_text(call->body, "", "password", PASSWORD_MAX, &password, call->why);
	if (err == ERR_NONE)
		err = json_need_text(call->body, "", "role", ID_NODE_MAX, &role, call->why);
	if (err == ERR_NONE)
		err = accounts_add_user(call->context->store, name, password, role, call->why);
	if (err == ERR_NONE)
		err = audits_note(call, "user.add", NULL, name);
	if (err != ERR_NONE)
		return err;
	call->response->status = 201;
	write_success(call);
	return ERR_NONE;
}

enum err api_change_user(struct call *call)
{
	const char *password = NULL, *role = NULL;
	enum err err = json_optional_text(call->body, "", "password", PASSWORD_MAX, &password, call->why);

	if (err == ERR_NONE)
		err = json_optional_text(call->body, "", "role", ID_NODE_MAX, &role, call->why);
	if (err == ERR_NONE && !password && !role)
		err = reason_set(call->why, ERR_INVALID, "password or role must be given");
	if (err == ERR_NONE)
		err = accounts_change_user(call->context->store, call->parameter, password, role, call->why);
	if (err == ERR_NONE)
		err = audits_note(call, password ? "user.password" : "user.role", NULL, call->parameter);
	if (err == ERR_NONE)
		write_success(call);
	return err;
}

enum err api_remove_user(struct call *call)
{
	enum err err = accounts_remove_user(call->context->store, call->parameter, call->why);

	if (err == ERR_NONE)
		err = audits_note(call, "user.remove", NULL, call->parameter);
	if (err == ERR_NONE)
		write_success(call);
	return err;
}

enum err api_tokens(struct call *call)
{
	struct buf tokens = {0};
	enum err err = tokens_list(call->context->store, &tokens);

	if (err == ERR_NONE)
		write_list(call, "tokens", &tokens);
	buf_free(&tokens);
	return err;
}

static void write_token(struct call *call, const struct token_claims *claims, const struct buf *token)
{
	struct json_out json = {.buf = &call->response->body};

	call->response->status = 201;
	json_open(&json, '{');
	json_put_bool(&json, "success", true);
	json_put_text(&json, "id", claims->id);
	json_put_text(&json, "node_id", claims->subject);
	json_put_text(&json, "token", token->data);
	json_put_time(&json, "expires_at", claims->expires_at * 1000);
	json_close(&json, '}');
}

enum err api_create_token(struct call *call)
{
	int64_t ttl_s = ACCOUNTS_TOKEN_TTL_S;
	const char *node = NULL;
	struct token_claims claims;
	struct buf token = {0};
	enum err err = json_need_text(call->body, "", "node_id", ID_NODE_MAX, &node, call->why);

	if (err == ERR_NONE)
		err = json_optional_integer(call->body, "", "ttl", ACCOUNTS_TOKEN_TTL_MIN_S,
					    ACCOUNTS_TOKEN_TTL_MAX_S, &ttl_s, call->why);
	if (err == ERR_NONE)
		err = accounts_create_token(call->context->store, call->context->secret, node, ttl_s, &claims,
					    &token, call->why);
	if (err == ERR_NONE)
		err = audits_note(call, "token.create", node, claims.id);
	if (err == ERR_NONE)
		write_token(call, &claims, &token);
	buf_free(&token);
	return err;
}

enum err api_revoke_token(struct call *call)
{
	enum err err = accounts_revoke_token(call->context->store, call->parameter, call->why);

	if (err == ERR_NONE)
		err = audits_note(call, "token.revoke", NULL, call->parameter);
	if (err == ERR_NONE)
		write_success(call);
	return err;
}

enum err api_remove_node(struct call *call)
{
	bool removed = false;
	enum err err = ERR_NONE;

	if (id_is_node(call->parameter))
		err = nodes_remove(call->context->store, call->parameter, INT64_MAX, &removed);
	if (err == ERR_NONE && !removed)
		err = reason_set(call->why, ERR_UNKNOWN_NODE, "there is no node %.64s", call->parameter);
	if (err == ERR_NONE)
		err = audits_note(call, "node.remove", call->parameter, NULL);
	if (err == ERR_NONE)
		write_success(call);
	return err;
}

enum err api_audit(struct call *call)
{
	int64_t limit = AUDIT_DEFAULT;
	struct buf entries = {0};
	enum err err = query_integer(call->query, "limit", 1, AUDIT_MAX, &limit, call->why);

	if (err == ERR_NONE)
		err = audit_list(call->context->store, limit, &entries);
	if (err == ERR_NONE)
		write_list(call, "audit", &entries);
	buf_free(&entries);
	return err;
}
