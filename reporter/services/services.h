/*
 * The services the configuration lists, each with its newest state, and what may be done to them. How a
 * service is looked at and acted on is its driver's concern.
 */
#ifndef REPORTER_SERVICES_SERVICES_H
#define REPORTER_SERVICES_SERVICES_H

#include "common/json.h"
#include "reporter/base/loop.h"
#include "reporter/config/config.h"
#include "reporter/services/driver.h"

#include <stdbool.h>

struct services;

/* Something that matters changed: a status, or whether a service is installed. */
typedef void (*services_changed_fn)(void *user);

struct services *services_new(struct loop *loop, const struct config *config, services_changed_fn changed,
			      void *user);
void services_free(struct services *services); /* gives up actions under way, without their callbacks */

/* Whether every service has been looked at since services_new or services_look. */
bool services_are_known(const struct services *services);
void services_look(struct services *services);

/* The contract's `services` object as a member; a service that was never seen yet is left out. */
void services_write(const struct services *services, struct json_out *out, const char *key, int64_t now_ms);

/* How an action was refused or ended. */
struct services_result {
	const char *code; /* NULL: success; unknown_service, action_not_allowed, busy, timeout, failed */
	const char *message;
	const char *status; /* the service's after it; NULL if there is no such service */
};

typedef void (*services_result_fn)(void *user, const struct services_result *result);

/* Calls `done` exactly once, at once for what is refused, unless the services are freed first. */
void services_act(struct services *services, const char *name, const char *action, services_result_fn done,
		  void *user);

#endif
