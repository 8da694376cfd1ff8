/*
 * Log entries older than those the relay keeps, read from Redis node by node. Whoever wants some has one
 * backlog, which asks Redis one thing at a time; of all backlogs together only a few are read at once. So
 * what Redis has to hold ready for the relay is bounded, whoever asks however often.
 */
#ifndef NODE_FEED_BACKLOG_H
#define NODE_FEED_BACKLOG_H

#include "relay/log_ring.h"
#include "relay/redis_link.h"

#include <stdbool.h>
#include <stddef.h>

#define BACKLOG_NODES	 100 /* those that logged last are read */
#define BACKLOGS_AT_ONCE 4   /* each costs Redis a node's log, and the relay this and what it has read */

struct backlogs;
struct backlog;

struct backlogs *backlogs_new(struct redis_link *redis); /* which outlives the last backlog */
void backlogs_free(struct backlogs *backlogs);		 /* after redis_link_free */

/* `entries` is NULL if Redis was lost; they live as long as the call. */
typedef void backlog_done(void *context, struct log_ring *entries);

struct backlog *backlog_new(struct backlogs *backlogs, backlog_done *done, void *context);
void backlog_free(struct backlog *backlog); /* `done` is not called any more */

/* Reads up to `each` newest entries of a node, or (NULL) of all nodes, instead of what was wanted before.
 * `done` is called once, never from within backlog_read. */
void backlog_read(struct backlog *backlog, const char *node, size_t each);
void backlog_cancel(
	struct backlog *backlog); /* nothing is wanted, so `done` is not called; NULL is nothing */
bool backlog_is_wanted(const struct backlog *backlog);

#endif
