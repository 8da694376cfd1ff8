/*
 * Judges a request in this order: the path and the mode, the method, the upgrade, then the token. So somebody
 * without a token learns which paths there are, which is in the documentation anyway, and nothing else.
 */
#include "relay/endpoint.h"

#include "common/json.h"

#include <string.h>

static const struct endpoint *find(const struct endpoint_table *table, const struct connect_request *request)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct endpoint *row = &table->rows[i];

		if (strcmp(row->path, request->path) == 0 &&
		    (!row->mode || strcmp(row->mode, request->mode) == 0))
			return row;
	}
	return NULL;
}

enum err endpoint_admit(const struct endpoint_table *table, const struct connect_request *request,
			int64_t now_ms, const struct endpoint **endpoint, struct token_claims *claims,
			struct reason *why)
{
	const struct credentials credentials = {.authorization = request->authorization,
						.cookie = request->cookie,
						.origin = request->origin,
						.host = request->host};
	const struct endpoint *found = find(table, request);
	enum err err;

	if (!found)
		return reason_set(why, ERR_NOT_FOUND, "there is nothing at %.100s", request->path);
	if (!request->is_get)
		return reason_set(why, ERR_METHOD_NOT_ALLOWED, "%s is for GET", found->path);
	if (found->kind == ENDPOINT_WEBSOCKET && strcasecmp(request->upgrade, "websocket") != 0)
		return reason_set(why, ERR_MALFORMED,
				  "%s is a WebSocket: the request has to ask for the upgrade", found->path);
	if (found->kind == ENDPOINT_EVENTS && *request->upgrade)
		return reason_set(why, ERR_MALFORMED, "%s is an event stream: it needs no upgrade",
				  found->path);
	err = access_admit(table->access, &credentials, found->role, now_ms, claims, why);
	if (err != ERR_NONE)
		return err;
	*endpoint = found;
	return ERR_NONE;
}

const struct http_header *endpoint_refusal_header(enum err err)
{
	static const struct http_header ALLOW = {"allow:", "GET"}, RETRY_AFTER = {"retry-after:", "1"},
					AUTHENTICATE = {"www-authenticate:", "Bearer"};

	switch (err_status(err)) {
	case 401:
		return &AUTHENTICATE;
	case 405:
		return &ALLOW;
	case 503:
		return &RETRY_AFTER;
	default:
		return NULL;
	}
}

void endpoint_write_refusal(struct buf *out, enum err err, const struct reason *why)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_bool(&json, "success", false);
	json_put_text(&json, "error", why->text);
	json_put_text(&json, "code", err_code(err));
	json_close(&json, '}');
}
