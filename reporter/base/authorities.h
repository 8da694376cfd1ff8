/* Files of certificate authorities (reporter.conf's `ca_file`). */
#ifndef REPORTER_BASE_AUTHORITIES_H
#define REPORTER_BASE_AUTHORITIES_H

#include <stdbool.h>

/* Whether the PEM file holds certificates that TLS could trust. */
bool authorities_can_be_read(const char *path);

#endif
