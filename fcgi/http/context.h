/*
 * What a process of the API knows while it serves: settings, the secret, its connection to the store, and the
 * tokens it verified a moment ago.
 */
#ifndef FCGI_HTTP_CONTEXT_H
#define FCGI_HTTP_CONTEXT_H

#include "common/token.h"
#include "fcgi/http/file_lock.h"
#include "fcgi/http/token_cache.h"
#include "fcgi/store/store.h"

#include <stdint.h>

enum pool_kind { POOL_QUICK, POOL_WAITING }; /* calls that take long run in a pool of their own */

struct route;

struct context {
	const struct route *routes; /* what can be asked */
	size_t routes_count;
	const struct token_secret *secret;
	int64_t session_ttl_s;
	int64_t command_timeout_ms;
	int64_t waits_a_user; /* calls of one user that may wait for workers at once */
	int64_t waits_a_pool; /* of all users in this pool; the other processes are for what waits for none */
	const char *pool_id;  /* of this pool of processes alone, by which the store knows it */
	int turns;	      /* of all processes of this API */
	struct turn_limits reads, waiting_reads; /* of the log */
	int64_t passwords_at_once;		 /* looked at */
	enum pool_kind pool;
	struct store *store;
	struct token_cache *tokens;
};

#endif
