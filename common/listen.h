/*
 * Sockets that a program listens on: where (`unix:PATH` or `HOST:PORT`, as it is written on a command
 * line), and how a unix socket's file is made and replaced. The API, the relay and the reporter all listen
 * by these rules:
 *
 * - A program that was killed leaves its socket's file behind, and bind refuses a path that exists. Such a
 *   file is stale: a connection to it is refused. It is removed, and nothing else ever is, so a path that
 *   was mistyped costs nobody a file, and a living program keeps its socket.
 * - The file has its mode from the moment it exists. A chmod after bind would leave a moment in which
 *   others may connect, and would follow whatever was put in its place.
 */
#ifndef COMMON_LISTEN_H
#define COMMON_LISTEN_H

#include "common/err.h"

#include <sys/types.h>

struct listen_address {
	char path[108]; /* unix socket, as long as sun_path; "" for TCP */
	char host[256]; /* IPv6 without its brackets */
	int port;
};

/* Reads `unix:PATH` or `HOST:PORT`. ERR_INVALID with a sentence that begins with the text. */
enum err listen_address_parse(const char *text, struct listen_address *out, struct reason *why) MUST_CHECK;

/*
 * Whether one can listen there, by binding the address and letting go again; a stale socket is removed.
 * For libwebsockets, which binds for itself and says nothing when it cannot (4.3 tries for ever). It wants
 * a numeric host, so a name is refused here. ERR_INVALID, ERR_CONFLICT (a program listens there) or
 * ERR_SYSTEM with a sentence.
 */
enum err listen_address_try(const struct listen_address *address, struct reason *why) MUST_CHECK;

/*
 * Opens a non-blocking listening socket. A unix socket has mode 0660. An address that another program
 * still listens on is waited for, three seconds: a pool that was killed needs a moment to end.
 * ERR_INVALID: not an address, or a file that is no socket is in the way; ERR_CONFLICT: another program
 * listens there; ERR_SYSTEM: it cannot be had. Each comes with a sentence.
 */
enum err listen_open(const char *address, int *fd, struct reason *why) MUST_CHECK;

/* Closes a socket of listen_open; a unix socket's file is removed. */
void listen_close(const char *address, int fd);

/*
 * Binds a non-blocking unix socket of this type (SOCK_STREAM, SOCK_DGRAM) and mode. The caller calls
 * listen and writes the sentence if it fails: errno is set in each case. ERR_CONFLICT: a program listens
 * there (EADDRINUSE); ERR_INVALID: a file that is no socket is in the way (EEXIST); ERR_SYSTEM: all else.
 */
enum err listen_bind(const char *path, int type, mode_t mode, int *fd) MUST_CHECK;

/* Removes a socket's file, and nothing that is no socket. */
void listen_remove(const char *path);

#endif
