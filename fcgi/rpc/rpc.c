/* The protocol. Section numbers are those of the JSON-RPC 2.0 specification. */
#include "fcgi/rpc/rpc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ID_NUMBER_MAX 9007199254740991.0

/* Section 5.1. */
enum {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL_ERROR = -32603,
	RPC_SERVER_ERROR = -32000, /* what it was stands in data.code, as in REST */
};

static void open_response(struct json_out *json)
{
	json_open(json, '{');
	json_put_text(json, "jsonrpc", "2.0");
}

/* Section 5: an id that cannot be known is null. */
static void close_response(struct json_out *json, const struct json *id)
{
	if (id)
		json_put_value(json, "id", id);
	else
		json_put_null(json, "id");
	json_close(json, '}');
}

static void write_error(struct json_out *json, const struct json *id, int code, const char *message,
			enum err err)
{
	open_response(json);
	json_open_member(json, "error", '{');
	json_put_integer(json, "code", code);
	json_put_text(json, "message", message);
	if (err != ERR_NONE) {
		json_open_member(json, "data", '{');
		json_put_text(json, "code", err_code(err));
		json_put_integer(json, "status", err_status(err));
		json_close(json, '}');
	}
	json_close(json, '}');
	close_response(json, id);
}

static int code_of(enum err err)
{
	switch (err) {
	case ERR_INVALID:
		return RPC_INVALID_PARAMS;
	case ERR_INTERNAL:
	case ERR_SYSTEM:
		return RPC_INTERNAL_ERROR;
	default:
		return RPC_SERVER_ERROR;
	}
}

/* SAMPLE metrics_dashboard.get_metrics_history , metrics_dashboard/get_metrics_history */
static const struct rpc_method *find_method(const char *name)
{
	for (size_t i = 0; i < RPC_METHODS_COUNT; i++) {
		const struct rpc_method *method = &RPC_METHODS[i];
		size_t len = strlen(method->service);

		if (strncmp(name, method->service, len) == 0 && (name[len] == '.' || name[len] == '/') &&
		    strcmp(name + len + 1, method->name) == 0)
			return method;
	}
	return NULL;
}

/* A name that is mistyped must not be taken for one that is left out: that may mean "all of them". */
static enum err check_names(const struct rpc_method *method, const struct json *params, struct reason *why)
{
	for (const struct json *p = json_first(params); p; p = json_next(p)) {
		size_t i = 0;

		while (method->params[i] && strcmp(method->params[i], json_key(p)) != 0)
			i++;
		if (!method->params[i])
			return reason_set(why, ERR_INVALID, "%s.%s has no param %.64s", method->service,
					  method->name, json_key(p));
	}
	return ERR_NONE;
}

/* Section 4.2: params by position become an object, so that methods know only names. */
static enum err name_params(const struct rpc_method *method, const struct json *params, struct buf *out,
			    struct reason *why)
{
	struct json_out json = {.buf = out};
	size_t position = 0;

	if (json_is_object(params)) {
		json_write(out, params);
		return check_names(method, params, why);
	}
	json_open(&json, '{');
	for (const struct json *p = json_first(params); p; p = json_next(p)) {
		if (!method->params[position])
			return reason_set(why, ERR_INVALID, "%s.%s takes at most %zu params", method->service,
					  method->name, position);
		json_put_value(&json, method->params[position++], p);
	}
	json_close(&json, '}');
	return ERR_NONE;
}

static enum err run(const struct rpc_caller *caller, const struct rpc_method *method,
		    const struct json *params, struct buf *result, struct reason *why)
{
	struct buf text = {0};
	struct json *named = NULL;
	enum err err;

	if (!role_allows(caller->session->role, method->role))
		return reason_set(why, ERR_FORBIDDEN, "this needs the role %s", role_name(method->role));
	err = name_params(method, params, &text, why);
	if (err == ERR_NONE)
		err = json_parse(text.data, text.len, &named, why);
	if (err == ERR_NONE)
		err = method->run(&(struct rpc_call){caller, named, why}, result);
	json_free(named);
	buf_free(&text);
	return err;
}

/* A valid request; a notification (no id) is run and not answered (section 4.1). */
static void call(const struct rpc_caller *caller, const struct json *request, struct json_out *out)
{
	const struct json *id = json_get(request, "id");
	const char *name = json_text(json_get(request, "method"));
	const struct rpc_method *method = find_method(name);
	struct reason why = {.text = ""};
	struct json_out before = *out;
	size_t start = out->buf->len;
	enum err err;

	if (!method) {
		if (id)
			write_error(out, id, RPC_METHOD_NOT_FOUND, "Method not found", ERR_NONE);
		return;
	}
	open_response(out);
	json_put_raw(out, "result", "", 0); /* it may be large: it goes right behind its name */
	err = run(caller, method, json_get(request, "params"), out->buf, &why);
	if (id && err == ERR_NONE) {
		close_response(out, id);
		return;
	}
	buf_truncate(out->buf, start);
	*out = before;
	if (id)
		write_error(out, id, code_of(err), *why.text ? why.text : err_code(err), err);
}

/* A number comes back as it was only as long as a double holds it exactly. */
static bool is_id(const struct json *id)
{
	return json_is_text(id) || json_is_null(id) ||
	       (json_is_number(id) && fabs(json_number(id)) <= ID_NUMBER_MAX);
}

static bool is_request(const struct json *request)
{
	const struct json *id = json_get(request, "id"), *params = json_get(request, "params");
	const char *version = json_text(json_get(request, "jsonrpc"));

	return version && strcmp(version, "2.0") == 0 && json_is_text(json_get(request, "method")) &&
	       (!params || json_is_array(params) || json_is_object(params)) && (!id || is_id(id));
}

static void answer_one(const struct rpc_caller *caller, const struct json *request, struct json_out *out)
{
	const struct json *id = json_get(request, "id");

	if (!is_request(request))
		write_error(out, is_id(id) ? id : NULL, RPC_INVALID_REQUEST, "Invalid Request", ERR_NONE);
	else if (id && out->buf->len > RPC_ANSWER_MAX)
		write_error(out, id, RPC_SERVER_ERROR,
			    "not done: the answers before it in the batch are too large already",
			    ERR_TOO_LARGE);
	else
		call(caller, request, out);
}

/* Section 6: an empty batch is an invalid request, one of notifications alone has no answer. */
static void answer_batch(const struct rpc_caller *caller, const struct json *batch, struct buf *out)
{
	struct json_out json = {.buf = out};
	size_t count = json_count(batch), start = out->len;

	if (!count || count > RPC_BATCH_MAX) {
		write_error(&json, NULL, RPC_INVALID_REQUEST,
			    count ? "Invalid Request: the batch is too long" : "Invalid Request", ERR_NONE);
		return;
	}
	json_open(&json, '[');
	for (const struct json *request = json_first(batch); request; request = json_next(request))
		answer_one(caller, request, &json);
	json_close(&json, ']');
	if (out->len == start + strlen("[]"))
		buf_truncate(out, start);
}

void rpc_answer(const struct rpc_caller *caller, const char *text, size_t len, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct json *body = NULL;
	struct reason why = {.text = ""};
	char message[300];

	if (json_parse(text, len, &body, &why) != ERR_NONE) {
		(void)snprintf(message, sizeof(message), "Parse error: %s", why.text);
		write_error(&json, NULL, RPC_PARSE_ERROR, message, ERR_NONE);
		return;
	}
	if (json_is_array(body))
		answer_batch(caller, body, out);
	else
		answer_one(caller, body, &json);
	json_free(body);
}
