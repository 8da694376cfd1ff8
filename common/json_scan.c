/*
 * The walk over stored JSON. A value is skipped, not parsed: a string ends at the first quote that no
 * backslash escapes, an object or array where its brackets are balanced, anything else at the next
 * separator.
 *
 * Log filters run this over every entry of a search, so the loops are tight and the long part of an entry,
 * its message, is crossed by memchr.
 */
#include "common/json_scan.h"

#include <string.h>

/* Where the string that begins at `at` ends, behind its closing quote; NULL if it is cut short. */
static const char *string_end(const char *at, const char *end)
{
	const char *quote = memchr(at + 1, '"', (size_t)(end - at - 1));

	while (quote) {
		const char *slashes = quote;

		/* The quote that opens the string ends this at the latest. */
		while (slashes[-1] == '\\')
			slashes--;
		if ((quote - slashes) % 2 == 0)
			return quote + 1;
		quote = memchr(quote + 1, '"', (size_t)(end - quote - 1));
	}
	return NULL;
}

/*
 * Where the value that begins at `at` ends; NULL if it is cut short. An empty value ends where it begins.
 */
static const char *value_end(const char *at, const char *end)
{
	int depth = 0;

	if (at < end && *at == '"')
		return string_end(at, end);
	if (at < end && *at != '{' && *at != '[') {
		while (at < end && *at != ',' && *at != '}' && *at != ']')
			at++;
		return at;
	}
	while (at < end) {
		if (*at == '"') {
			at = string_end(at, end);
			if (!at)
				return NULL;
			continue;
		}
		if (*at == '{' || *at == '[')
			depth++;
		else if (*at == '}' || *at == ']')
			depth--;
		at++;
		if (depth == 0)
			return at;
	}
	return NULL;
}

struct json_scan json_scan_open(const char *json, size_t len)
{
	struct json_scan scan = {.state = JSON_SCAN_MALFORMED};

	if (len < 2 || (*json != '{' && *json != '['))
		return scan;
	scan.at = json + 1;
	scan.end = json + len;
	scan.close = *json == '{' ? '}' : ']';
	scan.state = JSON_SCAN_MORE;
	if (*scan.at == scan.close)
		scan.state = len == 2 ? JSON_SCAN_ENDED : JSON_SCAN_MALFORMED;
	return scan;
}

struct json_scan json_scan_elements(const char *json, size_t len)
{
	if (!len)
		return (struct json_scan){.state = JSON_SCAN_ENDED};
	return (struct json_scan){.at = json, .end = json + len, .state = JSON_SCAN_MORE};
}

bool json_scan_next(struct json_scan *scan, struct span *name, struct span *value)
{
	const char *at = scan->at, *end = scan->end, *behind;
	struct span found = {0};
	bool last;

	if (scan->state != JSON_SCAN_MORE)
		return false;
	scan->state = JSON_SCAN_MALFORMED;
	if (scan->close == '}') {
		behind = at < end && *at == '"' ? string_end(at, end) : NULL;
		if (!behind || behind == end || *behind != ':')
			return false;
		found = (struct span){at + 1, (size_t)(behind - at) - 2};
		at = behind + 1;
	}
	behind = value_end(at, end);
	if (!behind || behind == at)
		return false;
	last = scan->close ? behind + 1 == end && *behind == scan->close : behind == end;
	if (!last && (behind == end || *behind != ','))
		return false;
	*name = found;
	*value = (struct span){at, (size_t)(behind - at)};
	scan->at = behind + 1;
	scan->state = last ? JSON_SCAN_ENDED : JSON_SCAN_MORE;
	return true;
}

bool json_scan_expect(struct json_scan *scan, const char *name, struct span *value)
{
	struct span found, found_value;

	if (!json_scan_next(scan, &found, &found_value) || !span_is(found, name))
		return false;
	*value = found_value;
	return true;
}

bool json_scan_find(const char *json, size_t len, const char *name, struct span *value)
{
	struct json_scan scan = json_scan_open(json, len);
	struct span found, found_value;

	while (json_scan_next(&scan, &found, &found_value)) {
		if (!span_is(found, name))
			continue;
		*value = found_value;
		return true;
	}
	return false;
}

struct span json_scan_text(struct span value)
{
	if (value.len < 2 || *value.data != '"')
		return (struct span){value.data, 0};
	return (struct span){value.data + 1, value.len - 2};
}
