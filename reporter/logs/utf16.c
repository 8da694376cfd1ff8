/* Turns UTF-16 into UTF-8 (RFC 2781, RFC 3629). */
#include "reporter/logs/utf16.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT 0xfffd

bool utf16_is_marked(const char *text, size_t len)
{
	return len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0);
}

bool utf16_is_little(const char *text)
{
	return *text == '\xff';
}

static uint32_t unit_at(const char *text, bool little)
{
	const unsigned char *bytes = (const unsigned char *)text;

	return little ? (uint32_t)(bytes[0] | bytes[1] << 8) : (uint32_t)(bytes[1] | bytes[0] << 8);
}

static void append_code_point(struct buf *out, uint32_t code)
{
	if (code < 0x80) {
		buf_char(out, (char)code);
		return;
	}
	if (code < 0x800) {
		buf_char(out, (char)(0xc0 | code >> 6));
	} else if (code < 0x10000) {
		buf_char(out, (char)(0xe0 | code >> 12));
		buf_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
	} else {
		buf_char(out, (char)(0xf0 | code >> 18));
		buf_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
		buf_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	buf_char(out, (char)(0x80 | (code & 0x3f)));
}

void utf16_append(const char *text, size_t len, bool little, struct buf *out)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t code = unit_at(text + i, little), low;

		if (code >= 0xd800 && code <= 0xdbff && i + 3 < len) {
			low = unit_at(text + i + 2, little);
			if (low >= 0xdc00 && low <= 0xdfff) {
				code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		append_code_point(out, code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code);
	}
}

void utf16_to_utf8(const char *text, size_t len, struct buf *out)
{
	buf_clear(out);
	utf16_append(text + 2, len - 2, utf16_is_little(text), out);
}
