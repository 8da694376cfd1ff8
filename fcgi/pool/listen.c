/* Unix and TCP sockets to listen on. */
#include "fcgi/pool/listen.h"

#include "common/clock.h"
#include "common/log.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define UNIX_PREFIX "unix:"
#define BACKLOG	    1024
#define SOCKET_MODE 0660
#define PATIENCE_MS 3000 /* a pool that was killed a moment ago: its last processes are just ending */
#define PAUSE_MS    50

static const char *unix_path(const char *address)
{
	size_t len = strlen(UNIX_PREFIX);

	return strncmp(address, UNIX_PREFIX, len) == 0 ? address + len : NULL;
}

static int open_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static enum err refuse(struct reason *why, const char *address)
{
	return reason_set(why, errno == EADDRINUSE ? ERR_CONFLICT : ERR_SYSTEM, "cannot listen on %s: %s",
			  address, strerror(errno));
}

/* A socket's file whose program has died refuses every connection. */
static bool is_stale(const struct sockaddr_un *name)
{
	struct stat stat;
	int fd = open_socket(AF_UNIX);
	bool stale = fd >= 0 && lstat(name->sun_path, &stat) == 0 && S_ISSOCK(stat.st_mode) &&
		     connect(fd, (const struct sockaddr *)name, sizeof(*name)) != 0 && errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return stale;
}

static enum err listen_unix(const char *address, const char *path, int *out, struct reason *why)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd, bound;

	if (!*path || strlen(path) >= sizeof(name.sun_path))
		return reason_set(why, ERR_INVALID, "%s: the path must be 1 to %zu bytes long", address,
				  sizeof(name.sun_path) - 1);
	memcpy(name.sun_path, path, strlen(path) + 1);
	fd = open_socket(AF_UNIX);
	if (fd < 0)
		return refuse(why, address);
	if (is_stale(&name))
		(void)unlink(path);
	mask = umask(0777 & ~SOCKET_MODE); /* the file never exists with another mode */
	bound = bind(fd, (const struct sockaddr *)&name, sizeof(name));
	(void)umask(mask);
	if (bound != 0 || listen(fd, BACKLOG) != 0) {
		enum err err = refuse(why, address);

		close(fd);
		return err;
	}
	*out = fd;
	return ERR_NONE;
}

static int listen_on(const struct addrinfo *where)
{
	int fd = open_socket(where->ai_family), yes = 1, problem;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, where->ai_addr, where->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	problem = errno;
	close(fd);
	errno = problem;
	return -1;
}

/* SAMPLE 127.0.0.1:9000 , [::1]:9000 , 0.0.0.0:9000 */
static enum err listen_tcp(const char *address, int *out, struct reason *why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
	const char *colon = strrchr(address, ':');
	char host[256];
	int len = colon ? (int)(colon - address) : 0, problem, fd = -1;

	if (len > 2 && address[0] == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
	}
	if (len <= 0 || len >= (int)sizeof(host) || !colon[1])
		return reason_set(why, ERR_INVALID, "%s: an address must be unix:PATH or HOST:PORT", address);
	(void)snprintf(host, sizeof(host), "%.*s", len, address);
	problem = getaddrinfo(host, colon + 1, &hints, &found);
	if (problem)
		return reason_set(why, ERR_INVALID, "%s: %s", address, gai_strerror(problem));
	errno = 0;
	for (const struct addrinfo *where = found; where && fd < 0; where = where->ai_next)
		fd = listen_on(where);
	freeaddrinfo(found);
	if (fd < 0)
		return refuse(why, address);
	*out = fd;
	return ERR_NONE;
}

static enum err listen_once(const char *address, int *fd, struct reason *why)
{
	const char *path = unix_path(address);

	return path ? listen_unix(address, path, fd, why) : listen_tcp(address, fd, why);
}

enum err listen_open(const char *address, int *fd, struct reason *why)
{
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	enum err err = listen_once(address, fd, why);

	if (err == ERR_CONFLICT)
		log_warning("listen", "%s is taken, waiting for it", address);
	while (err == ERR_CONFLICT && clock_monotonic_ms() < until_ms) {
		(void)poll(NULL, 0, PAUSE_MS);
		err = listen_once(address, fd, why);
	}
	return err;
}

void listen_close(const char *address, int fd)
{
	const char *path = unix_path(address);

	if (path)
		(void)unlink(path);
	close(fd);
}
