/* The reporter as a service: runs until SIGTERM, reads its configuration anew at SIGHUP. */
#ifndef REPORTER_DAEMON_H
#define REPORTER_DAEMON_H

#include "reporter/config/config.h"

/* Takes over *config, which was read from `path`. Returns the process's exit status. */
int daemon_run(const char *path, struct config *config);

#endif
