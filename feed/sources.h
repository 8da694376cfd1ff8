/* The names of all nodes and loggers that have logged, for people to choose from. */
#ifndef FEED_SOURCES_H
#define FEED_SOURCES_H

#include "common/buf.h"
#include "common/map.h"
#include "feed/log_ring.h"

#include <stddef.h>

struct sources {
	struct map nodes;
	struct map loggers; /* as JSON text between quotes, escapes included */
};

void sources_free(struct sources *sources); /* a zeroed struct has no names, and it has none afterwards */

/* Adds a node, a logger, or both; NULL is nothing. Beyond 10000 of a kind no name is added. */
void sources_add(struct sources *sources, const char *node, const char *logger);

/* Adds the node and the logger of a stored entry. */
void sources_add_entry(struct sources *sources, const struct log_entry *entry);

/* Appends {"nodes":[…],"loggers":[…],"log_levels":[…]}, names sorted. */
void sources_write(struct buf *out, const struct sources *sources);

#endif
