/*
 * The cluster's log as it passes: lines come in, the newest stay, and whoever wants them is told: clients of
 * the default protocol of every line, the others of those that pass their filter. The first line goes out at
 * once, those within a few ms after it together.
 */
#ifndef RELAY_LOG_FEED_H
#define RELAY_LOG_FEED_H

#include "common/entry.h"
#include "relay/hub.h"
#include "relay/log_ring.h"
#include "relay/sources.h"

#include <stdint.h>

struct ev_loop;

#define TOPIC_LOGS	   "logs" /* every line, a message a node (default protocol) */
#define LOG_FEED_WINDOW_MS 5

struct log_feed;

struct log_feed *log_feed_new(struct ev_loop *loop, struct hub *hub); /* `hub` outlives it */
void log_feed_free(struct log_feed *lines);

/* --- what happens ------------------------------------------------------------------------------------- */

/* Takes a line in; those of one message are told together, by log_feed_tell. */
void log_feed_add(struct log_feed *lines, const char *node, const char *json, size_t len);
void log_feed_tell(struct log_feed *lines);
void log_feed_clear(struct log_feed *lines, const char *node); /* NULL: everyone's */

/* --- the load: between begin and end nothing is told, then what has come since ------------------------ */

void log_feed_load_begin(struct log_feed *lines);
void log_feed_load_source(struct log_feed *lines, const char *node,
			  const char *logger); /* one of them NULL */

/* The newest entries and the counter behind `seq`, by which a Redis that began anew is known. */
void log_feed_load(struct log_feed *lines, const struct log_ring *loaded, int64_t last_seq);
void log_feed_load_end(struct log_feed *lines);

/* --- for clients -------------------------------------------------------------------------------------- */

/* The seq up to which lines have been told. */
int64_t log_feed_told_seq(const struct log_feed *lines);

/* Grows whenever the lines that have been told are others. */
uint64_t log_feed_version(const struct log_feed *lines);

/* The entries kept of those told so far, with a larger seq than `seq`, by seq; valid until the next change.
 */
struct log_entry *const *log_feed_after(const struct log_feed *lines, int64_t seq, size_t *count);

/* From this seq on, none that exists is missing from them. */
int64_t log_feed_complete_from(const struct log_feed *lines);

const struct sources *log_feed_sources(const struct log_feed *lines);

/* Tells a client of the default protocol the lines after `seq`, and every line to come. */
void log_feed_follow(struct log_feed *lines, struct subscriber *subscriber, int64_t seq);

/* Lines that pass a filter, from now on; clients with equal filters share the work. */
struct log_watch;
struct log_watch *log_feed_watch(struct log_feed *lines, struct subscriber *subscriber,
				 const struct entry_filter *filter);
void log_feed_unwatch(struct log_feed *lines, struct subscriber *subscriber, struct log_watch *watch);

#endif
