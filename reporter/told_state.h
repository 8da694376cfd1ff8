/* A service's state as it was told: told again only when it has changed, or when somebody asked. */
#ifndef REPORTER_TOLD_STATE_H
#define REPORTER_TOLD_STATE_H

#include "reporter/driver.h"

#include <stdbool.h>

/* The first two are set by the driver, the rest is zero at first. */
struct told_state {
	driver_state_fn changed;
	void *user;
	struct service_state now;
	bool known; /* `now` was told once */
	bool asked; /* the next one is told even if it is the same */
};

void told_state_set(struct told_state *told, const struct service_state *state);

/* Nobody can be asked: an error, and not known to be installed. */
void told_state_set_unreachable(struct told_state *told);

#endif
