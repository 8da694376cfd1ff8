/* Which characters are escaped stands in one table, which is also that of static/js/escape.js. */
#include "common/escape.h"

#include "common/text.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Ranges of code points, with both ends. */
static const struct {
	uint32_t first, last;
} ESCAPED[] = {
	{0x00, 0x1f},	  /* C0: line feed, carriage return, escape, bell … */
	{0x7f, 0x9f},	  /* DEL, and C1: U+0085 ends a line, U+009B begins a terminal's command */
	{0x061c, 0x061c}, /* Arabic letter mark */
	{0x200e, 0x200f}, /* left-to-right and right-to-left mark */
	{0x2028, 0x202e}, /* line and paragraph separator; embeddings and overrides of direction */
	{0x2066, 0x2069}, /* isolates of direction */
};

static bool is_escaped(uint32_t code)
{
	for (size_t i = 0; i < sizeof(ESCAPED) / sizeof(*ESCAPED); i++)
		if (code >= ESCAPED[i].first && code <= ESCAPED[i].last)
			return true;
	return false;
}

/* The code point of a valid character of `n` bytes. */
static uint32_t decode(const unsigned char *s, size_t n)
{
	uint32_t code = n == 1 ? s[0] : s[0] & (0x7fU >> n);

	for (size_t i = 1; i < n; i++)
		code = code << 6 | (s[i] & 0x3fU);
	return code;
}

size_t escape_text(char *out, size_t size, const char *text, size_t len)
{
	size_t written = 0;

	assert(size > 0);
	for (size_t used; len; text += used, len -= used) {
		size_t n = text_utf8_len(text, len);
		uint32_t code = decode((const unsigned char *)text, n ? n : 1);
		char escaped[ESCAPE_CHAR_MAX + 1];
		const char *piece = text;
		size_t piece_len = n;

		used = n ? n : 1;
		if (!n || is_escaped(code)) {
			(void)snprintf(escaped, sizeof(escaped), used > 1 ? "\\u%04x" : "\\x%02x",
				       code & 0xffff);
			piece = escaped;
			piece_len = strlen(escaped);
		}
		if (piece_len >= size - written)
			break;
		memcpy(out + written, piece, piece_len);
		written += piece_len;
	}
	out[written] = '\0';
	return written;
}
