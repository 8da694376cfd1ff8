/* Files of certificate authorities (reporter.conf's `ca_file`). */
#ifndef REPORTER_BASE_AUTHORITIES_H
#define REPORTER_BASE_AUTHORITIES_H

#include <stdbool.h>

/*
 * Whether TLS could use the PEM file as its authorities: it can be read and holds at least one certificate.
 * Asked while the configuration is read, because libcurl tells only with the first connection, and then it
 * looks like an absent coordinator.
 */
bool authorities_can_be_read(const char *path);

#endif
