/* Percent-encoding, RFC 3986 section 2.1, and `+` for a blank in queries. */
#include "fcgi/http/query.h"

#include "common/number.h"

#include <inttypes.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* One character of the text, which may be an escape of three. Returns how many were read, 0 for a broken one.
 */
static size_t decode_one(const char *text, size_t len, char *out)
{
	*out = *text;
	if (*text != '%')
		return 1;
	if (len < 3 || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0)
		return 0;
	*out = (char)(hex_digit(text[1]) << 4 | hex_digit(text[2]));
	return 3;
}

enum err query_decode(const char *text, size_t len, struct buf *out, struct reason *why)
{
	size_t used;

	for (size_t i = 0; i < len; i += used) {
		char c;

		used = decode_one(text + i, len - i, &c);
		if (!used)
			return reason_set(why, ERR_MALFORMED, "the URL holds a broken percent-escape");
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return reason_set(why, ERR_MALFORMED, "the URL holds a control character");
		buf_char(out, c);
	}
	return ERR_NONE;
}

/* A query's piece: blanks are written as `+`, which must be told apart from an escaped plus. */
static enum err decode_piece(const char *text, size_t len, struct buf *out, struct reason *why)
{
	const char *end = text + len, *plus;
	enum err err = ERR_NONE;

	while (err == ERR_NONE && (plus = memchr(text, '+', (size_t)(end - text))) != NULL) {
		err = query_decode(text, (size_t)(plus - text), out, why);
		buf_char(out, ' ');
		text = plus + 1;
	}
	if (err == ERR_NONE)
		err = query_decode(text, (size_t)(end - text), out, why);
	buf_char(out, '\0');
	return err;
}

static enum err add(struct query *query, const char *text, size_t len, struct reason *why)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals ? (size_t)(equals - text) : len;
	enum err err;

	if (query->count == QUERY_MAX)
		return reason_set(why, ERR_MALFORMED, "the URL has more than %d parameters", QUERY_MAX);
	query->name[query->count] = query->text.len;
	err = decode_piece(text, name_len, &query->text, why);
	if (err != ERR_NONE)
		return err;
	query->value[query->count] = query->text.len;
	query->count++;
	return decode_piece(text + name_len + (equals ? 1 : 0), len - name_len - (equals ? 1 : 0),
			    &query->text, why);
}

enum err query_parse(const char *text, struct query *out, struct reason *why)
{
	struct query query = {.count = 0};
	enum err err = ERR_NONE;

	for (const char *at = text; *at && err == ERR_NONE;) {
		size_t len = strcspn(at, "&");

		if (len)
			err = add(&query, at, len, why);
		at += len + (at[len] == '&');
	}
	if (err != ERR_NONE) {
		query_free(&query);
		return err;
	}
	*out = query;
	return ERR_NONE;
}

void query_free(struct query *query)
{
	buf_free(&query->text);
	query->count = 0;
}

const char *query_get(const struct query *query, const char *name)
{
	for (size_t i = 0; i < query->count; i++)
		if (strcmp(query->text.data + query->name[i], name) == 0)
			return query->text.data + query->value[i];
	return NULL;
}

enum err query_integer(const struct query *query, const char *name, int64_t min, int64_t max, int64_t *out,
		       struct reason *why)
{
	const char *text = query_get(query, name);

	if (text && number_parse(text, min, max, out) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "%s must be a whole number from %" PRId64 " to %" PRId64,
				  name, min, max);
	return ERR_NONE;
}
