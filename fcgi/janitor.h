/* The clean-up: a process of its own that forgets workers which have been silent for too long. */
#ifndef FCGI_JANITOR_H
#define FCGI_JANITOR_H

#include "fcgi/store/store.h"

#include <stdint.h>

struct janitor_options {
	const struct redis_address *redis;
	struct redis_tls *tls;	/* NULL: none */
	int64_t forget_after_s; /* how long a worker may be silent before it is forgotten */
};

/* Cleans up at once and then every few seconds. Returns after SIGTERM, which may come at any time. */
void janitor_run(const struct janitor_options *options);

#endif
