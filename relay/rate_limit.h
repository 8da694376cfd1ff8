/* A rate limit (token bucket): 20 requests a second, and up to 100 at once after a rest. */
#ifndef RELAY_RATE_LIMIT_H
#define RELAY_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define RATE_LIMIT_A_SECOND 20
#define RATE_LIMIT_BURST    100

/* One client's limit. A zeroed struct is one that has rested. */
struct rate_limit {
	int64_t restored_ms; /* when the whole burst may be had again */
};

/* Takes one request; false if that was too often, and the limit is as it was. The time is of
 * clock_monotonic_ms. */
bool rate_limit_take(struct rate_limit *limit, int64_t monotonic_ms);

#endif
