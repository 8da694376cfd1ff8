/*
 * Dispatch: path, pool, token, role, origin, body, handler, in this order. Each step refuses the request or
 * lets the next one look at it, so a handler that is missing a check cannot be called without it.
 *
 * The order is a decision. The path comes before the token, because which paths exist is no secret and a
 * wrong path is easier to find when it is called so. The token comes before the body: a client without the
 * right to call cannot make us unpack and parse a body. The origin is asked for where a browser may have sent
 * the cookie by itself and the method changes something (docs/architecture/api.md); a page of another site
 * cannot forge that header.
 *
 * What a route needs stands in its row (api/routes.c) and nowhere else. An error is an `enum err`: its status
 * and code come from the table in common/err.c, its sentence from the code that noticed it, or from
 * sentence_of.
 */
#include "fcgi/http/route.h"

#include "common/limits.h"
#include "common/log.h"
#include "common/role.h"
#include "fcgi/http/auth.h"
#include "fcgi/http/gunzip.h"

#include <string.h>
#include <strings.h>

#define RETRY_AFTER_S 1

static const enum role ROLES[] = {
	[ACCESS_OPEN] = ROLE_NONE,	   [ACCESS_METRICS] = ROLE_VIEWER, [ACCESS_VIEWER] = ROLE_VIEWER,
	[ACCESS_OPERATOR] = ROLE_OPERATOR, [ACCESS_ADMIN] = ROLE_ADMIN,	   [ACCESS_WORKER] = ROLE_WORKER,
};

/* What is said where nothing more precise is known. */
static const char *sentence_of(enum err err)
{
	switch (err) {
	case ERR_NOT_FOUND:
		return "there is nothing at this path";
	case ERR_METHOD_NOT_ALLOWED:
		return "this path does not take this method";
	case ERR_BACKEND_AWAY:
		return "the data store does not answer; try again in a moment";
	case ERR_BACKEND_FULL:
		return "the data store is full: it can be read, but takes nothing new until it has room "
		       "again";
	case ERR_UNKNOWN_NODE:
		return "there is no such node";
	case ERR_UNKNOWN_USER:
		return "there is no such user";
	default:
		return "an error on the server; its log says more";
	}
}

void route_write_error(struct response *response, enum err err, const struct reason *why)
{
	struct json_out json = {.buf = &response->body};

	buf_clear(&response->body);
	response->status = err_status(err);
	response->content_type = "application/json";
	if (response->status == 401)
		response_header(response, "WWW-Authenticate", "Bearer");
	if (response->status == 503 || response->status == 502 || err == ERR_TOO_MANY_READS)
		response_header(response, "Retry-After", "%d", RETRY_AFTER_S);
	if (err == ERR_TOO_MANY_WAITING)
		response_header(response, "Retry-After", "%d", LIMIT_QUESTION_MS / 1000);
	json_open(&json, '{');
	json_put_bool(&json, "success", false);
	json_put_text(&json, "error", *why->text ? why->text : sentence_of(err));
	json_put_text(&json, "code", err_code(err));
	json_close(&json, '}');
}

/*
 * Whether the path is the pattern. *parameter is then where its {…} begins in the path, NULL without one.
 * SAMPLE /health , /api/admin/users/{username}
 */
static bool matches(const char *pattern, const char *path, const char **parameter)
{
	const char *open = strchr(pattern, '{'), *rest;
	size_t fixed = open ? (size_t)(open - pattern) : strlen(pattern);

	*parameter = NULL;
	if (!open)
		return strcmp(pattern, path) == 0;
	if (strncmp(pattern, path, fixed) != 0)
		return false;
	rest = path + fixed;
	if (!*rest || strchr(rest, '/'))
		return false;
	*parameter = rest;
	return true;
}

enum err route_find(const struct route *routes, size_t count, enum method method, const char *path,
		    const struct route **out, const char **parameter, struct buf *allowed)
{
	for (size_t i = 0; i < count; i++) {
		const char *found;

		if (!matches(routes[i].path, path, &found))
			continue;
		if (routes[i].method == method) {
			*out = &routes[i];
			*parameter = found ? found : "";
			return ERR_NONE;
		}
		buf_printf(allowed, "%s%s", allowed->len ? ", " : "", method_name(routes[i].method));
		if (routes[i].method == METHOD_GET)
			buf_text(allowed, ", HEAD");
	}
	return allowed->len ? ERR_METHOD_NOT_ALLOWED : ERR_NOT_FOUND;
}

/* Token, role, and the origin of what a browser may have sent by itself. `session` outlives the call.
 */
static enum err check_access(struct call *call, const struct route *route, struct auth_session *session)
{
	enum role needed = ROLES[route->access];
	enum err err;

	if (route->access == ACCESS_OPEN ||
	    (route->access == ACCESS_METRICS && call->request->metrics_allowed))
		return ERR_NONE;
	err = auth_identify(call->context, call->request, session, call->why);
	if (err != ERR_NONE)
		return err;
	if (!role_allows(session->claims.role, needed))
		return reason_set(call->why, ERR_FORBIDDEN, "this needs the role %s; the token has %s",
				  role_name(needed), role_name(session->claims.role));
	if (session->by_cookie && route->method != METHOD_GET &&
	    !credentials_same_origin(&call->request->credentials))
		return reason_set(call->why, ERR_BAD_ORIGIN,
				  "with a cookie this needs an Origin header that names this very site");
	call->session = &session->claims;
	return ERR_NONE;
}

/* Checks length, media type and encoding, and appends the body unpacked. */
static enum err unpack_body(const struct request *request, const struct route *route, struct buf *unpacked,
			    struct reason *why)
{
	static const char JSON[] = "application/json";
	size_t type_len = strcspn(request->content_type, "; \t"); /* before "; charset=utf-8" */

	if (request->body_too_large || request->body.len > route->body_limit)
		return reason_set(why, ERR_TOO_LARGE, "the body is larger than %zu bytes", route->body_limit);
	if (!request->body.len && route->body == BODY_OPTIONAL) {
		buf_text(unpacked, "{}");
		return ERR_NONE;
	}
	if (type_len != strlen(JSON) || strncasecmp(request->content_type, JSON, type_len) != 0)
		return reason_set(why, ERR_NOT_JSON, "Content-Type must be application/json");
	if (strcasecmp(request->content_encoding, "gzip") == 0)
		return gunzip(buf_string(&request->body), request->body.len, route->body_limit, unpacked,
			      why);
	if (*request->content_encoding && strcasecmp(request->content_encoding, "identity") != 0)
		return reason_set(why, ERR_NOT_JSON, "Content-Encoding may be gzip or absent");
	buf_append(unpacked, buf_string(&request->body), request->body.len);
	return ERR_NONE;
}

/* Runs the handler with the body that its row asks for. */
static enum err handle_body(const struct call *call, const struct route *route)
{
	struct call with_body = *call;
	struct buf text = {0};
	struct json *body = NULL;
	enum err err = unpack_body(call->request, route, &text, call->why);

	if (err != ERR_NONE)
		goto out;
	if (route->body != BODY_TEXT) {
		err = json_parse(buf_string(&text), text.len, &body, call->why);
		if (err != ERR_NONE)
			goto out;
		if (!json_is_object(body)) {
			err = reason_set(call->why, ERR_INVALID, "the body must be a JSON object");
			goto out;
		}
	}
	with_body.text = &text;
	with_body.body = body;
	err = route->handle(&with_body);
out:
	json_free(body);
	buf_free(&text);
	return err;
}

static enum err dispatch(struct call *call, const char *path, struct auth_session *session)
{
	struct buf allowed = {0};
	const struct route *route = NULL;
	enum err err = route_find(call->context->routes, call->context->routes_count, call->request->method,
				  path, &route, &call->parameter, &allowed);

	if (err == ERR_METHOD_NOT_ALLOWED)
		response_header(call->response, "Allow", "%s", allowed.data);
	buf_free(&allowed);
	if (err != ERR_NONE)
		return err;
	/* The quick pool would be blocked by it; only a wrong configuration of nginx comes here. */
	if (route->pool == POOL_WAITING && call->context->pool != POOL_WAITING) {
		log_error("route", "nginx sent a call that waits to the quick pool path=%s", route->path);
		return ERR_INTERNAL;
	}
	err = check_access(call, route, session);
	if (err != ERR_NONE)
		return err;
	if (route->read)
		return route->read(call->context->store, &call->response->body);
	return route->body == BODY_NONE ? route->handle(call) : handle_body(call, route);
}

void route_answer(struct context *context, const struct request *request, struct response *response)
{
	size_t path_len = strcspn(request->uri, "?");
	const char *query_text = request->uri + path_len + (request->uri[path_len] == '?');
	struct reason why = {.text = ""};
	struct query query = {.count = 0};
	struct auth_session session;
	struct buf path = {0};
	struct call call = {
		.context = context, .request = request, .query = &query, .response = response, .why = &why};
	enum err err = query_decode(request->uri, path_len, &path, &why);

	if (err != ERR_NONE)
		goto out;
	err = query_parse(query_text, &query, &why);
	if (err != ERR_NONE)
		goto out;
	err = dispatch(&call, buf_string(&path), &session);
out:
	if (err != ERR_NONE)
		route_write_error(response, err, &why);
	/* A store or worker that is away is logged where it is noticed, once; this is a fault of our own. */
	if (err_status(err) == 500)
		log_error("route", "%s %s failed code=%s why=%s", method_name(request->method),
			  buf_string(&path), err_code(err), why.text);
	query_free(&query);
	buf_free(&path);
}
