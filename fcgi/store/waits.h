/*
 * Who waits for workers: which commands a user waits for, all processes together, and which a pool of
 * processes waits for. A process that died while it waited is not counted any longer than it would have.
 */
#ifndef FCGI_STORE_WAITS_H
#define FCGI_STORE_WAITS_H

#include "fcgi/store/store.h"

#include <stdint.h>

/* One who may wait for so many commands at once. */
struct waiter {
	const char *name;
	int64_t limit;
};

struct wait {
	const char *command_id;
	int64_t until_ms; /* at most */
	struct waiter user, pool;
};

/* The wait begins. ERR_TOO_MANY_WAITING if either waits for as many as it may: *full is who, and the wait has
 * not begun. */
enum err waits_begin(struct store *store, const struct wait *wait, const struct waiter **full) MUST_CHECK;

enum err waits_end(struct store *store, const struct wait *wait) MUST_CHECK;

#endif
