/*
 * The one way in which text from anywhere is made safe to print on a line of its own: characters that a
 * terminal or an editor would obey are written as what they are. static/js/escape.js does the same for text
 * that the page copies and exports; tests/fixtures/escapes.txt holds both to it.
 *
 * Escaped are the control characters (C0, DEL, C1), the line and paragraph separators U+2028 and U+2029, and
 * the characters that change the direction of text (U+061C, U+200E, U+200F, U+202A-U+202E, U+2066-U+2069).
 * One byte becomes `\xNN`, a larger code point `\uNNNN`. A backslash stays as it is, so this is for people
 * and cannot be turned back.
 */
#ifndef COMMON_ESCAPE_H
#define COMMON_ESCAPE_H

#include <stddef.h>

#define ESCAPE_CHAR_MAX 6 /* bytes that one character becomes, at most */

/*
 * Writes `text` of `len` bytes, escaped, into out[size], whole characters as far as they fit, and a NUL
 * behind them. Bytes that are not UTF-8 become `\xNN`, too. Returns how many bytes stand before the NUL.
 * `size` is at least 1.
 */
size_t escape_text(char *out, size_t size, const char *text, size_t len);

#endif
