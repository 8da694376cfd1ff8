/*
 * The cluster's log as it passes: lines come in, the newest stay, and whoever wants them is told: clients of
 * the default protocol of every line, the others of those that pass their filter. The first line goes out at
 * once, those within a few ms after it together.
 */
#ifndef RELAY_LINES_H
#define RELAY_LINES_H

#include "common/entry.h"
#include "relay/hub.h"
#include "relay/recent.h"
#include "relay/sources.h"

#include <stdint.h>

struct ev_loop;

#define TOPIC_LOGS	"logs" /* every line, a message a node (default protocol) */
#define LINES_WINDOW_MS 5

struct lines;

struct lines *lines_new(struct ev_loop *loop, struct hub *hub); /* `hub` outlives it */
void lines_free(struct lines *lines);

/* --- what happens ------------------------------------------------------------------------------------- */

/* Takes a line in; those of one message are told together, by lines_tell. */
void lines_add(struct lines *lines, const char *node, const char *json, size_t len);
void lines_tell(struct lines *lines);
void lines_clear(struct lines *lines, const char *node); /* NULL: everyone's */

/* --- the load: between begin and end nothing is told, then what has come since ------------------------ */

void lines_load_begin(struct lines *lines);
void lines_load_source(struct lines *lines, const char *node, const char *logger); /* one of them NULL */

/* The newest entries and the counter behind `seq`, by which a Redis that began anew is known. */
void lines_load(struct lines *lines, const struct recent *loaded, int64_t last_seq);
void lines_load_end(struct lines *lines);

/* --- for clients -------------------------------------------------------------------------------------- */

/* The seq up to which lines have been told. */
int64_t lines_told_seq(const struct lines *lines);

/* Grows whenever the lines that have been told are others. */
uint64_t lines_version(const struct lines *lines);

/* The entries kept of those told so far, with a larger seq than `seq`, by seq; valid until the next change.
 */
struct log_entry *const *lines_after(const struct lines *lines, int64_t seq, size_t *count);

/* From this seq on, none that exists is missing from them. */
int64_t lines_complete_from(const struct lines *lines);

const struct sources *lines_sources(const struct lines *lines);

/* Tells a client of the default protocol the lines after `seq`, and every line to come. */
void lines_follow(struct lines *lines, struct subscriber *subscriber, int64_t seq);

/* Lines that pass a filter, from now on; clients with equal filters share the work. */
struct log_watch;
struct log_watch *lines_watch(struct lines *lines, struct subscriber *subscriber,
			      const struct entry_filter *filter);
void lines_unwatch(struct lines *lines, struct subscriber *subscriber, struct log_watch *watch);

#endif
