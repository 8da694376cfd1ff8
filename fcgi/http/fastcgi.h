/*
 * FastCGI to requests and back; the one home of libfcgi. nginx passes only the parameters that are read here
 * (docs/ARCHITECTURE.md, "FastCGI").
 */
#ifndef FCGI_HTTP_FASTCGI_H
#define FCGI_HTTP_FASTCGI_H

#include "common/buf.h"
#include "common/credentials.h"
#include "common/err.h"
#include "fcgi/http/query.h"

#include <stdbool.h>

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_OTHER };

const char *method_name(enum method method); /* METHOD_GET stands for HEAD, too: nginx drops the body */

/* Texts are "" where nginx sent nothing; they live until the connection is answered. */
struct request {
	enum method method;
	const char *uri; /* as it came: path?query, encoded */
	const char *content_type, *content_encoding;
	const char *address; /* the client's */
	struct credentials credentials;
	bool metrics_allowed; /* nginx' configuration lists the address for /metrics */
	bool body_too_large;  /* more than LIMIT_BODY; `body` is empty then */
	struct buf body;
};

struct response {
	int status;
	const char *content_type;
	struct buf headers; /* further ones, each line with its CR LF */
	struct buf body;
};

void response_header(struct response *response, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

/*
 * A connection from nginx. Between requests it may stay open, and then costs no process: whoever holds it
 * waits until its descriptor can be read.
 */
struct fastcgi;

/* Once in each process, before the first connection. */
void fastcgi_init(void);

struct fastcgi *fastcgi_open(int fd);	       /* takes the descriptor over */
void fastcgi_free(struct fastcgi *connection); /* NULL is nothing */
int fastcgi_fd(const struct fastcgi *connection);

/*
 * Reads the next request; blocks until all of it is there, at most for a few seconds after the other side
 * fell silent. False if the other side has ended the connection: it is to be freed.
 */
bool fastcgi_read(struct fastcgi *connection, struct request *request);

/* Sends the answer. Returns whether the connection stays open for another request. */
bool fastcgi_answer(struct fastcgi *connection, struct request *request, struct response *response);

#endif
