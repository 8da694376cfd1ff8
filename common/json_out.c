/*
 * Writing JSON straight into a buffer. Whatever the texts hold, the result is valid UTF-8 without a raw
 * control character, so it can be put into a line, a frame or a message on a channel.
 */
#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* What stands after the backslash, 0: the character needs none, 'u': the \u00XX form. */
static char escape_of(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return c < 0x20 || c == 0x7f ? 'u' : 0;
	}
}

size_t json_quote_fit(const char *text, size_t len, size_t max)
{
	size_t i = 0, written = 0;

	while (i < len) {
		unsigned char c = (unsigned char)text[i];
		char escape = escape_of(c);
		size_t used = c < 0x80 ? 1 : text_utf8_len(text + i, len - i);

		written += escape == 'u' ? strlen("\\u0000") : escape ? 2 : used ? used : strlen(REPLACEMENT);
		if (written > max)
			break;
		i += used ? used : 1;
	}
	return i;
}

void json_quote(struct buf *out, const char *text, size_t len)
{
	size_t plain = 0, i = 0; /* text[plain..i) needs no change and is copied in one piece */

	buf_reserve(out, len + 2);
	buf_char(out, '"');
	while (i < len) {
		unsigned char c = (unsigned char)text[i];
		char escape = escape_of(c);
		size_t used = c < 0x80 ? 1 : text_utf8_len(text + i, len - i);

		if (!escape && used) {
			i += used;
			continue;
		}
		buf_append(out, text + plain, i - plain);
		if (!used)
			buf_text(out, REPLACEMENT);
		else if (escape == 'u')
			buf_printf(out, "\\u%04x", c);
		else
			buf_append(out, (char[]){'\\', escape}, 2);
		plain = ++i;
	}
	buf_append(out, text + plain, i - plain);
	buf_char(out, '"');
}

/* What comes before each value: a comma if one is due, and the key if there is one. */
static void begin(struct json_out *out, const char *key)
{
	if (out->comma)
		buf_char(out->buf, ',');
	out->comma = true;
	if (!key)
		return;
	json_quote(out->buf, key, strlen(key));
	buf_char(out->buf, ':');
}

void json_open_member(struct json_out *out, const char *key, char bracket)
{
	begin(out, key);
	buf_char(out->buf, bracket);
	out->comma = false;
}

void json_open(struct json_out *out, char bracket)
{
	json_open_member(out, NULL, bracket);
}

void json_close(struct json_out *out, char bracket)
{
	buf_char(out->buf, bracket);
	out->comma = true;
}

void json_put_text(struct json_out *out, const char *key, const char *text)
{
	if (text)
		json_put_text_len(out, key, text, strlen(text));
	else
		json_put_null(out, key);
}

void json_put_text_len(struct json_out *out, const char *key, const char *text, size_t len)
{
	begin(out, key);
	json_quote(out->buf, text, len);
}

void json_put_integer(struct json_out *out, const char *key, int64_t value)
{
	begin(out, key);
	buf_printf(out->buf, "%" PRId64, value);
}

void json_put_number(struct json_out *out, const char *key, double value)
{
	double hundredths = round(value * 100);

	if (!isfinite(value)) {
		json_put_null(out, key);
		return;
	}
	begin(out, key);
	if (fabs(hundredths) < JSON_EXACT_INTEGER && fmod(hundredths, 100) != 0)
		buf_printf(out->buf, fmod(hundredths, 10) != 0 ? "%.2f" : "%.1f", hundredths / 100);
	else
		buf_printf(out->buf, "%.0f", value);
}

void json_put_bool(struct json_out *out, const char *key, bool value)
{
	begin(out, key);
	buf_text(out->buf, value ? "true" : "false");
}

void json_put_null(struct json_out *out, const char *key)
{
	begin(out, key);
	buf_text(out->buf, "null");
}

void json_put_time(struct json_out *out, const char *key, int64_t ms)
{
	char iso[CLOCK_ISO_SIZE];

	clock_format_iso(ms, iso);
	begin(out, key);
	buf_char(out->buf, '"');
	buf_append(out->buf, iso, CLOCK_ISO_LEN);
	buf_char(out->buf, '"');
}

void json_put_raw(struct json_out *out, const char *key, const char *json, size_t len)
{
	begin(out, key);
	buf_append(out->buf, json, len);
}

void json_put_value(struct json_out *out, const char *key, const struct json *value)
{
	begin(out, key);
	json_write(out->buf, value);
}

/* The shorter of the two forms that reads back as the same double. */
static void write_double(struct buf *out, double value)
{
	size_t start = out->len;

	if (trunc(value) == value && fabs(value) < JSON_EXACT_INTEGER) {
		buf_printf(out, "%" PRId64, (int64_t)value);
		return;
	}
	buf_printf(out, "%.15g", value);
	if (strtod(out->data + start, NULL) != value) {
		buf_truncate(out, start);
		buf_printf(out, "%.17g", value);
	}
}

static void write_container(struct buf *out, const struct json *value, const char *brackets)
{
	struct json_out inner = {.buf = out};

	buf_char(out, brackets[0]);
	for (const struct json *e = json_first(value); e; e = json_next(e))
		json_put_value(&inner, json_key(e), e);
	buf_char(out, brackets[1]);
}

void json_write(struct buf *out, const struct json *value)
{
	if (json_is_object(value))
		write_container(out, value, "{}");
	else if (json_is_array(value))
		write_container(out, value, "[]");
	else if (json_is_text(value))
		json_quote(out, json_text(value), strlen(json_text(value)));
	else if (json_is_number(value))
		write_double(out, json_number(value));
	else if (json_is_bool(value))
		buf_text(out, json_is_true(value) ? "true" : "false");
	else
		buf_text(out, "null");
}
