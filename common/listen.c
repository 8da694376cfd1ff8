/*
 * Listening sockets. Owns the form of an address and the one judgement of whether a socket's file is
 * stale; it does not know the protocols that are spoken on the connections.
 */
#include "common/listen.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/number.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define UNIX_PREFIX "unix:"
#define BACKLOG	    1024
#define SOCKET_MODE 0660
#define PATIENCE_MS 3000
#define PAUSE_MS    50

/* --- addresses ---------------------------------------------------------------------------------- */

/* SAMPLE unix:run/api.sock, 127.0.0.1:8090, [::1]:8090 */
enum err listen_address_parse(const char *text, struct listen_address *out, struct reason *why)
{
	struct listen_address address = {0};
	size_t prefix = strlen(UNIX_PREFIX), len;
	const char *host = text, *colon = strrchr(text, ':');
	int64_t port;

	if (strncmp(text, UNIX_PREFIX, prefix) == 0) {
		len = strlen(text + prefix);
		if (!len || len >= sizeof(address.path))
			return reason_set(why, ERR_INVALID, "%s: the path must be 1 to %zu bytes long", text,
					  sizeof(address.path) - 1);
		memcpy(address.path, text + prefix, len);
		*out = address;
		return ERR_NONE;
	}
	len = colon ? (size_t)(colon - text) : 0;
	if (len > 2 && text[0] == '[' && colon[-1] == ']') {
		host++;
		len -= 2;
	}
	if (!len || len >= sizeof(address.host) || number_parse(colon + 1, 1, 65535, &port) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "%s: an address must be unix:PATH or HOST:PORT", text);
	memcpy(address.host, host, len);
	address.port = (int)port;
	*out = address;
	return ERR_NONE;
}

/* --- binding ------------------------------------------------------------------------------------ */

/* Removes a stale socket's file from the place. Errors as listen_bind says, and errno. */
static enum err make_way(const struct sockaddr_un *name, int type)
{
	struct stat file;
	int fd, answer;

	if (lstat(name->sun_path, &file) != 0)
		return ERR_NONE; /* if it is anything but a free place, bind will say so */
	if (!S_ISSOCK(file.st_mode)) {
		errno = EEXIST;
		return ERR_INVALID;
	}
	fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ERR_SYSTEM;
	answer = connect(fd, (const struct sockaddr *)name, sizeof(*name)) == 0 ? 0 : errno;
	close(fd);
	switch (answer) {
	case ECONNREFUSED:
		return unlink(name->sun_path) == 0 || errno == ENOENT ? ERR_NONE : ERR_SYSTEM;
	case ENOENT: /* its owner removed it a moment ago */
		return ERR_NONE;
	case EACCES: /* it may be stale and may be not: it stays */
		errno = EACCES;
		return ERR_SYSTEM;
	default: /* also where its queue is full (EAGAIN), or it is of another type (EPROTOTYPE) */
		errno = EADDRINUSE;
		return ERR_CONFLICT;
	}
}

/* Closes the descriptor and leaves errno as the call that failed set it. */
static enum err give_up(int fd)
{
	int problem = errno;

	close(fd);
	errno = problem;
	return problem == EADDRINUSE ? ERR_CONFLICT : ERR_SYSTEM;
}

enum err listen_bind(const char *path, int type, mode_t mode, int *out)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	mode_t mask;
	int fd, bound;
	enum err err;

	if (len >= sizeof(name.sun_path)) {
		errno = ENAMETOOLONG;
		return ERR_SYSTEM;
	}
	memcpy(name.sun_path, path, len);
	err = make_way(&name, type);
	if (err != ERR_NONE)
		return err;
	fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ERR_SYSTEM;
	mask = umask(0777 & ~mode);
	bound = bind(fd, (const struct sockaddr *)&name, sizeof(name));
	(void)umask(mask);
	if (bound != 0)
		return give_up(fd);
	*out = fd;
	return ERR_NONE;
}

static enum err bind_tcp(const struct addrinfo *found, int *out)
{
	enum err err = ERR_SYSTEM;

	for (const struct addrinfo *where = found; where; where = where->ai_next) {
		int yes = 1;
		int fd = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd < 0)
			continue;
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
		if (bind(fd, where->ai_addr, where->ai_addrlen) == 0) {
			*out = fd;
			return ERR_NONE;
		}
		err = give_up(fd);
	}
	return err;
}

/* Binds either kind. `flags` are getaddrinfo's, for the host. A failure says why in a sentence. */
static enum err bind_address(const struct listen_address *address, int flags, int *fd, struct reason *why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | flags}, *found;
	char port[8];
	int problem;
	enum err err;

	if (*address->path) {
		err = listen_bind(address->path, SOCK_STREAM, SOCKET_MODE, fd);
		if (err != ERR_NONE)
			return reason_set(why, err, "cannot listen on %s: %s", address->path,
					  strerror(errno));
		return ERR_NONE;
	}
	(void)snprintf(port, sizeof(port), "%d", address->port);
	problem = getaddrinfo(address->host, port, &hints, &found);
	if (problem)
		return reason_set(why, ERR_INVALID, "cannot listen on %s: %s", address->host,
				  gai_strerror(problem));
	err = bind_tcp(found, fd);
	problem = errno;
	freeaddrinfo(found);
	if (err != ERR_NONE)
		return reason_set(why, err, "cannot listen on port %s of %s: %s", port, address->host,
				  strerror(problem));
	return ERR_NONE;
}

enum err listen_address_try(const struct listen_address *address, struct reason *why)
{
	int fd = -1;
	enum err err = bind_address(address, AI_NUMERICHOST, &fd, why);

	if (err != ERR_NONE)
		return err;
	close(fd);
	if (*address->path)
		listen_remove(address->path);
	return ERR_NONE;
}

/* --- listening ---------------------------------------------------------------------------------- */

enum err listen_open(const char *text, int *out, struct reason *why)
{
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	struct listen_address address = {0};
	int fd = -1;
	enum err err = listen_address_parse(text, &address, why);

	if (err != ERR_NONE)
		return err;
	err = bind_address(&address, 0, &fd, why);
	if (err == ERR_CONFLICT)
		log_warning("listen", "%s is taken, waiting for it", text);
	while (err == ERR_CONFLICT && clock_monotonic_ms() < until_ms) {
		(void)poll(NULL, 0, PAUSE_MS);
		err = bind_address(&address, 0, &fd, why);
	}
	if (err != ERR_NONE)
		return err;
	if (listen(fd, BACKLOG) != 0) {
		err = give_up(fd);
		return reason_set(why, err, "cannot listen on %s: %s", text, strerror(errno));
	}
	*out = fd;
	return ERR_NONE;
}

void listen_remove(const char *path)
{
	struct stat file;

	if (lstat(path, &file) == 0 && S_ISSOCK(file.st_mode))
		(void)unlink(path);
}

void listen_close(const char *address, int fd)
{
	size_t prefix = strlen(UNIX_PREFIX);

	if (strncmp(address, UNIX_PREFIX, prefix) == 0)
		listen_remove(address + prefix);
	close(fd);
}
