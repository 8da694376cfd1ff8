/* Names and values as URLs carry them: a path's and a query's percent-encoding. Pure text. */
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

/* Appends `text` decoded. ERR_MALFORMED: a broken escape, or a control character. */
enum err query_decode(const char *text, size_t len, struct buf *out, struct reason *why) MUST_CHECK;

/* Reads `a=1&b=two+words&c`; the caller frees *out with query_free. */
enum err query_parse(const char *text, struct query *out, struct reason *why) MUST_CHECK;
void query_free(struct query *query);

/* The first value of that name, NULL if it is not there. Lives as long as the query. */
const char *query_get(const struct query *query, const char *name);

/* A number in range; if it is not there, *out stays as it is. ERR_INVALID names the parameter. */
enum err query_integer(const struct query *query, const char *name, int64_t min, int64_t max, int64_t *out,
		       struct reason *why) MUST_CHECK;

#endif
