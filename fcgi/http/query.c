/* Percent-encoding (RFC 3986, section 2.1), and `+` for a blank in queries. It knows no route's parameters.
 */
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

enum err query_decode(const char *text, size_t len, struct buf *out, struct reason *why)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '%') {
			int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
			int low = i + 2 < len ? hex_digit(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return reason_set(why, ERR_MALFORMED,
						  "the URL holds a broken percent-escape");
			c = (char)(high << 4 | low);
			i += 2;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return reason_set(why, ERR_MALFORMED, "the URL holds a control character");
		buf_char(out, c);
	}
	return ERR_NONE;
}

/* A name or a value, with its NUL. A `+` is a blank only before decoding: `%2B` is a plus. */
static enum err decode_piece(const char *text, size_t len, struct buf *out, struct reason *why)
{
	const char *end = text + len;

	for (;;) {
		const char *plus = memchr(text, '+', (size_t)(end - text));
		enum err err = query_decode(text, (size_t)((plus ? plus : end) - text), out, why);

		if (err != ERR_NONE)
			return err;
		if (!plus)
			break;
		buf_char(out, ' ');
		text = plus + 1;
	}
	buf_char(out, '\0');
	return ERR_NONE;
}

/* SAMPLE level=ERROR , q=two+words , flag */
static enum err add(struct query *query, const char *text, size_t len, struct reason *why)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals ? (size_t)(equals - text) : len;
	size_t value_at = equals ? name_len + 1 : len;
	enum err err;

	if (query->count == QUERY_MAX)
		return reason_set(why, ERR_MALFORMED, "the URL has more than %d parameters", QUERY_MAX);
	query->name[query->count] = query->text.len;
	err = decode_piece(text, name_len, &query->text, why);
	if (err != ERR_NONE)
		return err;
	query->value[query->count] = query->text.len;
	query->count++;
	return decode_piece(text + value_at, len - value_at, &query->text, why);
}

enum err query_parse(const char *text, struct query *out, struct reason *why)
{
	struct query query = {.count = 0};

	while (*text) {
		size_t len = strcspn(text, "&");
		enum err err = len ? add(&query, text, len, why) : ERR_NONE;

		if (err != ERR_NONE) {
			query_free(&query);
			return err;
		}
		text += len + (text[len] == '&');
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
