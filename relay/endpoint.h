/*
 * What can be connected to, and the whole policy of who is let in. A table's row is a path and a mode, of
 * which the first that fits counts; the method is always GET. Pure: a request comes in as text and nothing is
 * sent from here.
 */
#ifndef RELAY_ENDPOINT_H
#define RELAY_ENDPOINT_H

#include "common/buf.h"
#include "relay/access.h"

#include <stdbool.h>
#include <stddef.h>

#define ENDPOINT_HEADER_MAX 4096 /* one header field */

struct session_operations;

enum endpoint_kind {
	ENDPOINT_WEBSOCKET,
	ENDPOINT_EVENTS /* server-sent events, as an answer that does not end */
};

struct endpoint {
	const char *path;
	const char *mode; /* what the query's `mode` must be; NULL: anything, or nothing */
	enum endpoint_kind kind;
	enum role role; /* needed at least */
	const struct session_operations *operations;
	void *service; /* what the operations get */
};

struct endpoint_table {
	const struct endpoint *rows;
	size_t count;
	const struct access *access;
};

/* What a client asks for. Texts are "" where the request has none, or one that is too long to be ours. */
struct connect_request {
	char path[256];
	char mode[16]; /* of the query */
	bool is_get;
	const char *upgrade; /* the protocol that the client wants to change to */
	char authorization[TOKEN_MAX_LEN + 16], cookie[ENDPOINT_HEADER_MAX], origin[512], host[512];
};

/* The endpoint and the claims of whoever asks. ERR_NOT_FOUND, ERR_METHOD_NOT_ALLOWED, ERR_MALFORMED or an
 * error of access_admit, with the sentence for the answer; *endpoint is untouched then. */
enum err endpoint_admit(const struct endpoint_table *table, const struct connect_request *request,
			int64_t now_ms, const struct endpoint **endpoint, struct token_claims *claims,
			struct reason *why) MUST_CHECK;

struct http_header {
	const char *name, *value; /* the name in lower case with its colon */
};

/* The header that belongs to a refusal, NULL if none does. */
const struct http_header *endpoint_refusal_header(enum err err);

/* Appends the body of a refusal, {"success":false,"error":…,"code":…}. */
void endpoint_write_refusal(struct buf *out, enum err err, const struct reason *why);

#endif
