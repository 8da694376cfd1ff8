/*
 * What a service that we started may still write to after the reporter's end: it has our pipe for its output,
 * and a pipe that nobody reads from any more would kill it.
 */
#ifndef REPORTER_BASE_DRAIN_H
#define REPORTER_BASE_DRAIN_H

#include <stddef.h>

/*
 * Leaves a process behind, no child of ours, that reads these pipes and drops what comes until they are at
 * their end; if there can be none that is logged. The descriptors stay the caller's.
 */
void drain_leave_behind(const int *fds, size_t count);

#endif
