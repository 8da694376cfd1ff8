/*
 * JSON-RPC 2.0 (https://www.jsonrpc.org/specification): requests, batches and notifications in, responses
 * out. Which methods there are, who may call them and what they do stands in methods.c.
 */
#ifndef FCGI_RPC_RPC_H
#define FCGI_RPC_RPC_H

#include "common/json.h"
#include "common/role.h"
#include "fcgi/http/context.h"

#define RPC_PARAMS_MAX 10
#define RPC_BATCH_MAX  20 /* requests */
#define RPC_ANSWER_MAX \
	((size_t)16 * 1024 * 1024) /* bytes; after so many a batch's further calls are refused */

/* Whoever sent the HTTP request, and how long that may take. */
struct rpc_caller {
	struct context *context;
	const struct token_claims *session;
	const char *address;
	int64_t until_ms; /* command_deadline of the request: a batch waits no longer than one call may */
};

/* One call of a method. */
struct rpc_call {
	const struct rpc_caller *caller;
	struct store *store;	   /* the caller's, for short */
	const struct json *params; /* an object, by name, whichever way they came */
	struct reason *why;	   /* what a method that fails says */
};

struct rpc_method {
	const char *service, *name; /* called as "service.name" or "service/name" */
	enum role role;
	const char *params[RPC_PARAMS_MAX + 1]; /* in the order of positions, NULL at the end */
	/*
	 * Appends the result as JSON; what it has appended on failure is dropped. ERR_INVALID is answered as
	 * "Invalid params".
	 */
	enum err (*run)(struct rpc_call *call, struct buf *result);
	/* Instead of `run`: a method without params that appends what the store holds and nothing else. */
	enum err (*read)(struct store *store, struct buf *result);
};

extern const struct rpc_method RPC_METHODS[];
extern const size_t RPC_METHODS_COUNT;

/* Appends the response to a request's body; nothing if all in it are notifications. */
void rpc_answer(const struct rpc_caller *caller, const char *text, size_t len, struct buf *out);

#endif
