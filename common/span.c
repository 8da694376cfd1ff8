/* A walk over an object's members that skips their values. */
#include "common/span.h"

#include <string.h>

/* Behind the string that begins at `at`, its quotes counted; `end` if it has no end. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at < end ? at + 1 : end;
}

/* Behind the value that begins at `at`: at the comma or bracket that ends it. */
static const char *skip_value(const char *at, const char *end)
{
	int depth = 0;

	while (at < end) {
		if (*at == '"') {
			at = skip_string(at, end);
			continue;
		}
		if (!depth && (*at == ',' || *at == '}' || *at == ']'))
			return at;
		if (*at == '{' || *at == '[')
			depth++;
		else if (*at == '}' || *at == ']')
			depth--;
		at++;
	}
	return end;
}

bool span_find(const char *json, size_t len, const char *key, struct span *out)
{
	const char *at = json, *end = json + len;
	size_t key_len = strlen(key);

	while (at + 1 < end && (*at == '{' || *at == ',')) {
		const char *name = at + 1, *name_end = skip_string(name, end), *value = name_end + 1;

		if (*name != '"' || value >= end || *name_end != ':')
			return false;
		at = skip_value(value, end);
		if ((size_t)(name_end - name) == key_len + 2 && memcmp(name + 1, key, key_len) == 0) {
			*out = (struct span){value, (size_t)(at - value)};
			return true;
		}
	}
	return false;
}
