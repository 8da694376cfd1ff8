/*
 * What is known of the nodes, and who is told when it changes. Takes in reports and removals (from follow.c
 * as they happen, from load.c at the start and after Redis was away) and publishes frames to the hub's
 * topics. What comes first goes out at once; what follows within a short window goes out together at its end.
 */
#ifndef RELAY_FEED_H
#define RELAY_FEED_H

#include "relay/compose.h"
#include "relay/hub.h"
#include "relay/lines.h"

#include <stdint.h>

struct ev_loop;

#define TOPIC_DELTA "delta" /* changed summaries (delta protocol) */

#define FEED_DELTA_WINDOW_MS 50

struct feed;

struct feed *feed_new(struct ev_loop *loop, struct hub *hub); /* which outlives it */
void feed_free(struct feed *feed);

/* The topic of one node's whole reports. */
struct feed_topic {
	char name[ID_NODE_SIZE + 8];
};
struct feed_topic feed_topic_of_node(const char *node);

/* --- what happens ------------------------------------------------------------------------------------- */

void feed_report(struct feed *feed, const char *node, const struct report *report);
void feed_remove(struct feed *feed, const char *node);
void feed_clear_history(struct feed *feed, const char *node); /* NULL: everyone's */
void feed_set_totals(struct feed *feed, const struct cluster_totals *totals);

/* Statuses change as time goes by: called about once a second. */
void feed_tick(struct feed *feed);

/* Redis is away: nothing happens until a load has ended. Delta clients are told at both. */
void feed_lost(struct feed *feed);

/* --- the load: between begin and end nothing is told, then what has changed is ------------------------ */

void feed_load_begin(struct feed *feed);
void feed_load_node(struct feed *feed, const char *node, const struct report *report); /* no point */
void feed_load_points(struct feed *feed, const char *node, const struct span *points,
		      size_t count); /* after its node; oldest first */

/* Nodes that were not loaded are gone. What arrives from now on may repeat what was loaded, until
 * feed_load_settled. */
void feed_load_end(struct feed *feed);
void feed_load_settled(struct feed *feed);

/* --- for one client; each frame comes with a reference of its own ------------------------------------- */

/* The entries are those of the log up to now, the newest last; *seq is the last one that the frame holds,
 * which may be an earlier one if the frame was built for another client. */
struct frame *feed_initial(struct feed *feed, const struct lines *lines, int64_t *seq);
struct frame *feed_update(struct feed *feed);
struct frame *feed_snapshot(struct feed *feed);
struct frame *feed_node(const struct feed *feed, const char *node);
struct frame *feed_database(const struct feed *feed); /* whether Redis is away */

#endif
