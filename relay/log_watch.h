/*
 * Log lines by filter: a watch is a filter and the hub's topic of what passes it. Clients with equal filters
 * share a watch, so that a message is made once for all of them.
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

/* From now on the subscriber gets the lines that pass, as `new_logs`, and `gap` where lines may be missing.
 */
struct log_watch *log_watch_begin(struct log_watches *watches, struct subscriber *subscriber,
				  const struct entry_filter *filter);
void log_watch_end(struct subscriber *subscriber, struct log_watch *watch);

/* The message that entries between these two seqs may be missing. */
struct frame *log_watch_gap(int64_t after, int64_t before);

#endif
