/*
 * The address of Redis and the login for it: the setting `--redis` (P2PDASH_REDIS), as `unix:PATH`,
 * `redis://[user:password@]host[:port][/db]`, or `rediss://…` for TLS.
 */
#ifndef COMMON_REDIS_ADDRESS_H
#define COMMON_REDIS_ADDRESS_H

#include "common/err.h"

#include <stdbool.h>

struct redis_address {
	char path[108]; /* unix socket; "" for TCP */
	char host[256];
	int port;
	char user[128], password[256]; /* percent-decoded; "" if not given */
	int database;
	bool tls;
};

/*
 * Reads the address; a port that is not given is 6379, a database 0. A password without a user may stand
 * with or without a colon before it. ERR_INVALID with a sentence that never holds the password; *out is
 * untouched then.
 */
enum err redis_address_parse(const char *text, struct redis_address *out, struct reason *why) MUST_CHECK;

#endif
