/*
 * TLS to a Redis whose address is `rediss://…`. The server must show a certificate for the address's host,
 * from an authority that is trusted. hiredis has TLS since 1.0 (Debian 13); a program that was built with
 * an older one refuses such addresses at start.
 */
#ifndef COMMON_REDIS_TLS_H
#define COMMON_REDIS_TLS_H

#include "common/err.h"
#include "common/redis_address.h"

#include <stdbool.h>
#include <stddef.h>

/* The settings of TLS for one address, used by all connections to it, one after another. */
struct redis_tls;
struct redisContext;

/*
 * Makes the TLS settings for connections to `address`; *out is NULL if the address asks for no TLS.
 * `ca_file` holds the certificates of the authorities (PEM); NULL trusts the system's. ERR_INVALID with a
 * sentence if the file cannot be used, or the program was built without TLS. The caller frees *out, after
 * the connections.
 */
enum err redis_tls_new(const struct redis_address *address, const char *ca_file, struct redis_tls **out,
		       struct reason *why) MUST_CHECK;

/* NULL is nothing. */
void redis_tls_free(struct redis_tls *tls);

/*
 * Begins TLS on a connection that was just opened. On a blocking connection the handshake is over when
 * this returns, on another one the library does it later. With `tls` NULL there is nothing to do, and it
 * is true. False: it failed, and the connection's errstr or redis_tls_problem says why.
 */
bool redis_tls_begin(struct redis_tls *tls, struct redisContext *context) MUST_CHECK;

/*
 * Why the last connection failed: what was wrong with the server's certificate, if that was it; else
 * `otherwise`, which is what the library said. Valid until the next connection begins.
 */
const char *redis_tls_problem(const struct redis_tls *tls, const char *otherwise);

#endif
