/* Nothing but a socket is ever removed: a path that was mistyped in the configuration costs nobody a file. */
#include "reporter/base/stale_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err stale_socket_remove(const char *path, struct reason *why)
{
	struct stat state;

	if (lstat(path, &state) == 0 && !S_ISSOCK(state.st_mode))
		return reason_set(why, ERR_CONFLICT, "%s is in the way and is no socket, so it is left alone",
				  path);
	if (unlink(path) < 0 && errno != ENOENT)
		return reason_set(why, ERR_SYSTEM, "%s cannot be removed: %s", path, strerror(errno));
	return ERR_NONE;
}
