/* A Docker engine's stream of events: tells that something happened to a container, and when the engine is
 * back. */
#ifndef REPORTER_SERVICES_DOCKER_EVENTS_H
#define REPORTER_SERVICES_DOCKER_EVENTS_H

#include "reporter/base/loop.h"

struct docker_events;

/*
 * `container` is the name of the one whose state may have changed; NULL: any may have, because the engine was
 * reached (again) or lost, and what happened in between is unknown.
 */
typedef void (*docker_event_fn)(void *user, const char *container, const char *id);

/* Listens on the engine's unix socket from now on; an engine that is away is tried again, logged once at each
 * change. */
struct docker_events *docker_events_new(struct loop *loop, const char *socket, docker_event_fn changed,
					void *user);
void docker_events_free(struct docker_events *events); /* NULL is nothing */

#endif
