/*
 * UTF-8, and the search without case. Both texts are folded (each character to lower case) into copies, in
 * which memmem then looks for bytes. A comparison in place, character by character, takes quadratic time
 * for texts made for it, and log messages are written by anybody.
 */
#include "common/text.h"

#include "common/buf.h"

#include <locale.h>
#include <string.h>
#include <wctype.h>

#define FOLDED_CHAR_MAX 4 /* bytes that fold makes of one, at most */

static const unsigned char LEADS[] = {0, 0xc0, 0xe0, 0xf0}; /* by the number of bytes behind */

/*
 * By RFC 3629 section 4, where the ranges of the second byte exclude overlong forms, surrogates and values
 * beyond U+10FFFF.
 */
size_t text_utf8_len(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t need;

	if (!len)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	need = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0; /* overlong */
	else if (s[0] == 0xed)
		high = 0x9f; /* surrogates */
	else if (s[0] == 0xf0)
		low = 0x90; /* overlong */
	else if (s[0] == 0xf4)
		high = 0x8f; /* beyond U+10FFFF */
	if (len < need || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return need;
}

size_t text_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	for (size_t back = 0; back < 4 && back <= max; back++)
		if (((unsigned char)text[max - back] & 0xc0) != 0x80)
			return max - back;
	return max; /* not UTF-8: any place is as good */
}

/*
 * The character at `text` in lower case; *used is its length. An invalid byte gets a value that no
 * character has.
 */
static wint_t next_folded(const char *text, size_t len, size_t *used)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = text_utf8_len(text, len);
	wint_t c;

	*used = n ? n : 1;
	switch (n) {
	case 0:
		return 0x110000U + s[0];
	case 1:
		return s[0] >= 'A' && s[0] <= 'Z' ? s[0] + ('a' - 'A') : s[0];
	case 2:
		c = (wint_t)((s[0] & 0x1fU) << 6 | (s[1] & 0x3fU));
		break;
	case 3:
		c = (wint_t)((s[0] & 0x0fU) << 12 | (s[1] & 0x3fU) << 6 | (s[2] & 0x3fU));
		break;
	default:
		c = (wint_t)((s[0] & 0x07U) << 18 | (s[1] & 0x3fU) << 12 | (s[2] & 0x3fU) << 6 |
			     (s[3] & 0x3fU));
	}
	return towlower(c);
}

/*
 * Appends `text` in lower case. It is written in UTF-8, whose scheme is carried on beyond U+10FFFF for the
 * invalid bytes. In UTF-8 no character's bytes stand inside those of another, so memmem finds bytes only
 * where characters begin.
 */
static void fold(struct buf *out, const char *text, size_t len)
{
	size_t used;

	buf_reserve(out, len * FOLDED_CHAR_MAX);
	for (; len; text += used, len -= used) {
		wint_t c = next_folded(text, len, &used);
		unsigned char *at = (unsigned char *)out->data + out->len;
		size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

		*at = (unsigned char)(LEADS[more] | c >> 6 * more);
		for (size_t i = 1; i <= more; i++)
			at[i] = (unsigned char)(0x80U | (c >> 6 * (more - i) & 0x3fU));
		out->len += 1 + more;
	}
}

bool text_contains(const char *text, size_t len, const char *part, size_t part_len)
{
	struct buf folded = {0}, folded_part = {0};
	bool found;

	if (!part_len)
		return true;
	if (!len)
		return false;
	fold(&folded, text, len);
	fold(&folded_part, part, part_len);
	/* glibc's memmem is linear too (two-way). */
	found = memmem(folded.data, folded.len, folded_part.data, folded_part.len) != NULL;
	buf_free(&folded);
	buf_free(&folded_part);
	return found;
}

void text_init(void)
{
	(void)setlocale(LC_CTYPE, "C.UTF-8");
}
