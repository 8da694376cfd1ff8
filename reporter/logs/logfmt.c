/*
 * Tells the pairs of a logfmt line apart. What their names mean is the table in field_names.c.
 *
 * Nothing says that a line is logfmt, and `a=1 b=2` or a shell command with assignments looks like it. So a
 * line must be pairs from its beginning to its end, and one of the keys must be a time or a level, which no
 * logger leaves out.
 */
#include "reporter/logs/logfmt.h"

#include "common/json.h"
#include "reporter/logs/field_names.h"
#include "reporter/logs/scan.h"

#include <ctype.h>
#include <string.h>

#define KEY_MAX 64

/* The length of the key that stands there, with an equals sign behind it; 0 if none does. */
static size_t key_len(const struct scan *scan)
{
	const char *p = scan->at;

	if (p == scan->end || (!isalpha((unsigned char)*p) && *p != '_' && *p != '@'))
		return 0;
	while (p < scan->end && p - scan->at <= KEY_MAX &&
	       (isalnum((unsigned char)*p) || memchr("_@.-/", *p, 5)))
		p++;
	return p < scan->end && *p == '=' && p - scan->at <= KEY_MAX ? (size_t)(p - scan->at) : 0;
}

/*
 * A value in quotes. Backslashes stand as in Go's strings; one before any other letter is a backslash. False
 * if the quote is left open, or something follows it at once.
 */
static bool take_quoted(struct scan *scan, struct buf *value)
{
	static const char ESCAPES[] = "\"\\ntr", MEANINGS[] = "\"\\\n\t\r";

	for (scan->at++; scan->at < scan->end && *scan->at != '"'; scan->at++) {
		const char *escape = NULL;

		if (*scan->at == '\\' && scan_left(scan) > 1)
			escape = memchr(ESCAPES, scan->at[1], sizeof(ESCAPES) - 1);
		buf_char(value, escape ? MEANINGS[escape - ESCAPES] : *scan->at);
		scan->at += escape != NULL;
	}
	return scan_char(scan, '"') && (scan->at == scan->end || *scan->at == ' ');
}

/* Words up to the next pair: a program that does not quote `msg=disk gone` means both. */
static void take_words(struct scan *scan, struct buf *value)
{
	const char *begin = scan->at, *end = begin;

	while (scan->at < scan->end && (scan->at == begin || key_len(scan) == 0)) {
		while (scan->at < scan->end && *scan->at != ' ')
			scan->at++;
		end = scan->at;
		while (scan_char(scan, ' '))
			;
	}
	buf_append(value, begin, (size_t)(end - begin));
}

/* One pair: its key as a string, its value in *value. False if none stands there. */
static bool take_pair(struct scan *scan, char key[KEY_MAX + 1], struct buf *value)
{
	size_t len = key_len(scan);

	if (len == 0)
		return false;
	memcpy(key, scan->at, len);
	key[len] = '\0';
	scan->at += len + 1;
	buf_clear(value);
	if (scan->at == scan->end || *scan->at == ' ')
		return true;
	if (*scan->at == '"')
		return take_quoted(scan, value);
	take_words(scan, value);
	return true;
}

bool logfmt_read(const char *line, size_t len, struct buf *out)
{
	struct scan scan = {line, line + len};
	struct json_out json = {.buf = out};
	struct buf value = {0};
	char key[KEY_MAX + 1];
	bool known = false, whole = true;

	/* Most lines end here, before anything is written. */
	if (key_len(&scan) == 0)
		return false;
	buf_clear(out);
	json_open(&json, '{');
	while (scan.at < scan.end) {
		whole = take_pair(&scan, key, &value);
		if (!whole)
			break;
		json_put_text_len(&json, key, buf_string(&value), value.len);
		known = known || field_name_is_sign(key);
		while (scan_char(&scan, ' '))
			;
	}
	json_close(&json, '}');
	buf_free(&value);
	return known && whole;
}
