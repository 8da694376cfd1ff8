/*
 * TLS to a Redis whose address is `rediss://…`: the server must show a certificate for the address's host, by
 * an authority that is trusted. hiredis has TLS since 1.0 (Debian 13); a build on an older one refuses such
 * addresses.
 */
#ifndef COMMON_REDIS_TLS_H
#define COMMON_REDIS_TLS_H

#include "common/err.h"
#include "common/redis_address.h"

#include <stdbool.h>
#include <stddef.h>

struct redis_tls;
struct redisContext;

/*
 * What the connections to `address` need: NULL in *out where it asks for no TLS. `ca_file` has the
 * authorities (PEM); NULL trusts the system's. ERR_INVALID with a sentence. The caller frees it, after the
 * connections.
 */
enum err redis_tls_new(const struct redis_address *address, const char *ca_file, struct redis_tls **out,
		       struct reason *why) MUST_CHECK;
void redis_tls_free(struct redis_tls *tls); /* NULL is nothing */

/* Begins TLS on a connection that was just opened; a blocking one has it when this returns. NULL is nothing
 * to do. False: the connection's errstr says why. */
bool redis_tls_begin(struct redis_tls *tls, struct redisContext *context) MUST_CHECK;

/* Why the last connection failed: what was wrong with the certificate if that was it, else `otherwise`, which
 * is the library's word. */
const char *redis_tls_problem(const struct redis_tls *tls, const char *otherwise);

#endif
