/* When a service's state is told. What it is, the drivers find out. */
#include "reporter/services/state_notifier.h"

void state_notifier_set(struct state_notifier *told, const struct service_state *state)
{
	bool tell = !told->known || told->asked || state->status != told->now.status ||
		    state->installed != told->now.installed || state->started_ms != told->now.started_ms;

	told->now = *state;
	told->known = true;
	told->asked = false;
	if (tell)
		told->changed(told->user, &told->now);
}

void state_notifier_set_unreachable(struct state_notifier *told)
{
	const struct service_state unreachable = {.status = SERVICE_ERROR};

	state_notifier_set(told, &unreachable);
}
