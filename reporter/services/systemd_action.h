/*
 * Actions on units, from the call of systemd's manager to the result that people read. Looking at a unit is
 * the driver's part: an action asks for it and is told what was seen.
 */
#ifndef REPORTER_SERVICES_SYSTEMD_ACTION_H
#define REPORTER_SERVICES_SYSTEMD_ACTION_H

#include "reporter/base/dbus.h"
#include "reporter/base/loop.h"
#include "reporter/services/driver.h"
#include "reporter/services/systemd_unit.h"

#include <stdbool.h>

struct systemd_action;

/* All actions over one connection. Its owner sets the first two; the rest is zero at first. */
struct systemd_actions {
	struct loop *loop;
	struct dbus *bus;
	sd_bus_slot *removed; /* the match for ends of jobs */
	struct systemd_action *first;
};

/*
 * The owner tells of each new connection and of each loss. A loss ends every action; it is also the way to
 * take this apart, once all of them are over or dropped.
 */
void systemd_actions_connected(struct systemd_actions *actions, sd_bus *connection);
void systemd_actions_lost(struct systemd_actions *actions);

struct systemd_action_events {
	void *user;
	/* Wants the unit looked at; what that sees comes back later, by systemd_action_seen. */
	void (*look)(void *user);
	/* It is over; the handle is gone after the callback. The state in *result is left to the callback. */
	void (*done)(void *user, struct driver_result *result);
};

/* `config` outlives the action. Both callbacks come from the loop; `done` once, unless the action is dropped.
 */
struct systemd_action *systemd_action_start(struct systemd_actions *actions,
					    const struct config_service *config, enum service_action what,
					    const struct systemd_action_events *events);
void systemd_action_drop(struct systemd_action *action); /* systemd goes on with it; NULL is nothing */

/*
 * What a look saw, whoever asked for it. `unit` NULL: nobody can say how the unit is, because systemd does
 * not know its name; an action whose job is over ends with that. A NULL action is nothing.
 */
void systemd_action_seen(struct systemd_action *action, const struct systemd_unit *unit);

#endif
