/* The reporter as a service: it runs until SIGTERM or SIGINT, and reads its configuration anew at SIGHUP. */
#ifndef REPORTER_DAEMON_H
#define REPORTER_DAEMON_H

#include "reporter/config/config.h"

/*
 * Runs until a signal ends it and the coordinator has heard the goodbye, three seconds at most; a second
 * signal ends it at once. Takes over *config, which was read from `path` and is zeroed. Returns the process's
 * exit status: failure if the configuration cannot be used here, which was logged.
 */
int daemon_run(const char *path, struct config *config);

#endif
