/*
 * Messages of driver results: what a program or an engine wrote, made fit for JSON and for people's eyes.
 * What a message says is the drivers' business.
 */
#include "reporter/services/driver_result.h"

#include "common/buf.h"
#include "common/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SEPARATOR ": "

/* Appends the text, with a `?` for each byte that is no character of a message. */
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

void driver_result_add_output(struct driver_result *result, const char *output, size_t len)
{
	size_t used = strlen(result->message), room = sizeof(result->message) - used - sizeof(SEPARATOR);
	struct buf clean = {0};
	const char *start;

	while (len > 0 && isspace((unsigned char)*output)) {
		output++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)output[len - 1]))
		len--;
	if (len == 0 || used + sizeof(SEPARATOR) >= sizeof(result->message))
		return;
	append_clean(&clean, output, len);
	start = clean.data;
	if (clean.len > room) {
		const char *newline;

		start = clean.data + clean.len - room;
		newline = memchr(start, '\n', room);
		if (newline && newline + 1 < clean.data + clean.len)
			start = newline + 1;
		while (((unsigned char)*start & 0xc0) == 0x80) /* in the middle of a character */
			start++;
	}
	snprintf(result->message + used, sizeof(result->message) - used, SEPARATOR "%s", start);
	buf_free(&clean);
}

void driver_write_failure(struct service_state *state, const char *output, size_t len, const char *format,
			  ...)
{
	struct driver_result line = {0};
	struct buf text = {0};
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	driver_result_say(&line, "%s", buf_string(&text));
	driver_result_add_output(&line, output, len);
	for (char *c = line.message; *c; c++) {
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	}
	snprintf(state->failure, sizeof(state->failure), "%.*s",
		 (int)text_cut(line.message, strlen(line.message), sizeof(state->failure) - 1), line.message);
	buf_free(&text);
}
