/* Text in UTF-16 that says so by a byte order mark, as programs from Windows write it. */
#ifndef REPORTER_LOGS_UTF16_H
#define REPORTER_LOGS_UTF16_H

#include "common/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the text begins with UTF-16's byte order mark. */
bool utf16_is_marked(const char *text, size_t len);

/* Whether a marked text has the lesser byte of each unit first. */
bool utf16_is_little(const char *text);

/*
 * Appends units of two bytes to *out as UTF-8. Half a surrogate pair becomes U+FFFD, and a byte that is left
 * over at the end is dropped.
 */
void utf16_append(const char *text, size_t len, bool little, struct buf *out);

/* Puts a marked text into *out as UTF-8, without the mark. */
void utf16_to_utf8(const char *text, size_t len, struct buf *out);

#endif
