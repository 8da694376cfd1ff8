/*
 * Leases of calls that wait for a worker: how many such calls a user has, and how many a pool of processes
 * holds.
 *
 * This is a semaphore like fcgi/http/semaphore.h, but counted in Redis, because a user may ask several APIs
 * on several hosts and has one limit over all of them. Redis does not notice that a process died, so what is
 * given out is a lease: it ends by itself when the call would have ended. A waiting call talks to Redis
 * anyway, so a lease costs two round trips more and no other service.
 */
#ifndef FCGI_STORE_WAIT_LEASE_H
#define FCGI_STORE_WAIT_LEASE_H

#include "fcgi/store/store.h"

#include <stdint.h>

/* On whose account a call waits: a user, or a pool. */
struct lease_holder {
	const char *name;
	int64_t limit; /* leases at once */
};

struct wait_lease {
	const char *command_id; /* what is waited for; it names the lease */
	int64_t until_ms;	/* when it ends by itself, by the clock; at most ten minutes from now */
	struct lease_holder user, pool;
};

/*
 * Takes the lease. ERR_TOO_MANY_WAITING: *full, one of the lease's holders, has as many as it may, and
 * nothing was taken; where both have, it is the user.
 */
enum err wait_lease_take(struct store *store, const struct wait_lease *lease,
			 const struct lease_holder **full) MUST_CHECK;

/* Gives the lease back. On failure it ends by itself. */
enum err wait_lease_release(struct store *store, const struct wait_lease *lease) MUST_CHECK;

#endif
