/*
 * What is known, and who is told when it changes. Takes in reports, log lines and removals (from follow.c as
 * they happen, from load.c at the start and after Redis was away) and publishes frames to the hub's topics.
 * What comes first goes out at once; what follows within a short window goes out together at its end.
 */
#ifndef RELAY_FEED_H
#define RELAY_FEED_H

#include "common/entry.h"
#include "relay/compose.h"
#include "relay/hub.h"

#include <stdint.h>

struct ev_loop;

#define TOPIC_LOGS  "logs"  /* every line, a message a node (default protocol) */
#define TOPIC_DELTA "delta" /* changed summaries (delta protocol) */

#define FEED_DELTA_WINDOW_MS 50
#define FEED_LOGS_WINDOW_MS  5

struct feed;

struct feed *feed_new(struct ev_loop *loop, struct hub *hub); /* `hub` outlives it */
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
void feed_log_line(struct feed *feed, const char *node, const char *json, size_t len);
void feed_clear_logs(struct feed *feed, const char *node); /* NULL: everyone's */
void feed_set_totals(struct feed *feed, const struct cluster_totals *totals);
void feed_add_source(struct feed *feed, const char *node, const char *logger); /* one of them NULL */

/* Statuses change as time goes by: called about once a second. */
void feed_tick(struct feed *feed);

/* --- the load: between begin and end nothing is told, then what has changed is ------------------------ */

void feed_load_begin(struct feed *feed);
void feed_load_node(struct feed *feed, const char *node, const struct report *report); /* no point */
void feed_load_points(struct feed *feed, const char *node, const struct span *points,
		      size_t count); /* after its node; oldest first */

/* The newest entries and the counter behind `seq`, by which a Redis that began anew is known. */
void feed_load_logs(struct feed *feed, const struct recent *loaded, int64_t last_seq);

/* Nodes that were not loaded are gone. What arrives from now on may repeat what was loaded, until
 * feed_load_settled. */
void feed_load_end(struct feed *feed);
void feed_load_settled(struct feed *feed);

/* --- for one client; each frame comes with a reference of its own ------------------------------------- */

struct frame *feed_update(struct feed *feed);
struct frame *feed_snapshot(struct feed *feed);
struct frame *feed_node(const struct feed *feed, const char *node);

/* The seq up to which lines have been told. */
int64_t feed_told_seq(const struct feed *feed);

/* The entries told so far with a larger seq than `seq`; ERR_NOT_FOUND if some may be missing here. */
enum err feed_entries(const struct feed *feed, int64_t seq, struct log_entry *const **entries,
		      size_t *count) MUST_CHECK;

/* Sends a client of the default protocol `initial`, and every line that comes after it. */
void feed_welcome(struct feed *feed, struct subscriber *subscriber);

/* Lines that pass a filter; clients with equal filters share the work. */
struct log_watch;
struct log_watch *feed_watch(struct feed *feed, struct subscriber *subscriber,
			     const struct entry_filter *filter);
void feed_unwatch(struct feed *feed, struct subscriber *subscriber, struct log_watch *watch);

#endif
