/* Computes delays. Who waits, and for what, is the owner's concern. */
#include "reporter/base/backoff.h"

#include <sys/random.h>

int64_t backoff_next(struct backoff *backoff)
{
	int64_t half;
	uint32_t dice = 0;

	backoff->ceiling_ms = backoff->ceiling_ms ? backoff->ceiling_ms * 2 : backoff->min_ms;
	if (backoff->ceiling_ms > backoff->max_ms)
		backoff->ceiling_ms = backoff->max_ms;
	half = backoff->ceiling_ms / 2;
	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) != sizeof(dice))
		dice = 0; /* the kernel has no randomness yet: early at boot, when spreading matters least */
	return half + dice % (backoff->ceiling_ms - half + 1);
}

void backoff_reset(struct backoff *backoff)
{
	backoff->ceiling_ms = 0;
}
