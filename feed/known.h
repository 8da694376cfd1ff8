/*
 * What is known of the cluster, and who is told when it changes. Followers read the members. The functions
 * are the feed's own: what is learned of nodes and of the log comes in here, from channels.c as it is
 * published, and from load.c when the feed learns what is. (Tests that have no Redis use them in Redis'
 * place.)
 */
#ifndef FEED_KNOWN_H
#define FEED_KNOWN_H

#include "common/cluster.h"
#include "feed/log_tail.h"
#include "feed/node_table.h"

#include <stddef.h>
#include <stdint.h>

/* --- for followers ------------------------------------------------------------------------------------ */

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
	NODE_STATUS,   /* the status is another one, or the node is missing, is lost, or is so no more */
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

	/* Something else than a report was heard of the node, which changes nothing but the time. */
	void (*heard)(void *context, const struct known_node *node);

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

/* Somebody who listens; the feed's own. */
struct listener {
	struct listener *next;
	const struct feed_events *events;
	void *context;
};

struct known {
	enum feed_phase phase;
	struct node_table nodes;
	struct cluster_totals totals;
	struct log_tail log;	    /* entries in its ring have been told, but while catching up */
	struct listener *listeners; /* the feed's own */
};

/* Listeners are told in the order in which they came. `events` and `context` outlive the feed. */
void known_listen(struct known *known, const struct feed_events *events, void *context);

void known_free(struct known *known); /* a zeroed struct knows nothing and has no listener */

/* --- what happens; in FEED_CATCHING_UP it may be known already ---------------------------------------- */

/* Takes a report, and its point into the history. A report that Redis should not hold is logged and left out.
 * While catching up, a report or a point that is not newer than what was loaded is left out, too. */
void known_report(struct known *known, const char *id, const struct node_report *report);

/* Forgets a node; one that is not known is nothing. */
void known_heard(struct known *known, const char *id, int64_t heard_ms);
void known_stream(struct known *known, const char *id, int64_t lost_ms); /* 0: it is there again */
void known_remove(struct known *known, const char *id);

/* A node's history, or with NULL everyone's, has no points any more. */
void known_clear_history(struct known *known, const char *id);

/* Replaces the totals. While learning what is, they are told later, with everything else. */
void known_set_totals(struct known *known, const struct cluster_totals *totals);

/* Tells the entries that have come to the log since (log_tail_add), those of one message together. */
void known_tell_lines(struct known *known);

/* The log of a node, or with NULL everyone's, has no entries any more. */
void known_clear_log(struct known *known, const char *node);

/* Compares the nodes' statuses with the clock. */
void known_look_at_clock(struct known *known);

/* --- learning what is, in this order ------------------------------------------------------------------ */

/* To FEED_LEARNING. What is known of nodes and entries stays until it is known better. */
void known_load_begin(struct known *known);

/* A node as Redis holds it; the report has no point. Then its points, oldest first, instead of those known.
 * Entries go to log_tail_load, and names to sources_add. */
void known_load_node(struct known *known, const char *id, const struct node_report *report,
		     const struct node_presence *presence);
void known_load_points(struct known *known, const char *id, const struct span *points, size_t count);

/* To FEED_CATCHING_UP. Nodes that were not loaded are removed. What was published meanwhile comes next. */
void known_load_end(struct known *known);

/* To FEED_FOLLOWING. */
void known_follow(struct known *known);

/* To FEED_AWAY, from any of the others. All that is known stays. */
void known_lost(struct known *known);

#endif
