/* The newest log entries in the order of their `seq`, bounded in number and size. */
#ifndef FEED_LOG_RING_H
#define FEED_LOG_RING_H

#include "common/id.h"

#include <stddef.h>
#include <stdint.h>

#define LOG_RING_ENTRIES 4096
#define LOG_RING_BYTES	 (8 * 1024 * 1024) /* of JSON; a single entry may be larger */

struct log_entry {
	int64_t seq;
	size_t len;
	char node[ID_NODE_SIZE];
	char json[]; /* `len` bytes as stored, and a NUL */
};

struct log_ring {
	struct log_entry **list; /* `count` of them from `first` on, by seq */
	size_t first, count, capacity;
	size_t bytes;
	int64_t complete_from; /* every entry that exists with this seq or a larger one is here */
};

void log_ring_free(struct log_ring *ring); /* a zeroed ring is empty, and it is empty again afterwards */

/* Copies an entry to its place; the oldest ones go when there are too many. Returns the entry, valid until
 * the ring's next change; NULL if its seq is there already, is older than what is kept, or is missing. */
const struct log_entry *log_ring_insert(struct log_ring *ring, const char *node, const char *json,
					size_t len);

/* Removes a node's entries, or everyone's if `node` is NULL. */
void log_ring_clear(struct log_ring *ring, const char *node);

/* The entries with a larger seq than `seq`, oldest first; NULL if there are none. Valid until the next
 * change. */
struct log_entry *const *log_ring_after(const struct log_ring *ring, int64_t seq, size_t *count);

#endif
