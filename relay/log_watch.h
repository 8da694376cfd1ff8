/*
 * Log lines by filter: a watch is a filter and the hub's topic of what passes it. Clients with equal filters
 * share a watch, so that a message is made once for all of them. Each watch has a number, which its messages
 * carry as `subscription`: a client that changes its filter tells by it which messages are still about the
 * earlier one.
 */
#ifndef RELAY_LOG_WATCH_H
#define RELAY_LOG_WATCH_H

#include "common/entry.h"
#include "relay/hub.h"
#include "relay/log_feed.h"

struct log_watch;
struct log_watches;

struct log_watches *log_watches_new(struct hub *hub, struct known *known,
				    struct log_feed *lines); /* all outlive it */
void log_watches_free(struct log_watches *watches);	     /* NULL is nothing */

/* The watch with this filter, one holder more: an earlier one, or a new one. */
struct log_watch *log_watch_take(struct log_watches *watches, const struct entry_filter *filter);

/* From now on the subscriber gets the lines that pass, as `new_logs`, and `gap` where lines may be missing.
 */
void log_watch_follow(struct log_watch *watch, struct subscriber *subscriber);

/* The subscriber, if it follows, gets no more lines; and one holder less, with the last of which the watch
 * goes. */
void log_watch_end(struct log_watch *watch, struct subscriber *subscriber);

/* Above 0, and never used again by this relay. */
int64_t log_watch_number(const struct log_watch *watch);

/* The watch's messages for one subscriber: those entries that pass, or NULL if none does; and that entries
 * between two seqs may be missing. */
struct frame *log_watch_lines(const struct log_watch *watch, struct log_entry *const *entries, size_t count);
struct frame *log_watch_gap(const struct log_watch *watch, int64_t after, int64_t before);

#endif
