/* The cluster's newest log entries in the order of their `seq`, bounded in number and size. */
#ifndef RELAY_RECENT_H
#define RELAY_RECENT_H

#include "common/id.h"

#include <stddef.h>
#include <stdint.h>

#define RECENT_ENTRIES 4096
#define RECENT_BYTES   (8 * 1024 * 1024)

struct log_entry {
	int64_t seq;
	size_t len;
	char node[ID_NODE_SIZE];
	char json[]; /* as stored, NUL-terminated */
};

struct recent {
	struct log_entry **list; /* `count` of them from `first` on, by seq */
	size_t first, count, capacity;
	size_t bytes;
	int64_t complete_from; /* every entry that exists with this seq or a larger one is here */
};

void recent_free(struct recent *recent); /* a zeroed struct is empty, and it is empty again afterwards */

/* Puts an entry in its place, and the oldest ones out if it is too much. NULL if its seq is there already, is
 * older than what is kept, or is missing; else the entry, until the next change. */
const struct log_entry *recent_insert(struct recent *recent, const char *node, const char *json, size_t len);

/* Removes a node's entries, or everyone's if `node` is NULL. */
void recent_clear(struct recent *recent, const char *node);

/* The entries with a larger seq than `seq`, oldest first; valid until the next change. */
struct log_entry *const *recent_after(const struct recent *recent, int64_t seq, size_t *count);

#endif
