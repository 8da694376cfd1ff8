/* When a service's state is told. What it is, the drivers find out. */
#include "reporter/told_state.h"

void told_state_set(struct told_state *told, const struct service_state *state)
{
	bool tell = !told->known || told->asked || state->status != told->now.status ||
		    state->installed != told->now.installed || state->started_ms != told->now.started_ms;

	told->now = *state;
	told->known = true;
	told->asked = false;
	if (tell)
		told->changed(told->user, &told->now);
}

void told_state_set_unreachable(struct told_state *told)
{
	const struct service_state unreachable = {.status = SERVICE_ERROR};

	told_state_set(told, &unreachable);
}
