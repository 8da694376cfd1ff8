/* Names and values as URLs carry them: the percent-encoding of paths and queries. Pure text. */
#ifndef FCGI_HTTP_QUERY_H
#define FCGI_HTTP_QUERY_H

#include "common/buf.h"
#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

#define QUERY_MAX 16 /* parameters; no route takes more than ten */

struct query {
	struct buf text;			  /* decoded names and values, each followed by NUL */
	size_t name[QUERY_MAX], value[QUERY_MAX]; /* offsets into text */
	size_t count;
};

/*
 * Appends `text` decoded (RFC 3986, section 2.1). ERR_MALFORMED for a broken escape or a control character,
 * escaped or not, so that the result holds no NUL. On failure *out may hold a part.
 */
enum err query_decode(const char *text, size_t len, struct buf *out, struct reason *why) MUST_CHECK;

/*
 * Reads a query as forms send it: `a=1&b=two+words&c`, where `+` is a blank and `c` has the value "". The
 * caller frees *out with query_free. ERR_MALFORMED as query_decode, and for more than QUERY_MAX parameters;
 * *out is untouched then.
 */
enum err query_parse(const char *text, struct query *out, struct reason *why) MUST_CHECK;
void query_free(struct query *query);

/* The first value of that name, NULL if it is not there. Lives as long as the query. */
const char *query_get(const struct query *query, const char *name);

/* A whole number in [min, max]. If it is not there, *out stays as it is. ERR_INVALID names the parameter. */
enum err query_integer(const struct query *query, const char *name, int64_t min, int64_t max, int64_t *out,
		       struct reason *why) MUST_CHECK;

#endif
