/*
 * The watches that somebody follows. Knows filters and topics, but neither clients nor where lines come from.
 *
 * Filtering is the expensive part of a line's way: a filter for a text looks into every entry. Most people
 * look at the same few things, so clients with equal filters share a watch, and each batch is filtered and
 * spliced once a watch. The watches are few; a list is enough.
 */
#include "relay/log_watch.h"

#include "common/clock.h"
#include "common/mem.h"
#include "relay/message.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* A filter that somebody follows, or is about to. */
struct log_watch {
	LIST_ENTRY(log_watch) link;
	struct entry_filter filter;
	size_t holders;
	int64_t number;
	char topic[32];
};

struct log_watches {
	struct hub *hub;
	struct log_consumer consumer;
	LIST_HEAD(log_watch_list, log_watch) list;
	int64_t made; /* so far; makes the numbers */
};

struct frame *log_watch_lines(const struct log_watch *watch, struct log_entry *const *entries, size_t count)
{
	return message_new_logs(entries, count, &watch->filter, watch->number, clock_now_ms());
}

struct frame *log_watch_gap(const struct log_watch *watch, int64_t after, int64_t before)
{
	return message_printf("{\"type\":\"gap\",\"after\":%" PRId64 ",\"before\":%" PRId64
			      ",\"subscription\":%" PRId64 "}",
			      after, before, watch->number);
}

static void on_batch(void *context, struct log_entry *const *entries, size_t count)
{
	struct log_watches *watches = context;
	const struct log_watch *watch;

	LIST_FOREACH(watch, &watches->list, link)
	{
		struct frame *frame;

		if (!hub_wanted(watches->hub, watch->topic))
			continue;
		frame = log_watch_lines(watch, entries, count);
		if (frame)
			hub_publish(watches->hub, watch->topic, frame);
		frame_release(frame);
	}
}

/* Whatever the filter, entries that would have passed it may be among those that are missing. */
static void on_gap(void *context, int64_t after, int64_t before)
{
	struct log_watches *watches = context;
	const struct log_watch *watch;

	LIST_FOREACH(watch, &watches->list, link)
	{
		struct frame *frame = log_watch_gap(watch, after, before);

		hub_publish(watches->hub, watch->topic, frame);
		frame_release(frame);
	}
}

static const struct feed_events EVENTS = {.gap = on_gap};

static bool same_filter(const struct entry_filter *a, const struct entry_filter *b)
{
	return a->level == b->level && strcmp(a->node, b->node) == 0 &&
	       strcmp(a->logger_name, b->logger_name) == 0 && strcmp(a->text, b->text) == 0;
}

struct log_watch *log_watch_take(struct log_watches *watches, const struct entry_filter *filter)
{
	struct log_watch *watch;

	LIST_FOREACH(watch, &watches->list, link)
	if (same_filter(&watch->filter, filter))
		break;
	if (!watch) {
		watch = mem_alloc(1, sizeof(*watch));
		watch->filter = *filter;
		watch->number = ++watches->made;
		snprintf(watch->topic, sizeof(watch->topic), "logs/%" PRId64, watch->number);
		LIST_INSERT_HEAD(&watches->list, watch, link);
	}
	watch->holders++;
	return watch;
}

void log_watch_follow(struct log_watch *watch, struct subscriber *subscriber)
{
	hub_subscribe(subscriber, watch->topic);
}

void log_watch_end(struct log_watch *watch, struct subscriber *subscriber)
{
	hub_unsubscribe(subscriber, watch->topic);
	if (--watch->holders)
		return;
	LIST_REMOVE(watch, link);
	free(watch);
}

int64_t log_watch_number(const struct log_watch *watch)
{
	return watch->number;
}

struct log_watches *log_watches_new(struct hub *hub, struct known *known, struct log_feed *lines)
{
	struct log_watches *watches = mem_alloc(1, sizeof(*watches));

	watches->hub = hub;
	LIST_INIT(&watches->list);
	watches->consumer = (struct log_consumer){.batch = on_batch, .context = watches};
	log_feed_add(lines, &watches->consumer);
	known_listen(known, &EVENTS, watches);
	return watches;
}

void log_watches_free(struct log_watches *watches)
{
	if (!watches)
		return;
	assert(LIST_EMPTY(&watches->list));
	free(watches);
}
