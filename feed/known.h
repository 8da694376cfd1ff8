/*
 * What is known of the cluster, and who is told when it changes. Everything that is learned of nodes and of
 * the log comes in here: from channels.c as it is published, and from load.c when the feed learns what is.
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
	struct log_tail log;
	struct listener *listeners;
};

/* What a feed knows. Tests use it to tell a feed what happens, where they have no Redis. */
struct known *feed_known(struct feed *feed);

void known_free(struct known *known); /* a zeroed struct knows nothing and has no listener */
void known_listen(struct known *known, const struct feed_events *events, void *context);

/* --- what happens; in FEED_CATCHING_UP it may be known already ---------------------------------------- */

void known_report(struct known *known, const char *id, const struct node_report *report);
void known_remove(struct known *known, const char *id);
void known_clear_history(struct known *known, const char *id); /* NULL: of all nodes */
void known_set_totals(struct known *known, const struct cluster_totals *totals);

/* An entry. Listeners hear the entries of one message together, at known_tell_lines. */
void known_add_line(struct known *known, const char *node, const char *json, size_t len);
void known_tell_lines(struct known *known);
void known_clear_log(struct known *known, const char *node); /* NULL: of all nodes */

/* Compares the nodes' statuses with the clock. */
void known_look_at_clock(struct known *known);

/* --- learning what is: begin, nodes and entries in any order, end, what was published meanwhile, follow --
 */

void known_load_begin(struct known *known); /* to FEED_LEARNING */
void known_load_node(struct known *known, const char *id, const struct node_report *report); /* no point */
void known_load_points(struct known *known, const char *id, const struct span *points,
		       size_t count); /* after the node; oldest first */
void known_load_source(struct known *known, const char *node, const char *logger);    /* one of them NULL */
void known_load_log(struct known *known, struct log_ring *entries, int64_t last_seq); /* see log_tail_load */
void known_load_end(struct known *known); /* to FEED_CATCHING_UP; nodes that were not loaded are removed */
void known_follow(struct known *known);	  /* to FEED_FOLLOWING */
void known_lost(struct known *known);	  /* to FEED_AWAY; all that is known stays */

#endif
