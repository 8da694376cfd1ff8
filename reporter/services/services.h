/*
 * The services that the configuration lists, each with its newest state, and what may be done to them. How a
 * service is looked at and acted on is its driver's concern (driver.h).
 */
#ifndef REPORTER_SERVICES_SERVICES_H
#define REPORTER_SERVICES_SERVICES_H

#include "common/json.h"
#include "reporter/base/loop.h"
#include "reporter/base/troubles.h"
#include "reporter/config/config.h"
#include "reporter/services/driver.h"

#include <stdbool.h>

struct services;

/* Something that matters changed: a status, or whether a service is installed. */
typedef void (*services_changed_fn)(void *user);

/*
 * `config` and `troubles` outlive the services. What their states are is known later, from the loop. A
 * service whose driver cannot look at it is a trouble under its name.
 */
struct services *services_new(struct loop *loop, const struct config *config, struct troubles *troubles,
			      services_changed_fn changed, void *user);
void services_free(struct services *services); /* gives up actions under way, without their callbacks */

/* Looks at every service anew. Whether the driver of each has answered since, or since services_new. */
void services_look(struct services *services);
bool services_are_known(const struct services *services);

/*
 * Writes the contract's `services` object as a member called `key`. A service that was never seen yet is left
 * out; `uptime` is in seconds, counted to `now_ms` (wall clock).
 */
void services_write(const struct services *services, struct json_out *out, const char *key, int64_t now_ms);

/* How an action was refused or ended. */
struct services_result {
	const char *code; /* NULL: success; unknown_service, action_not_allowed, busy, timeout, failed */
	const char *message;
	const char *status; /* of the service afterwards; NULL if it is not known */
};

/* The texts are valid during the callback. */
typedef void (*services_result_fn)(void *user, const struct services_result *result);

/*
 * Does `action` (start, stop, restart) to the service `name`, if the configuration allows it. Calls `done`
 * exactly once unless the services are freed first: from the loop, but before it returns if the action is
 * refused.
 */
void services_act(struct services *services, const char *name, const char *action, services_result_fn done,
		  void *user);

#endif
