/*
 * A Docker engine's stream of events. It tells that something happened to a container, and when the engine
 * was lost or reached again; how a container is then, it does not say.
 */
#ifndef REPORTER_SERVICES_DOCKER_EVENTS_H
#define REPORTER_SERVICES_DOCKER_EVENTS_H

#include "reporter/base/loop.h"

struct docker_events;

/*
 * Something happened to the container with this name and this id. Both are NULL if anything may have happened
 * to any container: the engine was reached (again) or lost, and what went on in between is unknown. The texts
 * are valid during the callback.
 */
typedef void (*docker_event_fn)(void *user, const char *name, const char *id);

/*
 * Listens on the engine's unix socket from now on; `socket` outlives the stream. Never fails: an engine that
 * is away is tried again with back-off, and its loss and its return are logged once each.
 */
struct docker_events *docker_events_new(struct loop *loop, const char *socket, docker_event_fn changed,
					void *user);
void docker_events_free(struct docker_events *events); /* NULL is nothing */

#endif
