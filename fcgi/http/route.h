/*
 * From a request to its handler: one table says for each method and path who may call it, what body it takes,
 * in which pool it runs and what answers. Everything that is the same for all routes is decided here, in
 * order, so that a handler begins with a request that is allowed and well formed.
 */
#ifndef FCGI_HTTP_ROUTE_H
#define FCGI_HTTP_ROUTE_H

#include "common/json.h"
#include "fcgi/http/context.h"
#include "fcgi/http/query.h"
#include "fcgi/http/request.h"

enum access {
	ACCESS_OPEN,	/* no token is needed */
	ACCESS_METRICS, /* a viewer, or an address that nginx' configuration lists */
	ACCESS_VIEWER,	/* a viewer or more */
	ACCESS_OPERATOR,
	ACCESS_ADMIN,
	ACCESS_WORKER
};

enum body_kind {
	BODY_NONE,     /* whatever is sent is not looked at */
	BODY_OPTIONAL, /* a JSON object, or nothing, which is an empty object */
	BODY_JSON,     /* a JSON object */
	BODY_TEXT      /* JSON that the handler parses itself */
};

/* One request on its way through a handler. Everything in it ends with the call. */
struct call {
	struct context *context;
	const struct request *request;
	const struct query *query;
	const char *parameter;		    /* what stands for the path's {…}; "" if it has none */
	const struct token_claims *session; /* NULL on open routes, and for a listed address on /metrics */
	const struct json *body;	    /* the object, with BODY_JSON and BODY_OPTIONAL; else NULL */
	const struct buf *text;		    /* the body as it came, unpacked; NULL with BODY_NONE */
	struct response *response;
	struct reason *why; /* what a handler that fails says */
};

struct route {
	enum method method;
	const char *path; /* at most one segment is a {parameter}, the last one */
	enum access access;
	enum body_kind body;
	size_t body_limit; /* bytes, as sent and unpacked */
	enum pool_kind pool;
	/*
	 * Writes the response's body, and its status if it is not 200. The text of an error is in call->why;
	 * what was written of the body is dropped then.
	 */
	enum err (*handle)(struct call *call);
	/* Instead of `handle`: appends the body, of what the store holds and nothing else. */
	enum err (*read)(struct store *store, struct buf *out);
};

/*
 * The row for a method and a decoded path. *parameter points into `path`. ERR_NOT_FOUND;
 * ERR_METHOD_NOT_ALLOWED, and then *allowed lists the path's methods as the header Allow has them.
 */
enum err route_find(const struct route *routes, size_t count, enum method method, const char *path,
		    const struct route **out, const char **parameter, struct buf *allowed) MUST_CHECK;

/* Answers the request, with an error if need be; never fails itself. */
void route_answer(struct context *context, const struct request *request, struct response *response);

/*
 * Replaces what the response holds by an error as docs/API.md has it: status, code, sentence, and the headers
 * that belong to it. An empty `why` gets a sentence that fits the error.
 */
void route_write_error(struct response *response, enum err err, const struct reason *why);

#endif
