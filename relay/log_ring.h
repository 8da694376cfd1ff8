/* The cluster's newest log entries in the order of their `seq`, bounded in number and size. */
#ifndef NODE_FEED_LOG_RING_H
#define NODE_FEED_LOG_RING_H

#include "common/id.h"

#include <stddef.h>
#include <stdint.h>

#define LOG_RING_ENTRIES 4096
#define LOG_RING_BYTES	 (8 * 1024 * 1024)

struct log_entry {
	int64_t seq;
	size_t len;
	char node[ID_NODE_SIZE];
	char json[]; /* as stored, NUL-terminated */
};

struct log_ring {
	struct log_entry **list; /* `count` of them from `first` on, by seq */
	size_t first, count, capacity;
	size_t bytes;
	int64_t complete_from; /* every entry that exists with this seq or a larger one is here */
};

void log_ring_free(struct log_ring *recent); /* a zeroed struct is empty, and it is empty again afterwards */

/* Puts an entry in its place, and the oldest ones out if it is too much. NULL if its seq is there already, is
 * older than what is kept, or is missing; else the entry, until the next change. */
const struct log_entry *log_ring_insert(struct log_ring *recent, const char *node, const char *json,
					size_t len);

/* Removes a node's entries, or everyone's if `node` is NULL. */
void log_ring_clear(struct log_ring *recent, const char *node);

/* The entries with a larger seq than `seq`, oldest first; valid until the next change. */
struct log_entry *const *log_ring_after(const struct log_ring *recent, int64_t seq, size_t *count);

#endif
