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
 *     feed_listen(feed, &EVENTS, context);
 *     ev_run(loop, 0);
 *
 * tests/feed/print.c is a whole follower.
 */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include "common/redis_address.h"
#include "common/redis_tls.h"
#include "feed/log_ring.h"
#include "feed/node_table.h"
#include "feed/question.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FEED_CLOCK_MS 250 /* how often statuses are compared with the clock */

struct backlogs;
struct ev_loop;
struct feed;
struct known;

/* --- the feed ----------------------------------------------------------------------------------------- */

/* All that is pointed to outlives the feed. */
struct feed_options {
	const struct redis_address *address;
	struct redis_tls *tls; /* NULL for an address without TLS */
	size_t lines_each; /* so many of each node's newest log lines are read when the feed learns what is */
};

/* Begins to connect. Whoever listens or joins does so before the loop runs. */
struct feed *feed_new(struct ev_loop *loop, const struct feed_options *options);
void feed_free(
	struct feed *feed); /* open questions are answered with NULL, no event is told; NULL is nothing */

/* --- listening ---------------------------------------------------------------------------------------- */

enum feed_phase {
	FEED_AWAY,	  /* no Redis: nothing but statuses is told, which change as time goes by */
	FEED_LEARNING,	  /* Redis is there, and the feed learns what is: nothing is told */
	FEED_CATCHING_UP, /* what is, and what has changed, is told in one go */
	FEED_FOLLOWING,	  /* what happens is told as it happens */
	FEED_PHASES
};

/* What has become of a node. */
enum node_news {
	NODE_LOADED,   /* while catching up: this is the node, with its history, whether it is news or not */
	NODE_REPORTED, /* a report came; its point continues the history, if it has one */
	NODE_STATUS,   /* the status is another one, because time has gone by */
	NODE_HISTORY_CLEARED, /* it has no points now */
	NODE_REMOVED	      /* the feed does not know it any more */
};

/*
 * What a listener is told; NULL for an event that it does not need. What is pointed to lives as long as the
 * call, or, where the feed keeps it, until the feed's next change. No event may free the feed.
 */
struct feed_events {
	/* The feed has gone into another phase. It begins in FEED_AWAY without a word. */
	void (*phase)(void *context, enum feed_phase phase);

	/* What is known has been changed already. `report` is NULL but with NODE_REPORTED. */
	void (*node)(void *context, enum node_news news, const struct known_node *node,
		     const struct node_report *report);

	/* The totals were read again; every report adds one to the number of updates besides. */
	void (*totals)(void *context, const struct cluster_totals *totals);

	/* Log entries in the order of `seq`, each once. They follow what was told before without a gap,
	 * unless one of the next two events said otherwise. */
	void (*lines)(void *context, struct log_entry *const *entries, size_t count);

	/* Entries with after < seq < before may be missing from what is told. */
	void (*gap)(void *context, int64_t after, int64_t before);

	/* Redis began anew, so `seq` counts from the start again; entries before `complete_from` may be
	 * missing. */
	void (*log_restarted)(void *context, int64_t complete_from);

	/* The log of a node (NULL: of all nodes) was cleared. The feed still has the entries during the call.
	 */
	void (*log_cleared)(void *context, const char *node);
};

/* Listeners are told in the order in which they came. `events` and `context` outlive the feed. */
void feed_listen(struct feed *feed, const struct feed_events *events, void *context);

/* What the feed knows, for followers to read (feed/known.h). */
struct known *feed_known(struct feed *feed);

/* Where older log lines of a node are asked for (feed/backlog.h). */
struct backlogs *feed_backlogs(struct feed *feed);

/* --- what else a follower wants of Redis -------------------------------------------------------------- */

/* The steps of a sync, in this order; all parts take a step before any part takes the next one. */
enum sync_step {
	SYNC_BEGIN, /* Redis is there: forget what will be learned anew, and feed_follow the channels */
	SYNC_ASK,   /* the channels are followed: feed_ask_for_sync what is */
	SYNC_TAKE, /* all is answered; what was published since SYNC_BEGIN comes next, and may repeat what was
		      asked */
	SYNC_DONE, /* that was all; from here on everything is new */
	SYNC_LOST  /* Redis has gone; may come at any point after SYNC_BEGIN */
};

/* A part of the sync, by which a follower learns what the feed does not tell. `step` may be called anew from
 * SYNC_BEGIN at any time after SYNC_LOST. */
struct feed_part {
	const char *channels[4]; /* how the names of its channels begin; NULL behind the last */
	bool immediate;		 /* its messages do not wait for SYNC_TAKE */
	void (*step)(void *context, enum sync_step step);
	void (*message)(void *context, const char *channel, const char *payload, size_t len);

	/* Redis has confirmed that the channel is followed, so no later message is missed. May be NULL. */
	void (*followed)(void *context, const char *channel);
};

/* `part` and `context` outlive the feed. */
void feed_join(struct feed *feed, const struct feed_part *part, void *context);

/* A channel of a part; may be called at any time, and does nothing while Redis is away. */
void feed_follow(struct feed *feed, const char *channel);
void feed_unfollow(struct feed *feed, const char *channel);

/* Asks Redis a command, REDIS_WORDS("GET", key). `answer` is called exactly once and never from within this
 * call, also while Redis is away; the handle is valid until then (question_cancel). */
struct question *feed_ask(struct feed *feed, const char *const *words, reply_handler *answer, void *context);

/* The same for what belongs to the sync that is going on, which waits for the answer: from within `ask`, or
 * from within an answer to such a question. */
void feed_ask_for_sync(struct feed *feed, const char *const *words, reply_handler *answer, void *context);

#endif
