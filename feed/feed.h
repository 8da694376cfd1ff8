/*
 * The feed: what a follower hears of the cluster. It connects to Redis, learns what is, tells it, and from
 * then on tells what happens, in order. When Redis was away it learns anew, and tells what is and what is
 * missing.
 *
 * A follower is a program that makes one feed on its libev loop and listens. It is called from the loop only.
 * It may look at what the feed knows at any time, and gets nodes, reports and entries as the JSON that the
 * API stored:
 *
 *     struct feed *feed = feed_new(loop, &(struct feed_options){.address = &address, .lines_each = 100});
 *
 *     known_listen(&feed->known, &EVENTS, context);
 *     ev_run(loop, 0);
 *
 * tests/feed/print.c is a whole follower. One that wants more of Redis than every follower hears joins the
 * sync with a part of its own; relay/access.c and relay/stream.c are such parts.
 */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include "feed/backlog.h"
#include "feed/known.h"
#include "feed/redis_link.h"
#include "feed/sync.h"

#include <ev.h>
#include <stddef.h>

#define FEED_CLOCK_MS 250 /* how often statuses are compared with the clock */

struct load;

/* All that is pointed to outlives the feed. */
struct feed_options {
	const struct redis_address *address;
	struct redis_tls *tls; /* NULL for an address without TLS */
	size_t lines_each; /* so many of each node's newest log lines are read when the feed learns what is */
};

/* The pieces that a follower works with. */
struct feed {
	struct known known;	  /* what is known: read it, and known_listen to what changes of it */
	struct sync *sync;	  /* to learn what else is: sync_join, and sync_ask from there */
	struct redis_link *link;  /* to ask Redis: redis_link_ask; channels of one's own: redis_link_follow */
	struct backlogs backlogs; /* to read older lines of a node: backlog_new */

	/* The rest is the feed's own. */
	struct ev_loop *loop;
	struct load *load;
	ev_timer clock, check;
};

/* Begins to connect. Whoever listens or joins does so before the loop runs. */
struct feed *feed_new(struct ev_loop *loop, const struct feed_options *options);

/* Open questions are answered with NULL from within this call; no event is told. NULL is nothing. */
void feed_free(struct feed *feed);

#endif
