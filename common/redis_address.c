/* From the text of an address to its parts. Nothing here connects. */
#include "common/redis_address.h"

#include "common/number.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FORMS	     "unix:PATH or redis[s]://[user:password@]host[:port][/db]"
#define DEFAULT_PORT 6379

/* Copies text[0..len) with %XX decoded; false if it does not fit or an escape is broken. */
static bool decode(const char *text, size_t len, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '%') {
			char digits[3] = "";

			if (i + 2 >= len)
				return false;
			memcpy(digits, text + i + 1, 2);
			if (strspn(digits, "0123456789abcdefABCDEF") != 2)
				return false;
			c = (char)strtol(digits, NULL, 16);
			i += 2;
		}
		if (!c || n + 1 >= size)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return true;
}

static bool read_number(const char *text, size_t len, int64_t min, int64_t max, int *out)
{
	char digits[8];
	int64_t value;

	if (!decode(text, len, digits, sizeof(digits)) || number_parse(digits, min, max, &value) != ERR_NONE)
		return false;
	*out = (int)value;
	return true;
}

/* SAMPLE host , host:6380 , [::1]:6379 */
static bool read_host(const char *text, size_t len, struct redis_address *out)
{
	const char *end = text + len, *bracket = *text == '[' ? memchr(text, ']', len) : NULL;
	const char *host = bracket ? text + 1 : text;
	const char *host_end = bracket ? bracket : memchr(text, ':', len);
	const char *colon = bracket ? bracket + 1 : host_end;

	if (!host_end)
		host_end = colon = end;
	if (host == host_end || !decode(host, (size_t)(host_end - host), out->host, sizeof(out->host)))
		return false;
	if (colon == end)
		return true;
	return *colon == ':' && read_number(colon + 1, (size_t)(end - colon - 1), 1, 65535, &out->port);
}

/* SAMPLE user:password@host:6380/2 , :password@host , password@host */
static bool read_url(const char *rest, struct redis_address *out)
{
	const char *slash = strchr(rest, '/'), *end = slash ? slash : rest + strlen(rest), *host = rest;
	const char *at = memrchr(rest, '@', (size_t)(end - rest));

	out->port = DEFAULT_PORT;
	if (at) {
		const char *colon = memchr(rest, ':', (size_t)(at - rest));
		const char *password = colon ? colon + 1 : rest;

		if (colon && !decode(rest, (size_t)(colon - rest), out->user, sizeof(out->user)))
			return false;
		if (!decode(password, (size_t)(at - password), out->password, sizeof(out->password)))
			return false;
		host = at + 1;
	}
	if (!read_host(host, (size_t)(end - host), out))
		return false;
	return !slash || !slash[1] || read_number(slash + 1, strlen(slash + 1), 0, 1000000, &out->database);
}

enum err redis_address_parse(const char *text, struct redis_address *out, struct reason *why)
{
	struct redis_address address = {0};

	if (strncmp(text, "unix:", 5) == 0) {
		if (!text[5] || strlen(text + 5) >= sizeof(address.path))
			return reason_set(why, ERR_INVALID,
					  "redis: the socket's path must be 1 to %zu bytes long",
					  sizeof(address.path) - 1);
		memcpy(address.path, text + 5, strlen(text + 5));
		*out = address;
		return ERR_NONE;
	}
	address.tls = strncmp(text, "rediss://", 9) == 0;
	if (!address.tls && strncmp(text, "redis://", 8) != 0)
		return reason_set(why, ERR_INVALID, "redis: must be " FORMS);
	if (!read_url(text + (address.tls ? 9 : 8), &address))
		return reason_set(why, ERR_INVALID,
				  "redis: a part of the address is not valid; it must be " FORMS);
	*out = address;
	return ERR_NONE;
}
