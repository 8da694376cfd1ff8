/*
 * A piece of text in somebody else's memory: not terminated, not owned, valid for as long as that memory
 * is.
 */
#ifndef COMMON_SPAN_H
#define COMMON_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *data; /* NULL if there is none */
	size_t len;
};

/* Whether the span holds exactly this text. Where there is none, it holds not even an empty one. */
static inline bool span_is(struct span span, const char *text)
{
	return span.data && strlen(text) == span.len && memcmp(span.data, text, span.len) == 0;
}

#endif
