/* Reading the address; pure text. */
#include "relay/listen_address.h"

#include "common/number.h"

#include <stdint.h>
#include <string.h>

#define UNIX_PREFIX "unix:"

static enum err parse_path(const char *path, struct listen_address *out, struct reason *why)
{
	if (!*path || strlen(path) >= sizeof(out->path))
		return reason_set(why, ERR_INVALID, "the socket's path must be 1 to %zu bytes long",
				  sizeof(out->path) - 1);
	memcpy(out->path, path, strlen(path) + 1);
	return ERR_NONE;
}

/* SAMPLE 127.0.0.1:8090, [::1]:8090 */
static enum err parse_tcp(const char *text, struct listen_address *out, struct reason *why)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	int64_t port;

	if (len > 2 && text[0] == '[' && colon[-1] == ']') {
		text++;
		len -= 2;
	}
	if (!len || len >= sizeof(out->host) || number_parse(colon + 1, 1, 65535, &port) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "an address to listen on is unix:PATH or HOST:PORT");
	memcpy(out->host, text, len);
	out->port = (int)port;
	return ERR_NONE;
}

enum err listen_address_parse(const char *text, struct listen_address *out, struct reason *why)
{
	struct listen_address address = {0};
	size_t prefix = strlen(UNIX_PREFIX);
	enum err err = strncmp(text, UNIX_PREFIX, prefix) == 0 ? parse_path(text + prefix, &address, why)
							       : parse_tcp(text, &address, why);

	if (err == ERR_NONE)
		*out = address;
	return err;
}
