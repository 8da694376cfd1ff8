/*
 * Text from anywhere, which should be UTF-8 and need not be: its characters, cutting it between two of
 * them, and searching it without regard to case. No function here changes or copies the text it is given,
 * and none needs a NUL behind it.
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How many bytes, 1 to 4, the character at `text` has in UTF-8 (RFC 3629: no surrogates, no overlong
 * forms); 0 if there is no valid one within `len` bytes.
 */
size_t text_utf8_len(const char *text, size_t len);

/*
 * The largest length, at most `max`, to which `text` of `len` bytes can be cut without splitting a
 * character. In text that is not UTF-8 that is `max` itself.
 */
size_t text_cut(const char *text, size_t len, size_t max);

/*
 * Whether `text` holds `part`, letters compared without case: by towlower of each code point, which needs
 * the UTF-8 LC_CTYPE that text_init sets. An empty part is found everywhere. Invalid bytes equal only
 * themselves. Takes time linear in the lengths, whatever the texts are.
 */
bool text_contains(const char *text, size_t len, const char *part, size_t part_len);

/* Sets LC_CTYPE to C.UTF-8, and no other part of the locale. Every main calls it first. */
void text_init(void);

#endif
