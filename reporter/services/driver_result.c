/* Messages of driver results. What they say is for the drivers. */
#include "reporter/services/driver_result.h"

#include "common/buf.h"
#include "common/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SEPARATOR ": "

/* Appends the text with what is no character replaced. */
static void append_clean(struct buf *out, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t char_len = text_utf8_len(text + at, len - at);
		bool control = char_len == 1 && iscntrl((unsigned char)text[at]) && !strchr("\n\t", text[at]);

		if (char_len == 0 || control)
			buf_char(out, '?');
		else
			buf_append(out, text + at, char_len);
		at += char_len ? char_len : 1;
	}
}

void driver_result_say(struct driver_result *result, const char *format, ...)
{
	struct buf text = {0}, clean = {0};
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	append_clean(&clean, text.data, text.len);
	snprintf(result->message, sizeof(result->message), "%.*s",
		 (int)text_cut(clean.data, clean.len, sizeof(result->message) - 1), clean.data);
	buf_free(&text);
	buf_free(&clean);
}

/* The last `max` bytes of the text, from the start of a line if one begins there. */
static const char *last_lines(const char *text, size_t len, size_t max)
{
	const char *start = text, *line;

	if (len <= max)
		return start;
	start = text + len - max;
	line = memchr(start, '\n', max);
	if (line && line + 1 < text + len)
		return line + 1;
	while (((unsigned char)*start & 0xc0) == 0x80)
		start++;
	return start;
}

void driver_result_add_output(struct driver_result *result, const char *output, size_t len)
{
	size_t used = strlen(result->message), room = sizeof(result->message) - used - sizeof(SEPARATOR);
	struct buf clean = {0};

	while (len > 0 && isspace((unsigned char)*output)) {
		output++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)output[len - 1]))
		len--;
	if (len == 0 || used + sizeof(SEPARATOR) >= sizeof(result->message))
		return;
	append_clean(&clean, output, len);
	snprintf(result->message + used, sizeof(result->message) - used, SEPARATOR "%s",
		 last_lines(clean.data, clean.len, room));
	buf_free(&clean);
}
