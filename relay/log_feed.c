/* Log lines in, messages out. Knows topics, but neither clients nor Redis. */
#include "relay/log_feed.h"

#include "common/clock.h"
#include "common/mem.h"
#include "relay/batcher.h"
#include "relay/compose.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_A_FLUSH 500 /* that end a window early, well below LOG_RING_ENTRIES */

struct log_watch {
	struct log_watch *next;
	struct entry_filter filter;
	size_t watchers;
	char topic[32];
};

struct log_feed {
	struct hub *hub;
	struct log_ring recent;
	struct sources sources;
	struct batcher window;
	bool loading;
	int64_t told_seq;
	uint64_t version;
	int64_t loaded_seq; /* the cluster's last seq when the load began */
	size_t untold;
	struct log_watch *watches;
	uint64_t watches_made;
};

static void flush(void *context);

struct log_feed *log_feed_new(struct ev_loop *loop, struct hub *hub)
{
	struct log_feed *lines = mem_alloc(1, sizeof(*lines));

	lines->hub = hub;
	batcher_init(&lines->window, loop, LOG_FEED_WINDOW_MS, flush, lines);
	return lines;
}

void log_feed_free(struct log_feed *lines)
{
	if (!lines)
		return;
	batcher_stop(&lines->window);
	while (lines->watches) {
		struct log_watch *next = lines->watches->next;

		free(lines->watches);
		lines->watches = next;
	}
	log_ring_free(&lines->recent);
	sources_free(&lines->sources);
	free(lines);
}

/* --- telling ------------------------------------------------------------------------------------------ */

/* To one (NULL: to all who follow the topic); a NULL frame is nothing to say. */
static void deliver(struct log_feed *lines, struct subscriber *subscriber, const char *topic,
		    struct frame *frame)
{
	if (!frame)
		return;
	if (subscriber)
		hub_send(subscriber, frame);
	else
		hub_publish(lines->hub, topic, frame);
	frame_release(frame);
}

/* The default protocol's messages hold the lines of one node each. */
static void tell_by_node(struct log_feed *lines, struct subscriber *subscriber,
			 struct log_entry *const *entries, size_t count)
{
	int64_t now_ms = clock_now_ms();
	struct log_entry **group = mem_alloc(count, sizeof(struct log_entry *));
	bool *done = mem_alloc(count, sizeof(*done));

	for (size_t i = 0; i < count; i++) {
		size_t members = 0;

		for (size_t j = i; j < count; j++)
			if (!done[j] && strcmp(entries[j]->node, entries[i]->node) == 0) {
				done[j] = true;
				group[members++] = entries[j];
			}
		deliver(lines, subscriber, TOPIC_LOGS, compose_logs(group, members, NULL, now_ms));
	}
	free(done);
	free(group);
}

static void flush(void *context)
{
	struct log_feed *lines = context;
	struct log_entry *const *entries;
	size_t count;

	if (lines->loading)
		return;
	entries = log_ring_after(&lines->recent, lines->told_seq, &count);
	lines->untold = 0;
	if (!count)
		return;
	if (hub_wanted(lines->hub, TOPIC_LOGS))
		tell_by_node(lines, NULL, entries, count);
	for (const struct log_watch *watch = lines->watches; watch; watch = watch->next)
		deliver(lines, NULL, watch->topic,
			compose_logs(entries, count, &watch->filter, clock_now_ms()));
	lines->told_seq = entries[count - 1]->seq;
	lines->version++;
}

/* --- what happens ------------------------------------------------------------------------------------- */

void log_feed_add(struct log_feed *lines, const char *node, const char *json, size_t len)
{
	const struct log_entry *entry = log_ring_insert(&lines->recent, node, json, len);

	if (!entry)
		return;
	sources_add_entry(&lines->sources, entry);
	if (++lines->untold >= LINES_A_FLUSH)
		flush(lines);
}

void log_feed_tell(struct log_feed *lines)
{
	if (lines->untold)
		batcher_touch(&lines->window);
}

void log_feed_clear(struct log_feed *lines, const char *node)
{
	flush(lines);
	log_ring_clear(&lines->recent, node);
	if (node)
		sources_remove_node(&lines->sources, node);
	else
		sources_free(&lines->sources);
	lines->version++;
}

/* --- the load ----------------------------------------------------------------------------------------- */

static void tell_gap(struct log_feed *lines, int64_t after, int64_t before)
{
	struct frame *frame = compose_gap(after, before);

	for (const struct log_watch *watch = lines->watches; watch; watch = watch->next)
		hub_publish(lines->hub, watch->topic, frame);
	frame_release(frame);
}

void log_feed_load_begin(struct log_feed *lines)
{
	lines->loading = true;
	sources_free(&lines->sources);
}

void log_feed_load_source(struct log_feed *lines, const char *node, const char *logger)
{
	if (node)
		sources_add_node(&lines->sources, node);
	if (logger)
		sources_add_logger(&lines->sources, logger, strlen(logger));
}

void log_feed_load(struct log_feed *lines, const struct log_ring *loaded, int64_t last_seq)
{
	bool began_anew = last_seq<lines->told_seq, has_gap = loaded->complete_from> lines->told_seq + 1;
	struct log_entry *const *entries;
	size_t count;

	lines->loaded_seq = last_seq;
	if (began_anew || has_gap)
		log_ring_free(&lines->recent);
	if (began_anew)
		lines->told_seq = 0;
	else if (has_gap && lines->told_seq)
		tell_gap(lines, lines->told_seq, loaded->complete_from);
	entries = log_ring_after(loaded, 0, &count);
	for (size_t i = 0; i < count; i++)
		log_ring_insert(&lines->recent, entries[i]->node, entries[i]->json, entries[i]->len);
	if (began_anew || has_gap)
		lines->recent.complete_from = loaded->complete_from;
}

void log_feed_load_end(struct log_feed *lines)
{
	lines->loading = false;
	lines->version++;
	flush(lines);
	if (lines->told_seq < lines->loaded_seq)
		lines->told_seq = lines->loaded_seq;
}

/* --- for clients -------------------------------------------------------------------------------------- */

int64_t log_feed_told_seq(const struct log_feed *lines)
{
	return lines->told_seq;
}

uint64_t log_feed_version(const struct log_feed *lines)
{
	return lines->version;
}

struct log_entry *const *log_feed_after(const struct log_feed *lines, int64_t seq, size_t *count)
{
	struct log_entry *const *entries = log_ring_after(&lines->recent, seq, count);

	/* Those that wait for the window's end are not told yet. */
	while (*count && entries[*count - 1]->seq > lines->told_seq)
		--*count;
	return entries;
}

int64_t log_feed_complete_from(const struct log_feed *lines)
{
	return lines->recent.complete_from;
}

const struct sources *log_feed_sources(const struct log_feed *lines)
{
	return &lines->sources;
}

void log_feed_follow(struct log_feed *lines, struct subscriber *subscriber, int64_t seq)
{
	size_t count;
	struct log_entry *const *entries = log_feed_after(lines, seq, &count);

	if (count)
		tell_by_node(lines, subscriber, entries, count);
	hub_subscribe(subscriber, TOPIC_LOGS);
}

static bool same_filter(const struct entry_filter *a, const struct entry_filter *b)
{
	return a->level == b->level && strcmp(a->node, b->node) == 0 &&
	       strcmp(a->logger_name, b->logger_name) == 0 && strcmp(a->text, b->text) == 0;
}

struct log_watch *log_feed_watch(struct log_feed *lines, struct subscriber *subscriber,
				 const struct entry_filter *filter)
{
	struct log_watch *watch = lines->watches;

	while (watch && !same_filter(&watch->filter, filter))
		watch = watch->next;
	if (!watch) {
		watch = mem_alloc(1, sizeof(*watch));
		watch->filter = *filter;
		snprintf(watch->topic, sizeof(watch->topic), "logs/%" PRIu64, ++lines->watches_made);
		watch->next = lines->watches;
		lines->watches = watch;
	}
	watch->watchers++;
	hub_subscribe(subscriber, watch->topic);
	return watch;
}

void log_feed_unwatch(struct log_feed *lines, struct subscriber *subscriber, struct log_watch *watch)
{
	struct log_watch **link = &lines->watches;

	hub_unsubscribe(subscriber, watch->topic);
	if (--watch->watchers)
		return;
	while (*link != watch)
		link = &(*link)->next;
	*link = watch->next;
	free(watch);
}
