/*
 * One action on a unit, from the job that systemd makes of it to the result that people read. Looking at the
 * unit is the driver's part: the action asks for it and is told what was seen.
 */
#ifndef REPORTER_SERVICES_SYSTEMD_ACTION_H
#define REPORTER_SERVICES_SYSTEMD_ACTION_H

#include "reporter/services/driver.h"
#include "reporter/services/systemd_jobs.h"
#include "reporter/services/systemd_unit.h"

#include <stdbool.h>

struct systemd_action;

struct systemd_action_events {
	void *user;
	/* Wants the unit looked at; what that sees comes back later, by systemd_action_seen. */
	void (*look)(void *user);
	/* It is over, and the handle is gone after the callback. The state in *result is left to the
	 * callback. */
	void (*done)(void *user, struct driver_result *result);
};

/* `config` and `jobs` outlive it. Both callbacks come from the loop, `done` once unless the action is
 * dropped. */
struct systemd_action *systemd_action_start(struct loop *loop, struct systemd_jobs *jobs,
					    const struct config_service *config, enum service_action what,
					    const struct systemd_action_events *events);
void systemd_action_drop(struct systemd_action *action); /* systemd goes on with it; NULL is nothing */

/*
 * Whether the next look has to ask for every property, those of the unit's kind too: they say why it failed.
 * A look that was asked for without them is worthless then.
 */
bool systemd_action_needs_all(const struct systemd_action *action); /* NULL needs nothing */

/*
 * What a look saw, whoever asked for it. `unit` NULL: nobody can say how the unit is, because systemd does
 * not know its name or the connection is gone (then systemd_jobs_lost comes first); an action whose job is
 * over ends with that. A NULL action is nothing.
 */
void systemd_action_seen(struct systemd_action *action, const struct systemd_unit *unit);

#endif
