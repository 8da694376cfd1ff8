/*
 * What a service driver is: a table of functions on the loop. A driver knows how to look at a service and how
 * to act on it. Whether an action is allowed, whether another one is under way, and which news matter, its
 * caller decides (services.c).
 */
#ifndef REPORTER_SERVICES_DRIVER_H
#define REPORTER_SERVICES_DRIVER_H

#include "reporter/base/loop.h"
#include "reporter/config/config.h"

#include <stdbool.h>
#include <stdint.h>

enum service_status {
	SERVICE_UNKNOWN, /* not looked at yet */
	SERVICE_RUNNING,
	SERVICE_STOPPED,
	SERVICE_ERROR, /* it failed, or nobody can say how it is */
};

#define SERVICE_DETAIL_SIZE  96
#define SERVICE_MESSAGE_SIZE 320

/* What a driver sees of a service. All times are of the wall clock, 0 if the driver does not know them. */
struct service_state {
	enum service_status status;
	bool installed;			    /* the unit, container or program exists */
	int64_t started_ms;		    /* since when it runs; 0 also if it does not run */
	int64_t since_ms;		    /* since when it has this status */
	bool restarts_known;		    /* its manager counts how often it had to restart it */
	int64_t restarts;		    /* since the manager loaded it or was told to start it */
	char detail[SERVICE_DETAIL_SIZE];   /* the manager's own word, as "activating (auto-restart)"; "" */
	char failure[SERVICE_MESSAGE_SIZE]; /* how it failed, in one line, if that is seen now; else "" */
	int64_t failed_ms;		    /* when that was */
	char trouble[SERVICE_MESSAGE_SIZE]; /* why nobody can say how it is; "" if somebody can */
};

#define DRIVER_MESSAGE_SIZE 2048

/* How an action ended. */
struct driver_result {
	bool success;
	/* `timeout_s` went by first: a program was killed; a job of systemd's or of the engine's goes on. */
	bool timed_out;
	/* One sentence, then what helps: exit status and the end of standard error, systemd's job result.
	 * Valid UTF-8. */
	char message[DRIVER_MESSAGE_SIZE];
	struct service_state state; /* looked at after the action, if it could be */
};

struct driver_link;    /* what all services of one driver share: a D-Bus connection, the engines' streams */
struct driver_service; /* one service, open */

/*
 * What a driver tells of a service. Both are called from the loop, never from inside open, look or act, and
 * never after close; the caller may do anything but close the service.
 */
struct driver_events {
	void *user;
	/* What was seen: after `open`, then whenever the driver has looked, whether the state has changed or
	 * not. A service that does not exist or cannot be asked for is SERVICE_ERROR and not installed. */
	void (*state)(void *user, const struct service_state *state);
	/* How an action ended, once for each act. */
	void (*result)(void *user, const struct driver_result *result);
};

struct driver {
	const char *name; /* as in `driver = NAME` */

	/* One link for all services of the driver. Never fails: a bus or an engine that is away is tried
	 * again with back-off, which is logged once at each change; its services are SERVICE_ERROR until
	 * then. */
	struct driver_link *(*connect)(struct loop *loop);
	void (*disconnect)(struct driver_link *link); /* after its services are closed; NULL is nothing */

	/* `config` outlives the service; the events are copied. Never fails: a state says what is wrong. */
	struct driver_service *(*open)(struct driver_link *link, const struct config_service *config,
				       const struct driver_events *events);
	/* Looks now and tells the state. Called now and then as a safety net: a driver learns of changes by
	 * itself. */
	void (*look)(struct driver_service *service);
	/* At most one action a service at a time. Child processes get default signal handling, an empty
	 * signal mask and no descriptors of the reporter. */
	void (*act)(struct driver_service *service, enum service_action action);
	/* Gives up what is under way; no callback comes after. NULL is nothing. */
	void (*close)(struct driver_service *service);
};

extern const struct driver driver_systemd;
extern const struct driver driver_docker;
extern const struct driver driver_exec;

#endif
