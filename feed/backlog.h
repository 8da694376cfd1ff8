/*
 * Log entries older than those the feed keeps, read from Redis node by node. Whoever may want some has a
 * backlog of his own, which asks Redis one question at a time. Of the backlogs that share a `struct backlogs`
 * only a few read at once.
 */
#ifndef FEED_BACKLOG_H
#define FEED_BACKLOG_H

#include "feed/log_ring.h"
#include "feed/semaphore.h"

#include <stdbool.h>
#include <stddef.h>

#define BACKLOG_NODES	 100 /* of all nodes, those that logged last are read */
#define BACKLOGS_AT_ONCE 4

struct backlog;
struct redis_link;

/* Who shares the permits to read; the members are backlog.c's own. */
struct backlogs {
	struct redis_link *link;
	struct semaphore semaphore;
};

void backlogs_init(struct backlogs *backlogs, struct redis_link *link); /* which outlives the last backlog */

/* Gets the entries that were read, which it may take over by leaving an empty ring; what is left is freed
 * behind the call. None before `complete_from` has to be there. NULL if Redis was lost. */
typedef void backlog_done(void *context, struct log_ring *entries);

struct backlog *backlog_new(struct backlogs *backlogs, backlog_done *done, void *context);
void backlog_free(struct backlog *backlog); /* `done` is not called any more; NULL is nothing */

/* Reads the `each` newest entries of a node, or, with NULL, of each node, in place of what was wanted before.
 * `done` is called once, and never from within this call. */
void backlog_read(struct backlog *backlog, const char *node, size_t each);

/* Nothing is wanted any more, so `done` is not called. NULL is nothing. */
void backlog_cancel(struct backlog *backlog);

#endif
