/*
 * /api/admin and the audit: accounts, workers' tokens, the removal of nodes, and the record of who did what.
 * What an account or a token must be is decided in model/accounts.c, which the command `p2pdash` shares.
 *
 * Everything that changes something is written to the audit, after it was done (model/audits.h). A list is
 * written straight into the response: if reading it fails, the dispatcher drops what was written.
 */
#include "fcgi/api/body.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/accounts.h"
#include "fcgi/model/audits.h"
#include "fcgi/model/password.h"
#include "fcgi/store/audit.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/tokens.h"
#include "fcgi/store/users.h"

#include <stdint.h>

#define AUDIT_DEFAULT 100
#define AUDIT_MAX     1000

enum err api_users(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};
	enum err err;

	json_open(&json, '{');
	json_put_raw(&json, "users", "", 0);
	err = users_list(call->context->store, json.buf);
	json_close(&json, '}');
	return err;
}

enum err api_add_user(struct call *call)
{
	const char *name = NULL, *password = NULL, *role = NULL;
	enum err err = json_need_text(call->body, "", "username", ID_NODE_MAX, &name, call->why);

	if (err != ERR_NONE)
		return err;
	err = json_need_text(call->body, "", "password", PASSWORD_MAX, &password, call->why);
	if (err != ERR_NONE)
		return err;
	err = json_need_text(call->body, "", "role", ID_NODE_MAX, &role, call->why);
	if (err != ERR_NONE)
		return err;
	err = accounts_add_user(call->context->store, name, password, role, call->why);
	if (err != ERR_NONE)
		return err;
	audits_write_call(call, "user.add", NULL, name);
	call->response->status = 201;
	body_write_success(call);
	return ERR_NONE;
}

enum err api_change_user(struct call *call)
{
	const char *password = NULL, *role = NULL;
	enum err err = json_optional_text(call->body, "", "password", PASSWORD_MAX, &password, call->why);

	if (err != ERR_NONE)
		return err;
	err = json_optional_text(call->body, "", "role", ID_NODE_MAX, &role, call->why);
	if (err != ERR_NONE)
		return err;
	if (!password && !role)
		return reason_set(call->why, ERR_INVALID, "password or role must be given");
	err = accounts_change_user(call->context->store, call->parameter, password, role, call->why);
	if (err != ERR_NONE)
		return err;
	audits_write_call(call, password ? "user.password" : "user.role", NULL, call->parameter);
	body_write_success(call);
	return ERR_NONE;
}

enum err api_remove_user(struct call *call)
{
	enum err err = accounts_remove_user(call->context->store, call->parameter, call->why);

	if (err != ERR_NONE)
		return err;
	audits_write_call(call, "user.remove", NULL, call->parameter);
	body_write_success(call);
	return ERR_NONE;
}

enum err api_tokens(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};
	enum err err;

	json_open(&json, '{');
	json_put_raw(&json, "tokens", "", 0);
	err = tokens_list(call->context->store, json.buf);
	json_close(&json, '}');
	return err;
}

enum err api_create_token(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};
	int64_t ttl_s = ACCOUNTS_TOKEN_TTL_S;
	const char *node = NULL, *name = NULL;
	struct accounts_token token = {.text = {0}};
	enum err err = json_need_text(call->body, "", "node_id", ID_NODE_MAX, &node, call->why);

	if (err != ERR_NONE)
		return err;
	err = json_optional_text(call->body, "", "name", TOKEN_NAME_MAX, &name, call->why);
	if (err != ERR_NONE)
		return err;
	err = json_optional_integer(call->body, "", "ttl", ACCOUNTS_TOKEN_TTL_MIN_S, ACCOUNTS_TOKEN_TTL_MAX_S,
				    &ttl_s, call->why);
	if (err != ERR_NONE)
		return err;
	err = accounts_create_token(
		call->context->store, call->context->secret,
		&(struct accounts_token_options){.node = node, .name = name, .ttl_s = ttl_s}, &token,
		call->why);
	if (err != ERR_NONE)
		goto out;
	audits_write_call(call, "token.create", node, token.claims.id);
	/* This is the only time that the token is shown: the store keeps its id and no more. */
	call->response->status = 201;
	json_open(&json, '{');
	json_put_bool(&json, "success", true);
	json_put_text(&json, "id", token.claims.id);
	json_put_text(&json, "node_id", token.claims.subject);
	json_put_text(&json, "token", token.text.data);
	json_put_time(&json, "expires_at", token.claims.expires_at * 1000);
	json_close(&json, '}');
out:
	buf_free(&token.text);
	return err;
}

enum err api_revoke_token(struct call *call)
{
	enum err err = accounts_revoke_token(call->context->store, call->parameter, call->why);

	if (err != ERR_NONE)
		return err;
	audits_write_call(call, "token.revoke", NULL, call->parameter);
	body_write_success(call);
	return ERR_NONE;
}

enum err api_remove_node(struct call *call)
{
	bool removed = false;
	enum err err = ERR_NONE;

	if (id_is_node(call->parameter))
		err = nodes_remove(call->context->store, call->parameter, INT64_MAX, &removed);
	if (err != ERR_NONE)
		return err;
	if (!removed)
		return reason_set(call->why, ERR_UNKNOWN_NODE, "there is no node %.64s", call->parameter);
	audits_write_call(call, "node.remove", call->parameter, NULL);
	body_write_success(call);
	return ERR_NONE;
}

enum err api_audit(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};
	int64_t limit = AUDIT_DEFAULT;
	enum err err = query_integer(call->query, "limit", 1, AUDIT_MAX, &limit, call->why);

	if (err != ERR_NONE)
		return err;
	json_open(&json, '{');
	json_put_raw(&json, "audit", "", 0);
	err = audit_list(call->context->store, limit, json.buf);
	json_close(&json, '}');
	return err;
}
