/* A bucket of tokens, kept as the time at which it will be full. Pure: the time is given. */
#include "relay/rate_limit.h"

#define COST_MS (1000 / ALLOWANCE_A_SECOND)

bool rate_limit_take(struct rate_limit *allowance, int64_t monotonic_ms)
{
	int64_t from = allowance->restored_ms > monotonic_ms ? allowance->restored_ms : monotonic_ms;

	if (from + COST_MS - monotonic_ms > ALLOWANCE_BURST * COST_MS)
		return false;
	allowance->restored_ms = from + COST_MS;
	return true;
}
