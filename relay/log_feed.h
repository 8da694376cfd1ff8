/*
 * The cluster's log on its way to browsers: gathers the lines that the feed tells, so that lines which come
 * close together become one message. The first line goes out at once, those of the next 5 ms together.
 */
#ifndef RELAY_LOG_FEED_H
#define RELAY_LOG_FEED_H

#include "feed/feed.h"

#include <stddef.h>
#include <stdint.h>

#define LOG_FEED_BATCH_MS 5

struct ev_loop;
struct log_feed;

/* Whoever sends lines to clients. Entries are in the order of `seq` and live as long as the call. */
struct log_consumer {
	void (*batch)(void *context, struct log_entry *const *entries, size_t count);
	void *context;
	struct log_consumer *next; /* the log feed's own */
};

struct log_feed *log_feed_new(struct ev_loop *loop, struct feed *feed); /* both outlive it */
void log_feed_free(struct log_feed *lines);				/* NULL is nothing */

void log_feed_add(struct log_feed *lines, struct log_consumer *consumer); /* which outlives it */

/* Lines up to this `seq` have gone out to whoever wanted them then. */
int64_t log_feed_told_seq(const struct log_feed *lines);

/* Of the lines that have gone out, those that the feed keeps with a larger seq than `seq`, by seq; NULL if
 * there are none. Valid until the feed's next change. */
struct log_entry *const *log_feed_after(const struct log_feed *lines, int64_t seq, size_t *count);

/* Grows whenever the lines that have gone out are other ones, so that a message made of them is out of date.
 */
uint64_t log_feed_version(const struct log_feed *lines);

#endif
