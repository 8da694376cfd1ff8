/* How long to wait before the next try: doubling, bounded, and spread so that workers do not come together.
 */
#ifndef REPORTER_BASE_BACKOFF_H
#define REPORTER_BASE_BACKOFF_H

#include <stdint.h>

struct backoff {
	int64_t min_ms, max_ms; /* set by the owner */
	int64_t ceiling_ms;	/* 0: no failure yet */
};

/* The delay after one more failure: between half of the ceiling and the ceiling, which starts at min_ms. */
int64_t backoff_next(struct backoff *backoff);

/* It worked: the next failure begins at min_ms. */
void backoff_reset(struct backoff *backoff);

#endif
