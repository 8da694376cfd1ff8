/*
 * The store: one connection to Redis, owned by one process. It connects when it is first used and again after
 * the connection was lost; what cannot be done meanwhile fails at once with ERR_BACKEND_AWAY, and nothing is
 * ever sent twice. Each concept that is kept in it (nodes, history, users, …) has a header beside this one.
 */
#ifndef FCGI_STORE_STORE_H
#define FCGI_STORE_STORE_H

#include "common/err.h"
#include "common/redis_address.h"
#include "common/redis_tls.h"

struct store;

/* Does not connect yet. `tls` (NULL: none) outlives it. The caller frees it with store_free. */
struct store *store_open(const struct redis_address *address, struct redis_tls *tls);
void store_free(struct store *store); /* NULL is nothing */

/* Whether Redis answers. */
enum err store_ping(struct store *store) MUST_CHECK;

#endif
