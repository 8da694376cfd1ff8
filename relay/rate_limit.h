/* How often somebody may do something: so many times a second, and a burst of more after a rest. */
#ifndef RELAY_RATE_LIMIT_H
#define RELAY_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define ALLOWANCE_A_SECOND 20
#define ALLOWANCE_BURST	   100

struct rate_limit {
	int64_t restored_ms; /* when the whole burst may be had again; a zeroed struct is one that may */
};

/* Takes once from it; false: that was too often, and it is as it was. `monotonic_ms` as of common/clock.h. */
bool rate_limit_take(struct rate_limit *allowance, int64_t monotonic_ms);

#endif
