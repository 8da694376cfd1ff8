/* Pieces of text that are looked at where they stand. */
#include "common/span.h"

#include <string.h>

bool span_is(struct span span, const char *text)
{
	return strlen(text) == span.len && memcmp(span.data, text, span.len) == 0;
}
