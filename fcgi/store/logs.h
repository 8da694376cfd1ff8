/* The cluster's log: the newest entries of each node, numbered over all of them. */
#ifndef FCGI_STORE_LOGS_H
#define FCGI_STORE_LOGS_H

#include "common/buf.h"
#include "common/clock.h"
#include "common/entry.h"
#include "fcgi/store/store.h"

#include <stddef.h>
#include <stdint.h>

/* Entries on their way in; a zeroed struct is an empty batch. */
struct log_batch {
	struct buf text; /* entries as entry_write leaves them open, each followed by NUL */
	size_t count;
	struct buf loggers; /* their loggers' names, each once, each followed by NUL */
	size_t loggers_count;
};

/* Adds a copy of the entry as one of `node`. The caller has checked both (common/entry.h, id_is_node). */
void log_batch_add(struct log_batch *batch, const struct entry *entry, const char *node);
void log_batch_free(struct log_batch *batch); /* leaves an empty batch */

/*
 * Numbers, stores, trims and publishes the entries in one step. If `id` is not "" and is the batch this node
 * sent last, nothing happens and *added is 0. *total is how many entries are kept of the node then.
 */
enum err logs_add(struct store *store, const char *node, const char *id, const struct log_batch *batch,
		  int64_t *added, int64_t *total) MUST_CHECK;

#define LOGS_PAGE_BYTES ((size_t)8 * 1024 * 1024)

/* Which entries are wanted, and which page of them. */
struct log_query {
	struct entry_filter filter;
	int64_t after, before;	    /* only seqs between these, without them; 0: no bound */
	char since[CLOCK_ISO_SIZE]; /* only entries of this moment or later; "": no bound */
	bool oldest_first;
	size_t limit, offset;
};

/*
 * Appends a JSON array of the matching entries after the first `offset`, at most `limit` and at most
 * LOGS_PAGE_BYTES of them (but one in any case), in the order of seq: the greatest first, unless
 * `oldest_first`. *total is how many match at all. In memory at once are these entries and
 * LIMIT_LOG_BYTES_A_NODE of the nodes' logs. On failure nothing is appended. The search is in logs_find.c.
 */
enum err logs_find(struct store *store, const struct log_query *query, struct buf *out,
		   size_t *total) MUST_CHECK;

/*
 * Appends JSON arrays of the nodes and of the loggers that wrote within the time that entries are kept
 * (LIMIT_LOGS_KEPT_S); both sorted.
 */
enum err logs_sources(struct store *store, struct buf *nodes, struct buf *loggers) MUST_CHECK;

/*
 * Appends {node: number of entries kept}; *total is their sum, *last_seq the seq given last, or 0 where no
 * node has logged. On failure nothing is appended.
 */
enum err logs_count(struct store *store, struct buf *out, int64_t *total, int64_t *last_seq) MUST_CHECK;

/*
 * Forgets the entries of the node, or of all nodes if it is NULL, and tells the relays. *cleared is how many
 * entries these were. ERR_UNKNOWN_NODE: the node neither reports nor has ever logged.
 */
enum err logs_clear(struct store *store, const char *node, int64_t *cleared) MUST_CHECK;

#endif
