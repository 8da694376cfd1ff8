/* The bucket is kept as the time at which it will be full again, so that nothing has to fill it. Pure: the
 * time is given. */
#include "relay/rate_limit.h"

#define COST_MS (1000 / RATE_LIMIT_A_SECOND)

bool rate_limit_take(struct rate_limit *limit, int64_t monotonic_ms)
{
	int64_t from = limit->restored_ms > monotonic_ms ? limit->restored_ms : monotonic_ms;

	if (from + COST_MS - monotonic_ms > RATE_LIMIT_BURST * COST_MS)
		return false;
	limit->restored_ms = from + COST_MS;
	return true;
}
