/* Reading the address, and trying it. */
#include "common/listen_address.h"

#include "common/number.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define UNIX_PREFIX "unix:"

static enum err parse_path(const char *path, struct listen_address *out, struct reason *why)
{
	if (!*path || strlen(path) >= sizeof(out->path))
		return reason_set(why, ERR_INVALID, "the socket's path must be 1 to %zu bytes long",
				  sizeof(out->path) - 1);
	memcpy(out->path, path, strlen(path) + 1);
	return ERR_NONE;
}

/* SAMPLE 127.0.0.1:8090, [::1]:8090 */
static enum err parse_tcp(const char *text, struct listen_address *out, struct reason *why)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	int64_t port;

	if (len > 2 && text[0] == '[' && colon[-1] == ']') {
		text++;
		len -= 2;
	}
	if (!len || len >= sizeof(out->host) || number_parse(colon + 1, 1, 65535, &port) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "an address to listen on is unix:PATH or HOST:PORT");
	memcpy(out->host, text, len);
	out->port = (int)port;
	return ERR_NONE;
}

enum err listen_address_parse(const char *text, struct listen_address *out, struct reason *why)
{
	struct listen_address address = {0};
	size_t prefix = strlen(UNIX_PREFIX);
	enum err err = strncmp(text, UNIX_PREFIX, prefix) == 0 ? parse_path(text + prefix, &address, why)
							       : parse_tcp(text, &address, why);

	if (err == ERR_NONE)
		*out = address;
	return err;
}

/* 0, or what is wrong; with a name of a file, that file may be there already. */
static int try_bind(const struct sockaddr *name, socklen_t len)
{
	int fd = socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1, problem = 0;

	if (fd < 0)
		return errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, name, len) != 0)
		problem = errno;
	close(fd);
	return problem;
}

static bool somebody_listens(const struct sockaddr *name, socklen_t len)
{
	int fd = socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool result = fd >= 0 && connect(fd, name, len) == 0;

	if (fd >= 0)
		close(fd);
	return result;
}

static int try_path(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	const struct sockaddr *address = (const struct sockaddr *)&name;
	struct stat stat;
	int problem;

	memcpy(name.sun_path, path, strlen(path) + 1);
	if (lstat(path, &stat) == 0 && !S_ISSOCK(stat.st_mode))
		return EEXIST;
	if (somebody_listens(address, sizeof(name)))
		return EADDRINUSE;
	(void)unlink(path);
	problem = try_bind(address, sizeof(name));
	if (!problem)
		(void)unlink(path);
	return problem;
}

static int try_tcp(const struct listen_address *address)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST}, *found;
	char port[8];
	int problem;

	snprintf(port, sizeof(port), "%d", address->port);
	if (getaddrinfo(address->host, port, &hints, &found) != 0)
		return EADDRNOTAVAIL;
	problem = try_bind(found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return problem;
}

enum err listen_address_try(const struct listen_address *address, struct reason *why)
{
	int problem = *address->path ? try_path(address->path) : try_tcp(address);

	if (problem)
		return reason_set(why, ERR_SYSTEM, "cannot listen on %s: %s",
				  *address->path ? address->path : address->host, strerror(problem));
	return ERR_NONE;
}
