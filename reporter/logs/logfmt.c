/* Pairs of logfmt, told apart. What their names mean is log_fields' table. */
#include "reporter/logs/logfmt.h"

#include "common/json.h"

#include <ctype.h>
#include <string.h>

#define KEY_MAX 64

/* What no logger leaves out. */
static const char *const SIGNS[] = {"level", "lvl", "severity", "time", "ts", "timestamp"};

struct pairs {
	const char *at, *end;
	char key[KEY_MAX + 1];
	struct buf value;
};

static bool is_sign(const char *key)
{
	for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++)
		if (strcmp(SIGNS[i], key) == 0)
			return true;
	return false;
}

/* The length of the key at `at`, which is followed by an equals sign; 0 if there is none. */
static size_t key_len(const char *at, const char *end)
{
	const char *p = at;

	if (p == end || (!isalpha((unsigned char)*p) && *p != '_' && *p != '@'))
		return 0;
	while (p < end && p - at <= KEY_MAX && (isalnum((unsigned char)*p) || memchr("_@.-/", *p, 5)))
		p++;
	return p < end && *p == '=' && p - at <= KEY_MAX ? (size_t)(p - at) : 0;
}

static void skip_blanks(struct pairs *pairs)
{
	while (pairs->at < pairs->end && *pairs->at == ' ')
		pairs->at++;
}

/* Backslashes stand as in Go's strings; one before another letter than these stays. */
static bool take_quoted(struct pairs *pairs)
{
	static const char ESCAPES[] = "\"\\ntr", MEANINGS[] = "\"\\\n\t\r";

	for (pairs->at++; pairs->at < pairs->end && *pairs->at != '"'; pairs->at++) {
		const char *escape = NULL;

		if (*pairs->at == '\\' && pairs->end - pairs->at > 1)
			escape = memchr(ESCAPES, pairs->at[1], sizeof(ESCAPES) - 1);
		buf_char(&pairs->value, escape ? MEANINGS[escape - ESCAPES] : *pairs->at);
		pairs->at += escape != NULL;
	}
	if (pairs->at == pairs->end)
		return false;
	pairs->at++;
	return pairs->at == pairs->end || *pairs->at == ' ';
}

/* Words up to the next pair: who does not quote `msg=disk gone` means both. */
static void take_words(struct pairs *pairs)
{
	const char *begin = pairs->at, *end = begin;

	while (pairs->at < pairs->end && (pairs->at == begin || key_len(pairs->at, pairs->end) == 0)) {
		while (pairs->at < pairs->end && *pairs->at != ' ')
			pairs->at++;
		end = pairs->at;
		skip_blanks(pairs);
	}
	buf_append(&pairs->value, begin, (size_t)(end - begin));
}

static bool take_pair(struct pairs *pairs)
{
	size_t len = key_len(pairs->at, pairs->end);

	if (len == 0)
		return false;
	memcpy(pairs->key, pairs->at, len);
	pairs->key[len] = '\0';
	pairs->at += len + 1;
	buf_clear(&pairs->value);
	if (pairs->at < pairs->end && *pairs->at == '"')
		return take_quoted(pairs);
	if (pairs->at < pairs->end && *pairs->at != ' ')
		take_words(pairs);
	return true;
}

bool log_logfmt_read(const char *line, size_t len, struct buf *out)
{
	struct pairs pairs = {.at = line, .end = line + len};
	struct json_out json = {.buf = out};
	bool known = false, whole = len > 0;

	buf_clear(out);
	json_open(&json, '{');
	while (whole && pairs.at < pairs.end) {
		whole = take_pair(&pairs);
		if (whole) {
			json_put_text_len(&json, pairs.key, buf_string(&pairs.value), pairs.value.len);
			known |= is_sign(pairs.key);
		}
		skip_blanks(&pairs);
	}
	json_close(&json, '}');
	buf_free(&pairs.value);
	return whole && known;
}
