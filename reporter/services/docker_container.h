/* What Docker's engine says of a container, and what that means for a service. */
#ifndef REPORTER_SERVICES_DOCKER_CONTAINER_H
#define REPORTER_SERVICES_DOCKER_CONTAINER_H

#include "common/err.h"
#include "reporter/services/driver.h"

#include <stddef.h>

/*
 * Reads the answer to `GET /containers/NAME/json` (Engine API, "Inspect a container"). A container that has
 * exited with another status than those of an orderly stop (0, or by SIGTERM or SIGKILL) is an error; so is
 * one that was killed for want of memory, and one that runs and that its health check calls unhealthy. A
 * status that we do not know is an error, too. ERR_MALFORMED if it is not such an answer.
 */
enum err docker_container_read(const char *body, size_t len, struct service_state *out) MUST_CHECK;

#endif
