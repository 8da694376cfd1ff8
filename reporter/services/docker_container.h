/* What a container engine, Docker's or Podman's, says of a container, and what that means for a service. */
#ifndef REPORTER_SERVICES_DOCKER_CONTAINER_H
#define REPORTER_SERVICES_DOCKER_CONTAINER_H

#include "common/err.h"
#include "reporter/services/driver.h"

#include <stddef.h>

/*
 * Reads the answer to `GET /containers/NAME/json` (Engine API, "Inspect a container"), which Podman's service
 * gives too, with some words of its own. A container that has exited with another status than those of an
 * orderly stop (0, or by SIGINT, SIGQUIT, SIGTERM, SIGKILL or its own stop signal) is an error; so is one
 * that was killed for want of memory, one that failed and waits to be restarted, and one that runs and that
 * its health check calls unhealthy. A status that we do not know is an error, too. ERR_MALFORMED if it is not
 * such an answer.
 */
enum err docker_container_read(const char *body, size_t len, struct service_state *out) MUST_CHECK;

#endif
