/* Takes escape sequences out of a text: colours and other control sequences, titles of windows and links. */
#include "reporter/logs/ansi.h"

#include <string.h>

#define ESCAPE '\x1b'
#define BELL   '\x07'

/* The length of the sequence that `text` begins with; an ESC that begins none is passed over alone. */
static size_t sequence_len(const char *text, size_t len)
{
	size_t i = 2;

	if (len < 2)
		return 1;
	if (text[1] == '[') { /* parameters and intermediates up to a final byte */
		while (i < len && text[i] >= 0x20 && text[i] <= 0x3f)
			i++;
		return i < len && text[i] >= 0x40 && text[i] <= 0x7e ? i + 1 : i;
	}
	if (text[1] == ']') { /* up to BEL or ESC \ */
		while (i < len && text[i] != BELL && text[i] != ESCAPE)
			i++;
		if (i < len && text[i] == ESCAPE && i + 1 < len && text[i + 1] == '\\')
			return i + 2;
		return i < len ? i + 1 : i;
	}
	return text[1] >= 0x40 && text[1] <= 0x5f ? 2 : 1;
}

size_t ansi_strip(const char *text, size_t len, char *out)
{
	const char *end = text + len, *escape;
	size_t used = 0;

	while ((escape = memchr(text, ESCAPE, (size_t)(end - text)))) {
		memmove(out + used, text, (size_t)(escape - text));
		used += (size_t)(escape - text);
		text = escape + sequence_len(escape, (size_t)(end - escape));
	}
	memmove(out + used, text, (size_t)(end - text));
	return used + (size_t)(end - text);
}
