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
#include "feed/sources.h"

#include <stddef.h>
#include <stdint.h>

#define FEED_CLOCK_MS 250 /* how often statuses are compared with the clock */

struct backlogs;
struct ev_loop;
struct feed;

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
	FEED_FOLLOWING	  /* what happens is told as it happens */
};

/*
 * What a listener is told; NULL for an event that it does not need. What is pointed to lives as long as the
 * call, or, where the feed keeps it, until the feed's next change. No event may free the feed.
 */
struct feed_events {
	/* The feed has gone into another phase. It begins in FEED_AWAY without a word. */
	void (*phase)(void *context, enum feed_phase phase);

	/* While catching up: what is known of a node, with its history, whether it is news or not. */
	void (*loaded)(void *context, const struct known_node *node);

	/* A report came and has been taken. Its point continues the history, if it has one. */
	void (*reported)(void *context, const struct known_node *node, const struct node_report *report);

	/* The status is another one because time has gone by. */
	void (*status)(void *context, const struct known_node *node);

	/* The node's history was cleared: it has no points now. */
	void (*history_cleared)(void *context, const struct known_node *node);

	/* The node was removed: the feed does not know it any more. */
	void (*removed)(void *context, const struct known_node *node);

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

/* --- what is known ------------------------------------------------------------------------------------ */

const struct node_table *feed_nodes(const struct feed *feed);
const struct cluster_totals *feed_totals(const struct feed *feed);

/* The names of all nodes and loggers that have logged. */
const struct sources *feed_sources(const struct feed *feed);

/* The kept entries with a larger `seq`, in the order of `seq`: only those that have been told. NULL if there
 * are none; valid until the feed's next change. */
struct log_entry *const *feed_lines_after(const struct feed *feed, int64_t seq, size_t *count);

/* Entries up to this `seq` have been told or are known to be missing. And: from this `seq` on, none is
 * missing from the kept entries. */
int64_t feed_last_seq(const struct feed *feed);
int64_t feed_complete_from(const struct feed *feed);

/* Where a node's older entries are asked for (feed/backlog.h). */
struct backlogs *feed_backlogs(struct feed *feed);

/* --- what else a follower wants of Redis -------------------------------------------------------------- */

/*
 * A part of the sync, by which a follower learns what the feed does not tell. All parts go through the same
 * order:
 *
 *   begin     Redis is there: forget what will be learned anew, and feed_follow the channels.
 *   ask       All parts' channels are followed: feed_ask_for_sync what is. With an answer of NULL the sync
 * begins anew; whoever gets it has nothing to do but to free what is its own. loaded    All parts' questions
 * are answered, and all that was published before that has arrived. message   First what was published since
 * `begin`, which may repeat what was loaded; then what comes. live      What was published meanwhile has been
 * told; from here on everything is new. lost      Redis has gone; may come at any point after `begin`.
 *
 * Every callback may be NULL.
 */
struct feed_part {
	const char *channels[4]; /* how the names of its channels begin; NULL behind the last */
	bool immediate;		 /* its messages do not wait for `loaded` */
	void (*begin)(void *context);
	void (*ask)(void *context);
	void (*loaded)(void *context);
	void (*live)(void *context);
	void (*lost)(void *context);
	void (*followed)(void *context, const char *channel); /* Redis confirms: no later message is missed */
	void (*message)(void *context, const char *channel, const char *payload, size_t len);
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
