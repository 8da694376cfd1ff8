/*
 * The protocol. Section numbers are those of the JSON-RPC 2.0 specification. What a method does is unknown
 * here; a method is a row of methods.c.
 *
 * A result may be megabytes (a page of the log), so it is written right behind its name in the response, and
 * taken back if the method fails. A batch is answered in order, one call after the other: it is bounded by
 * the number of requests, by the length of all answers, and by the time that one call may wait for workers.
 */
#include "fcgi/rpc/rpc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ID_NUMBER_MAX 9007199254740991.0 /* 2^53 - 1: up to it a double holds every integer */

/* Section 5.1. */
enum {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL_ERROR = -32603,
	RPC_SERVER_ERROR = -32000, /* what it was stands in data.code, as in REST */
};

/* Section 5: an id that cannot be known is null. */
static void close_response(struct json_out *json, const struct json *id)
{
	if (id)
		json_put_value(json, "id", id);
	else
		json_put_null(json, "id");
	json_close(json, '}');
}

/* `err` is what REST would answer, and ERR_NONE for errors of the protocol itself. */
static void write_error(struct json_out *json, const struct json *id, int code, const char *message,
			enum err err)
{
	json_open(json, '{');
	json_put_text(json, "jsonrpc", "2.0");
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

/*
 * Section 4.2: params by position become an object, so that methods know only names. An unknown name is
 * refused, because a mistyped name must not be taken for a missing one, which may mean "all nodes".
 */
static enum err name_params(const struct rpc_method *method, const struct json *params, struct buf *out,
			    struct reason *why)
{
	struct json_out json = {.buf = out};
	size_t position = 0;

	json_open(&json, '{');
	for (const struct json *p = json_first(params); p; p = json_next(p)) {
		if (json_is_object(params)) {
			position = 0;
			while (method->params[position] && strcmp(method->params[position], json_key(p)) != 0)
				position++;
			if (!method->params[position])
				return reason_set(why, ERR_INVALID, "%s.%s has no param %.64s",
						  method->service, method->name, json_key(p));
		} else if (!method->params[position]) {
			return reason_set(why, ERR_INVALID, "%s.%s takes at most %zu params", method->service,
					  method->name, position);
		}
		json_put_value(&json, method->params[position++], p);
	}
	json_close(&json, '}');
	return ERR_NONE;
}

/* Checks the role and the params, and runs the method. */
static enum err run(const struct rpc_caller *caller, const struct rpc_method *method,
		    const struct json *params, struct buf *result, struct reason *why)
{
	struct rpc_call call = {.caller = caller, .store = caller->context->store, .why = why};
	struct buf text = {0};
	struct json *named = NULL;
	enum err err;

	if (!role_allows(caller->session->role, method->role))
		return reason_set(why, ERR_FORBIDDEN, "this needs the role %s", role_name(method->role));
	err = name_params(method, params, &text, why);
	if (err != ERR_NONE)
		goto out;
	err = json_parse(text.data, text.len, &named, why);
	if (err != ERR_NONE)
		goto out;
	call.params = named;
	err = method->read ? method->read(call.store, result) : method->run(&call, result);
out:
	json_free(named);
	buf_free(&text);
	return err;
}

/* A valid request. A notification, which has no id, is run and not answered (section 4.1). */
static void answer_request(const struct rpc_caller *caller, const struct json *request, struct json_out *out)
{
	const struct json *id = json_get(request, "id");
	const struct rpc_method *method = find_method(json_text(json_get(request, "method")));
	struct reason why = {.text = ""};
	struct json_out before = *out;
	size_t start = out->buf->len;
	enum err err;

	if (!method && id)
		write_error(out, id, RPC_METHOD_NOT_FOUND, "Method not found", ERR_NONE);
	if (!method)
		return;
	json_open(out, '{');
	json_put_text(out, "jsonrpc", "2.0");
	json_put_raw(out, "result", "", 0);
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

/* Section 4. An id comes back as it was, and a number only does while a double holds it exactly. */
static bool is_id(const struct json *id)
{
	return json_is_text(id) || json_is_null(id) ||
	       (json_is_number(id) && fabs(json_number(id)) <= ID_NUMBER_MAX);
}

static void answer_one(const struct rpc_caller *caller, const struct json *request, struct json_out *out)
{
	const struct json *id = json_get(request, "id"), *params = json_get(request, "params");
	const char *version = json_text(json_get(request, "jsonrpc"));
	bool is_request = version && strcmp(version, "2.0") == 0 &&
			  json_is_text(json_get(request, "method")) &&
			  (!params || json_is_array(params) || json_is_object(params)) && (!id || is_id(id));

	if (!is_request)
		write_error(out, is_id(id) ? id : NULL, RPC_INVALID_REQUEST, "Invalid Request", ERR_NONE);
	else if (id && out->buf->len > RPC_ANSWER_MAX)
		write_error(out, id, RPC_SERVER_ERROR,
			    "not done: the answers before it in the batch are too large already",
			    ERR_TOO_LARGE);
	else
		answer_request(caller, request, out);
}

/* Section 6: an empty batch is an invalid request, and a batch of notifications alone has no answer. */
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
