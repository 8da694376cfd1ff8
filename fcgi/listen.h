/* Listening sockets, by an ADDRESS of the command line: `unix:PATH` or `HOST:PORT`. */
#ifndef FCGI_LISTEN_H
#define FCGI_LISTEN_H

#include "common/err.h"

/*
 * Opens a non-blocking listening socket. A unix socket is made with mode 0660; one that nobody listens on any
 * more is replaced. ERR_INVALID: not an address; ERR_SYSTEM: it cannot be had, for instance because another
 * program listens there.
 */
enum err listen_open(const char *address, int *fd, struct reason *why) MUST_CHECK;

/* Closes it; a unix socket's file goes with it. */
void listen_close(const char *address, int fd);

#endif
