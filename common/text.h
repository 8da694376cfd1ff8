/* Text in UTF-8 from anywhere: made valid, cut at a character, searched without regard to case. */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the valid UTF-8 sequence at `text` (RFC 3629: no surrogates, no overlong forms), 0 if there
 * is none. */
size_t text_utf8_len(const char *text, size_t len);

/* The largest length <= `max` at which `text` can be cut without splitting a character. */
size_t text_cut(const char *text, size_t len, size_t max);

/*
 * Whether `text` holds `part`, letters compared without case (towlower by code point; needs a UTF-8 LC_CTYPE,
 * which text_init sets). An empty part is found everywhere. Invalid bytes equal only themselves.
 * Takes time linear in the lengths.
 */
bool text_contains(const char *text, size_t len, const char *part, size_t part_len);

/* Sets LC_CTYPE to C.UTF-8; called once by main. */
void text_init(void);

#endif
