/*
 * From a request to its handler: one table says for each method and path who may call it, what body it takes,
 * in which pool it runs and what answers. Everything that is the same for all routes is decided here, in
 * order.
 */
#ifndef FCGI_HTTP_ROUTE_H
#define FCGI_HTTP_ROUTE_H

#include "common/json.h"
#include "fcgi/http/context.h"
#include "fcgi/http/fastcgi.h"
#include "fcgi/http/query.h"

enum access {
	ACCESS_OPEN,	/* nobody needs to be known */
	ACCESS_METRICS, /* a viewer, or an address nginx' configuration lists */
	ACCESS_VIEWER,	/* a viewer or more */
	ACCESS_OPERATOR,
	ACCESS_ADMIN,
	ACCESS_WORKER
};

enum body {
	BODY_NONE,     /* whatever is sent is not looked at */
	BODY_OPTIONAL, /* a JSON object, or nothing, which is an empty one */
	BODY_JSON,     /* a JSON object */
	BODY_TEXT      /* JSON that the handler parses */
};

/* One request on its way through a handler. */
struct call {
	struct context *context;
	const struct request *request;
	const struct query *query;
	const char *parameter;		    /* what stands for the path's {…}; "" if it has none */
	const struct token_claims *session; /* NULL on open routes */
	const struct json *body;	    /* the object, with BODY_JSON and BODY_OPTIONAL */
	const struct buf *text;		    /* with BODY_TEXT */
	struct response *response;
	struct reason *why; /* what a handler that fails says */
};

struct route {
	enum method method;
	const char *path; /* at most one segment is a {parameter} */
	enum access access;
	enum body body;
	size_t body_limit;
	enum pool_kind pool;
	/* Writes the response's body, and its status if it is not 200; what it wrote is dropped on failure.
	 */
	enum err (*handle)(struct call *call);
};

/* ERR_NOT_FOUND; ERR_METHOD_NOT_ALLOWED, and then *allowed lists the path's methods. */
enum err route_find(const struct route *routes, size_t count, enum method method, const char *path,
		    const struct route **out, const char **parameter, struct buf *allowed) MUST_CHECK;

/* Answers the request; never fails. */
void route_answer(struct context *context, const struct request *request, struct response *response);

/* Writes an error as the wire contract has it: status, code, sentence, and the headers that belong to it. */
void route_write_error(struct response *response, enum err err, const struct reason *why);

#endif
