/* Log entries older than those the relay keeps, read from Redis node by node. */
#ifndef RELAY_BACKLOG_H
#define RELAY_BACKLOG_H

#include "relay/bus.h"
#include "relay/recent.h"

#include <stddef.h>

#define BACKLOG_NODES 100 /* those that logged last are read */

struct backlog;

/* `entries` is NULL if Redis was lost; they and the backlog live as long as the call. */
typedef void backlog_done(void *context, struct recent *entries);

/* Reads up to `each` newest entries of a node, or (NULL) of all nodes. `done` is called once, never from
 * within backlog_read; the handle is valid until then. */
struct backlog *backlog_read(struct bus *bus, const char *node, size_t each, backlog_done *done,
			     void *context);
void backlog_cancel(struct backlog *backlog); /* `done` is not called; NULL is nothing */

#endif
