/*
 * What is known of the cluster, and who is told when it changes. Followers read the members. The functions
 * are the feed's own: what is learned of nodes and of the log comes in here, from channels.c as it is
 * published, and from load.c when the feed learns what is. (Tests that have no Redis use them in Redis'
 * place.)
 */
#ifndef FEED_KNOWN_H
#define FEED_KNOWN_H

#include "feed/feed.h"
#include "feed/log_tail.h"

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

void known_free(struct known *known); /* a zeroed struct knows nothing and has no listener */
void known_listen(struct known *known, const struct feed_events *events, void *context);

/* --- what happens; in FEED_CATCHING_UP it may be known already ---------------------------------------- */

void known_report(struct known *known, const char *id, const struct node_report *report);
void known_remove(struct known *known, const char *id);
void known_clear_history(struct known *known, const char *id); /* NULL: of all nodes */
void known_set_totals(struct known *known, const struct cluster_totals *totals);

/* Tells the entries that have come to the log since (log_tail_add), those of one message together. */
void known_tell_lines(struct known *known);
void known_clear_log(struct known *known, const char *node); /* NULL: of all nodes */

/* Compares the nodes' statuses with the clock. */
void known_look_at_clock(struct known *known);

/* --- learning what is, in this order ------------------------------------------------------------------ */

/* To FEED_LEARNING. What is known of nodes and entries stays until it is known better. */
void known_load_begin(struct known *known);

/* A node as Redis holds it; the report has no point. Then its points, oldest first, instead of those known.
 * Entries go to log_tail_load, and names to sources_add. */
void known_load_node(struct known *known, const char *id, const struct node_report *report);
void known_load_points(struct known *known, const char *id, const struct span *points, size_t count);

/* To FEED_CATCHING_UP. Nodes that were not loaded are removed. What was published meanwhile comes next. */
void known_load_end(struct known *known);

/* To FEED_FOLLOWING. */
void known_follow(struct known *known);

/* To FEED_AWAY, from any of the others. All that is known stays. */
void known_lost(struct known *known);

#endif
