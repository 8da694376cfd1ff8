/* Listening sockets, by an ADDRESS of the command line: `unix:PATH` or `HOST:PORT`. */
#ifndef FCGI_POOL_LISTEN_H
#define FCGI_POOL_LISTEN_H

#include "common/err.h"

/*
 * Opens a non-blocking listening socket. A unix socket is made with mode 0660; one that nobody listens on any
 * more is replaced, and one that is taken is waited for, three seconds: a pool that was killed needs a moment
 * to end. ERR_INVALID: not an address; ERR_CONFLICT: another program listens there; ERR_SYSTEM: it cannot be
 * had.
 */
enum err listen_open(const char *address, int *fd, struct reason *why) MUST_CHECK;

/* Closes it; a unix socket's file goes with it. */
void listen_close(const char *address, int fd);

#endif
