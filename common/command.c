/*
 * From the stored form of a command to the one on the wire. The relay sends it over a worker's stream and
 * the API in the answer to a report, so both splice it here; the object itself is not looked into.
 */
#include "common/command.h"

#include <inttypes.h>
#include <string.h>

/* SAMPLE 1763375400123 {"id":"4f…","type":"service","service_name":"nginx","action":"restart"} */
enum err command_write(struct buf *out, const char *stored, size_t len, int64_t now_ms)
{
	const char *blank = memchr(stored, ' ', len);
	int64_t expires_at_ms = 0;

	if (!blank || blank == stored || blank - stored > 15 || len - (size_t)(blank - stored) < 4 ||
	    blank[1] != '{')
		return ERR_MALFORMED;
	for (const char *digit = stored; digit < blank; digit++) {
		if (*digit < '0' || *digit > '9')
			return ERR_MALFORMED;
		expires_at_ms = expires_at_ms * 10 + (*digit - '0');
	}
	if (expires_at_ms <= now_ms)
		return ERR_NOT_FOUND;
	buf_printf(out, "{\"expires_in_ms\":%" PRId64 ",", expires_at_ms - now_ms);
	buf_append(out, blank + 2, len - (size_t)(blank + 2 - stored));
	return ERR_NONE;
}
