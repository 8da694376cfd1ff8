/*
 * The cluster's log on its way to browsers: gathers the lines that the feed tells, so that lines which come
 * close together become one message. The first line goes out at once, those of the next 5 ms together.
 */
#ifndef RELAY_LOG_FEED_H
#define RELAY_LOG_FEED_H

#include "feed/known.h"
#include "relay/batcher.h"

#include <stddef.h>
#include <stdint.h>

#define LOG_FEED_BATCH_MS 5

struct ev_loop;

/* Whoever sends lines to clients. Entries are in the order of `seq` and live as long as the call. */
struct log_consumer {
	void (*batch)(void *context, struct log_entry *const *entries, size_t count);
	void *context;
	struct log_consumer *next; /* the log feed's own */
};

/* Others read the first two members; the rest is the log feed's own. */
struct log_feed {
	int64_t told_seq; /* lines up to it have gone out to whoever wanted them then */
	uint64_t version; /* grows whenever those lines are other ones, so that what was made of them is out
			     of date */

	const struct known *known;
	struct batcher batcher;
	struct log_consumer *consumers;
	size_t untold;
};

/* `loop` and `known` outlive it. */
struct log_feed *log_feed_new(struct ev_loop *loop, struct known *known);
void log_feed_free(struct log_feed *lines); /* NULL is nothing */

void log_feed_add(struct log_feed *lines, struct log_consumer *consumer); /* which outlives it */

/* Of the lines that have gone out, those that the feed keeps with a larger seq than `seq`, by seq; NULL if
 * there are none. Valid until the feed's next change. */
struct log_entry *const *log_feed_after(const struct log_feed *lines, int64_t seq, size_t *count);

#endif
