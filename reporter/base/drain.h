/*
 * What services that we started still write. A program that starts a daemon may leave it our pipe for its
 * output. When nobody reads from a pipe, the daemon's next line kills it, and a full pipe stops it; so
 * somebody must read for as long as the daemon lives, beyond the reporter's own end.
 */
#ifndef REPORTER_BASE_DRAIN_H
#define REPORTER_BASE_DRAIN_H

#include "reporter/base/loop.h"

struct drain;

struct drain *drain_new(struct loop *loop);

/*
 * Reads `pipe` to its end, and closes it then: the descriptor is the drain's from now on, and must not block.
 * What comes goes to systemd's journal under the identifier `name` if our own messages go there too, and is
 * dropped otherwise.
 */
void drain_take(struct drain *drain, int pipe, const char *name);

/*
 * Where pipes are still open, leaves a process behind that goes on reading them and ends with the last of
 * them; it is no child of ours. If none can be made that is logged, and the services may end. NULL is
 * nothing.
 */
void drain_free(struct drain *drain);

#endif
