/*
 * What a process of the API knows while it serves: its settings, the secret, its connection to the store, and
 * the tokens that it verified a moment ago. Made by main.c after the fork; every call carries a pointer to
 * it.
 */
#ifndef FCGI_HTTP_CONTEXT_H
#define FCGI_HTTP_CONTEXT_H

#include "common/token.h"
#include "fcgi/http/semaphore.h"
#include "fcgi/http/token_cache.h"
#include "fcgi/store/store.h"

#include <stddef.h>
#include <stdint.h>

enum pool_kind {
	POOL_QUICK,  /* calls that take milliseconds */
	POOL_WAITING /* calls that may hold their process for long; they have a pool of their own */
};

struct route;

struct context {
	const struct route *routes; /* what can be asked */
	size_t routes_count;
	enum pool_kind pool; /* the one that this process belongs to */
	struct store *store;
	struct token_cache *token_cache;
	const struct token_secret *secret;
	int64_t session_ttl_s; /* how long a login lasts */

	/* Waiting for workers (model/command.c, store/wait_lease.h). */
	int64_t command_timeout_ms;
	int64_t waits_a_user; /* how many calls of one user may wait at once */
	int64_t waits_a_pool; /* how many of all users in this pool; the rest is left to other calls */
	const char *pool_id;  /* by which the store tells this API's pool from another API's */

	/* Expensive work that only a few processes of this API may do at once (semaphore.h). */
	int semaphores;
	struct semaphore_limits searches, waiting_searches; /* searching the log, and waiting for that */
	int64_t passwords_at_once;			    /* hashing */
};

#endif
