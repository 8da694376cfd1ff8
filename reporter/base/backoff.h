/*
 * How long to wait before the next try: exponential back-off with jitter. The delay doubles with each failure
 * up to a bound, and is spread at random, so that a thousand workers whose coordinator was restarted do not
 * come back in the same second.
 */
#ifndef REPORTER_BASE_BACKOFF_H
#define REPORTER_BASE_BACKOFF_H

#include <stdint.h>

struct backoff {
	int64_t min_ms, max_ms; /* set by the owner */
	int64_t ceiling_ms;	/* of the last delay; 0: at rest, no failure since the last success */
};

/* The delay after one more failure, in milliseconds: at random between half of the ceiling and the ceiling.
 * The ceiling is min_ms at the first failure and doubles with each up to max_ms. */
int64_t backoff_next(struct backoff *backoff);

/* It worked: the next failure begins with min_ms again. */
void backoff_reset(struct backoff *backoff);

#endif
