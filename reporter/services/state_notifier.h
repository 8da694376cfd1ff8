/* A service's state as it was told: told again only when it has changed, or when somebody asked. */
#ifndef REPORTER_SERVICES_STATE_NOTIFIER_H
#define REPORTER_SERVICES_STATE_NOTIFIER_H

#include "reporter/services/driver.h"

#include <stdbool.h>

/* The first two are set by the driver, the rest is zero at first. */
struct state_notifier {
	driver_state_fn changed;
	void *user;
	struct service_state now;
	bool known; /* `now` was told once */
	bool asked; /* the next one is told even if it is the same */
};

void state_notifier_set(struct state_notifier *told, const struct service_state *state);

/* Nobody can be asked: an error, and not known to be installed. */
void state_notifier_set_unreachable(struct state_notifier *told);

#endif
