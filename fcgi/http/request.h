/*
 * A request and the response to it, as the dispatcher and the handlers see them. How they travel is known in
 * fastcgi.h alone.
 */
#ifndef FCGI_HTTP_REQUEST_H
#define FCGI_HTTP_REQUEST_H

#include "common/buf.h"
#include "common/credentials.h"
#include "common/err.h"

#include <stdbool.h>

/* METHOD_GET stands for HEAD, too: nginx drops the body of that answer. */
enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_OTHER };

const char *method_name(enum method method); /* "GET"; "" for METHOD_OTHER */
enum method method_of(const char *name);     /* METHOD_OTHER for a name that no route takes */

/* Texts are "" where the client sent nothing; they live until the request is answered. */
struct request {
	enum method method;
	const char *uri; /* as it came: path?query, encoded */
	const char *content_type, *content_encoding;
	const char *address; /* the client's, as nginx knows it */
	struct credentials credentials;
	const char *base_path; /* below which a proxy shows us: "/mon"; "" at the root of the host */
	bool metrics_allowed;  /* nginx' configuration lists the address for /metrics */
	bool body_too_large;   /* more than LIMIT_BODY bytes came; `body` is empty then */
	struct buf body;
};

struct response {
	int status;
	const char *content_type;
	struct buf headers; /* beside Content-Type and Content-Length; each line with its CR LF */
	struct buf body;
};

/* Adds a header. What is formatted must hold no line end. */
void response_header(struct response *response, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

/* The phrase of RFC 9110 for a status that the API answers with: 404 is "Not Found". */
const char *response_phrase(int status);

#endif
