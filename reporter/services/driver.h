/*
 * What a service driver is: a table of functions on the loop. A driver knows how to look at a service and
 * how to act on it; whether that is allowed, and whether another action is under way, its caller has decided.
 */
#ifndef REPORTER_SERVICES_DRIVER_H
#define REPORTER_SERVICES_DRIVER_H

#include "reporter/base/loop.h"
#include "reporter/config/config.h"

#include <stdbool.h>
#include <stdint.h>

enum service_status { SERVICE_RUNNING, SERVICE_STOPPED, SERVICE_ERROR };

struct service_state {
	enum service_status status;
	bool installed;	    /* the unit, container or program exists */
	int64_t started_ms; /* wall clock, since when it runs; 0 if unknown or not running */
};

#define DRIVER_MESSAGE_SIZE 2048

/* What an action came to. */
struct driver_result {
	bool success;
	/* `timeout_s` went by first: a program was killed; a job of systemd's or the engine's goes on. */
	bool timed_out;
	/* One sentence, then what helps: exit status and the end of stderr, systemd's job result. Valid
	 * UTF-8. */
	char message[DRIVER_MESSAGE_SIZE];
	struct service_state state; /* looked at after the action */
};

struct driver_link;    /* what all services of one driver share: the bus, the engine's event stream */
struct driver_service; /* one service, open */

/*
 * How a driver tells what it sees. It is called from the loop, never from inside open, look or act: at first
 * when the state is known after `open` (also when the service does not exist or cannot be asked:
 * SERVICE_ERROR, not installed), then after every change, as soon as the driver learns of it.
 */
typedef void (*driver_state_fn)(void *user, const struct service_state *state);

/* Called from the loop, exactly once for each act, unless the service is closed first. */
typedef void (*driver_result_fn)(void *user, const struct driver_result *result);

struct driver {
	const char *name; /* as in `driver = NAME` */

	/* One link for all services of the driver. Never fails: a bus or engine that is away is tried again
	 * with back-off, logged once at each change, and its services are in SERVICE_ERROR until then. */
	struct driver_link *(*connect)(struct loop *loop);
	void (*disconnect)(struct driver_link *link); /* after its services are closed; NULL is nothing */

	/* `config` outlives the service. Never fails: see driver_state_fn. */
	struct driver_service *(*open)(struct driver_link *link, const struct config_service *config,
				       driver_state_fn state, void *user);
	/* Looks again now and calls `state` once, changed or not. For drivers that are told of changes this
	 * may answer with what they know. Called before a report by --once, and now and then as a safety net.
	 */
	void (*look)(struct driver_service *service);
	/* At most one action a service at a time. Child processes get default signal handling, an empty
	 * signal mask and no descriptors of the reporter. */
	void (*act)(struct driver_service *service, enum service_action action, driver_result_fn done,
		    void *user);
	/* Gives up what is under way; no callback comes after. NULL is nothing. */
	void (*close)(struct driver_service *service);
};

extern const struct driver driver_systemd;
extern const struct driver driver_docker;
extern const struct driver driver_exec;

#endif
