/*
 * What is known of the nodes, and who is told when it changes. Takes in reports and removals (from follow.c
 * as they happen, from load.c at the start and after Redis was away) and publishes frames to the hub's
 * topics. What comes first goes out at once; what follows within a short window goes out together at its end.
 */
#ifndef RELAY_NODE_FEED_H
#define RELAY_NODE_FEED_H

#include "relay/compose.h"
#include "relay/hub.h"
#include "relay/log_feed.h"

#include <stdint.h>

struct ev_loop;

#define TOPIC_DELTA "delta" /* changed summaries (delta protocol) */

#define NODE_FEED_DELTA_WINDOW_MS 50

struct node_feed;

struct node_feed *node_feed_new(struct ev_loop *loop, struct hub *hub); /* which outlives it */
void node_feed_free(struct node_feed *feed);

/* The topic of one node's whole reports. */
struct node_feed_topic {
	char name[ID_NODE_SIZE + 8];
};
struct node_feed_topic node_feed_topic_of_node(const char *node);

/* --- what happens ------------------------------------------------------------------------------------- */

void node_feed_report(struct node_feed *feed, const char *node, const struct report *report);
void node_feed_remove(struct node_feed *feed, const char *node);
void node_feed_clear_history(struct node_feed *feed, const char *node); /* NULL: everyone's */
void node_feed_set_totals(struct node_feed *feed, const struct cluster_totals *totals);

/* Statuses change as time goes by: called about once a second. */
void node_feed_tick(struct node_feed *feed);

/* Redis is away: nothing happens until a load has ended. Delta clients are told at both. */
void node_feed_lost(struct node_feed *feed);

/* --- the load: between begin and end nothing is told, then what has changed is ------------------------ */

void node_feed_load_begin(struct node_feed *feed);
void node_feed_load_node(struct node_feed *feed, const char *node,
			 const struct report *report); /* no point */
void node_feed_load_points(struct node_feed *feed, const char *node, const struct span *points,
			   size_t count); /* after its node; oldest first */

/* Nodes that were not loaded are gone. What arrives from now on may repeat what was loaded, until
 * node_feed_load_settled. */
void node_feed_load_end(struct node_feed *feed);
void node_feed_load_settled(struct node_feed *feed);

/* --- for one client; each frame comes with a reference of its own ------------------------------------- */

/* The entries are those of the log up to now, the newest last; *seq is the last one that the frame holds,
 * which may be an earlier one if the frame was built for another client. */
struct frame *node_feed_initial(struct node_feed *feed, const struct log_feed *lines, int64_t *seq);
struct frame *node_feed_update(struct node_feed *feed);
struct frame *node_feed_snapshot(struct node_feed *feed);
struct frame *node_feed_node(const struct node_feed *feed, const char *node);
struct frame *node_feed_database(const struct node_feed *feed); /* whether Redis is away */

#endif
