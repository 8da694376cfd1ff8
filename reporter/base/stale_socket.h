/* The socket's file that a program left behind when it was killed, in the way of who wants to listen there.
 */
#ifndef REPORTER_BASE_STALE_SOCKET_H
#define REPORTER_BASE_STALE_SOCKET_H

#include "common/err.h"

/* Removes it. What is no socket stays: ERR_CONFLICT, with the path in `why`. Nothing there is fine. */
enum err stale_socket_remove(const char *path, struct reason *why) MUST_CHECK;

#endif
