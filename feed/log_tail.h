/*
 * The end of the cluster's log as a follower knows it: the newest entries, the names of who has logged, and
 * the `seq` up to which entries have been told.
 */
#ifndef FEED_LOG_TAIL_H
#define FEED_LOG_TAIL_H

#include "feed/log_ring.h"
#include "feed/sources.h"

#include <stdbool.h>
#include <stdint.h>

struct log_tail {
	struct log_ring ring;
	struct sources sources;
	int64_t last_seq; /* entries up to it have been told, or are known to be missing */

	struct log_ring loaded; /* what the load that is going on has read */
	int64_t loaded_seq;	/* the cluster's last `seq` before that was read */
};

void log_tail_free(struct log_tail *tail); /* a zeroed tail is empty, and it is empty again afterwards */

/* Takes an entry that was published; one that is known already adds nothing. */
void log_tail_add(struct log_tail *tail, const char *node, const char *json, size_t len);

/* The entries that have not been told, in the order of `seq`; from now on they count as told. Valid until the
 * next change; NULL if there are none. */
struct log_entry *const *log_tail_untold(struct log_tail *tail, size_t *count);

void log_tail_clear(struct log_tail *tail, const char *node); /* NULL: the entries of all nodes */

/* --- the load ----------------------------------------------------------------------------------------- */

/* How the loaded entries join those that have been told. */
enum log_join {
	LOG_JOINS,
	LOG_HAS_GAP,   /* entries may be missing in between */
	LOG_RESTARTED, /* Redis began anew: `seq` counts from the start again */
};

/* Forgets the names, which are loaded anew. Entries stay. */
void log_tail_load_begin(struct log_tail *tail);

/* Takes over the newest entries of the nodes. `last_seq` is the cluster's counter, read before them. */
void log_tail_load(struct log_tail *tail, struct log_ring *entries, int64_t last_seq);

/* Puts the loaded entries to those that are known; they are not told yet. With LOG_HAS_GAP, entries between
 * *after and *before may be missing. */
enum log_join log_tail_load_end(struct log_tail *tail, int64_t *after, int64_t *before);

/* Everything has been told that can be: what was not loaded is missing for good. */
void log_tail_settle(struct log_tail *tail);

#endif
