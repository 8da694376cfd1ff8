/* The names of all nodes and loggers that have logged. */
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

void sources_free(struct sources *sources);
void sources_add_entry(struct sources *sources, const struct log_entry *entry);
void sources_add_node(struct sources *sources, const char *node);
void sources_remove_node(struct sources *sources, const char *node);
void sources_add_logger(struct sources *sources, const char *logger, size_t len);

/* Appends {"nodes":[…],"loggers":[…],"log_levels":[…]}, names sorted. */
void sources_write(struct buf *out, const struct sources *sources);

#endif
