/* Knowledge in, frames out. Knows topics, but neither clients nor Redis. */
#include "relay/node_feed.h"

#include "common/clock.h"
#include "common/mem.h"
#include "relay/batcher.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REUSE_MS     1000
#define REUSE_FACTOR 10 /* a frame is reused for so many times as long as it took to build */

enum node_feed_state {
	NODE_FEED_LOADING,  /* nothing is told */
	NODE_FEED_SETTLING, /* told, but what comes may be known already */
	NODE_FEED_LIVE
};

/* A frame many clients ask for, kept as long as it is true, or (a large one) true enough. */
struct kept_frame {
	struct frame *frame;
	uint64_t version; /* of the knowledge it was built from */
	int64_t built_ms, cost_ms;
};

struct node_feed {
	struct hub *hub;
	struct known known;
	enum node_feed_state state;
	bool away;	  /* Redis is, and delta clients were told */
	uint64_t version; /* grows with every change */

	struct batcher delta_window;
	struct buf removed; /* ids not told yet, as JSON texts with commas */
	int64_t delta_seq;

	struct kept_frame initial, update, snapshot;
	int64_t initial_seq; /* of the last line that `initial` may hold */
};

static void flush_delta(void *context);

struct node_feed *node_feed_new(struct ev_loop *loop, struct hub *hub)
{
	struct node_feed *feed = mem_alloc(1, sizeof(*feed));

	feed->hub = hub;
	batcher_init(&feed->delta_window, loop, NODE_FEED_DELTA_WINDOW_MS, flush_delta, feed);
	return feed;
}

void node_feed_free(struct node_feed *feed)
{
	if (!feed)
		return;
	batcher_stop(&feed->delta_window);
	frame_release(feed->initial.frame);
	frame_release(feed->update.frame);
	frame_release(feed->snapshot.frame);
	nodes_free(&feed->known.nodes);
	buf_free(&feed->removed);
	free(feed);
}

struct node_feed_topic node_feed_topic_of_node(const char *node)
{
	struct node_feed_topic topic;

	snprintf(topic.name, sizeof(topic.name), "node/%s", node);
	return topic;
}

/* --- telling ------------------------------------------------------------------------------------------ */

static void publish(struct node_feed *feed, const char *topic, struct frame *frame)
{
	if (!frame)
		return;
	hub_publish(feed->hub, topic, frame);
	frame_release(frame);
}

static void tell_delta(struct node_feed *feed)
{
	feed->delta_seq++;
	publish(feed, TOPIC_DELTA,
		compose_delta(&feed->known, buf_string(&feed->removed), feed->delta_seq, clock_now_ms()));
	buf_clear(&feed->removed);
}

static bool delta_is_due(const struct node_feed *feed)
{
	return feed->state != NODE_FEED_LOADING && (feed->known.nodes.changed || feed->removed.len);
}

static void flush_delta(void *context)
{
	struct node_feed *feed = context;

	/* With nobody to tell, changes gather until a snapshot is wanted. */
	if (delta_is_due(feed) && hub_wanted(feed->hub, TOPIC_DELTA))
		tell_delta(feed);
}

static void delta_changed(struct node_feed *feed)
{
	feed->version++;
	if (delta_is_due(feed))
		batcher_touch(&feed->delta_window);
}

/* --- what happens ------------------------------------------------------------------------------------- */

static bool same_text(struct span a, struct span b)
{
	return a.data && b.data && a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Whether the node is known as of this report or a later one. Only asked while a load settles: later, an
 * older time means that the coordinator's clock was set back. */
static bool is_repeated(const struct node_feed *feed, const struct node *node, const struct report *report)
{
	struct span known, given;

	if (feed->state == NODE_FEED_LIVE || !node)
		return false;
	known = nodes_timestamp((struct span){node->summary.data, node->summary.len});
	given = nodes_timestamp(report->summary);
	return same_text(known, given) || (known.data && given.data && known.len == given.len &&
					   memcmp(known.data, given.data, given.len) > 0);
}

static void publish_node(struct node_feed *feed, const char *id)
{
	struct node_feed_topic topic = node_feed_topic_of_node(id);

	if (hub_wanted(feed->hub, topic.name))
		publish(feed, topic.name, node_feed_node(feed, id));
}

void node_feed_report(struct node_feed *feed, const char *id, const struct report *given)
{
	struct report report = *given;
	struct node *node = nodes_get(&feed->known.nodes, id);
	struct node_feed_topic topic = node_feed_topic_of_node(id);

	if (feed->state != NODE_FEED_LIVE && node && report.point.data && nodes_has_point(node, report.point))
		report.point = (struct span){0};
	if (!is_repeated(feed, node, &report)) {
		feed->known.totals.total_updates++;
		node = nodes_report(&feed->known.nodes, id, &report);
	} else if (!report.point.data) {
		return;
	}
	if (!node)
		return;
	if (report.point.data)
		nodes_append_point(node, report.point);
	node->status = node_status_at(&node->head, clock_now_ms());
	if (hub_wanted(feed->hub, topic.name))
		publish(feed, topic.name, compose_node_report(node, &report, clock_now_ms()));
	delta_changed(feed);
}

void node_feed_remove(struct node_feed *feed, const char *given)
{
	const struct node *node = nodes_get(&feed->known.nodes, given);
	char id[ID_NODE_SIZE]; /* `given` may be the node's own */

	if (!node)
		return;
	memcpy(id, node->id, sizeof(id));
	if (node->change != NODE_NEW)
		buf_printf(&feed->removed, "%s\"%s\"", feed->removed.len ? "," : "", id);
	nodes_remove(&feed->known.nodes, id);
	publish_node(feed, id);
	delta_changed(feed);
}

void node_feed_clear_history(struct node_feed *feed, const char *id)
{
	for (size_t i = 0; i < feed->known.nodes.count; i++) {
		struct node *node = feed->known.nodes.list[i];

		if (id && strcmp(node->id, id) != 0)
			continue;
		nodes_set_points(node, NULL, 0);
		publish_node(feed, node->id);
	}
	feed->version++;
}

void node_feed_set_totals(struct node_feed *feed, const struct cluster_totals *totals)
{
	feed->known.totals = *totals;
	feed->version++;
}

void node_feed_tick(struct node_feed *feed)
{
	int64_t now_ms = clock_now_ms();

	if (feed->state == NODE_FEED_LOADING)
		return;
	for (size_t i = 0; i < feed->known.nodes.count; i++) {
		struct node *node = feed->known.nodes.list[i];
		enum node_status status = node_status_at(&node->head, now_ms);
		struct node_feed_topic topic;

		if (status == node->status)
			continue;
		node->status = status;
		nodes_mark(&feed->known.nodes, node);
		topic = node_feed_topic_of_node(node->id);
		if (hub_wanted(feed->hub, topic.name))
			publish(feed, topic.name, compose_node_report(node, NULL, now_ms));
		delta_changed(feed);
	}
}

static void set_away(struct node_feed *feed, bool away)
{
	if (feed->away == away)
		return;
	feed->away = away;
	publish(feed, TOPIC_DELTA, node_feed_database(feed));
}

void node_feed_lost(struct node_feed *feed)
{
	set_away(feed, true);
}

/* --- the load ----------------------------------------------------------------------------------------- */

void node_feed_load_begin(struct node_feed *feed)
{
	feed->state = NODE_FEED_LOADING;
	for (size_t i = 0; i < feed->known.nodes.count; i++)
		feed->known.nodes.list[i]->unseen = true;
}

void node_feed_load_node(struct node_feed *feed, const char *id, const struct report *given)
{
	struct report report = *given;
	struct node *node = nodes_get(&feed->known.nodes, id);

	if (!report.certificates.data)
		report.certificates = (struct span){"[]", 2};
	/* A report that is known already leaves the node settled. */
	if (!node || node->change != NODE_SETTLED ||
	    !same_text(report.summary, (struct span){node->summary.data, node->summary.len}))
		node = nodes_report(&feed->known.nodes, id, &report);
	if (!node)
		return;
	node->unseen = false;
	node->status = node_status_at(&node->head, clock_now_ms());
}

void node_feed_load_points(struct node_feed *feed, const char *id, const struct span *points, size_t count)
{
	struct node *node = nodes_get(&feed->known.nodes, id);

	if (node)
		nodes_set_points(node, points, count);
}

void node_feed_load_end(struct node_feed *feed)
{
	struct nodes *nodes = &feed->known.nodes;

	feed->state = NODE_FEED_SETTLING;
	feed->version++;
	set_away(feed, false);
	for (size_t i = nodes->count; i-- > 0;) {
		if (nodes->list[i]->unseen)
			node_feed_remove(feed, nodes->list[i]->id);
		else
			publish_node(feed, nodes->list[i]->id);
	}
	delta_changed(feed);
}

void node_feed_load_settled(struct node_feed *feed)
{
	feed->state = NODE_FEED_LIVE;
}

/* --- for one client ----------------------------------------------------------------------------------- */

/* The frame as it was built last, if it still serves; with a reference for the caller. */
static struct frame *reuse(const struct kept_frame *kept, uint64_t version)
{
	int64_t age_ms = clock_monotonic_ms() - kept->built_ms;

	if (!kept->frame)
		return NULL;
	if (age_ms < kept->cost_ms * REUSE_FACTOR || (kept->version == version && age_ms < REUSE_MS))
		return frame_share(kept->frame);
	return NULL;
}

static struct frame *keep(struct kept_frame *kept, uint64_t version, struct frame *frame, int64_t begun_ms)
{
	frame_release(kept->frame);
	*kept = (struct kept_frame){.frame = frame, .version = version, .built_ms = clock_monotonic_ms()};
	kept->cost_ms = kept->built_ms - begun_ms;
	return frame_share(frame);
}

struct frame *node_feed_initial(struct node_feed *feed, const struct log_feed *lines, int64_t *seq)
{
	uint64_t version = feed->version + log_feed_version(lines);
	int64_t begun_ms = clock_monotonic_ms();
	struct frame *frame = reuse(&feed->initial, version);
	struct log_entry *const *entries;
	size_t count;

	/* An older frame serves only as long as the lines since then can be told after it. */
	if (frame && feed->initial_seq + 1 < log_feed_complete_from(lines)) {
		frame_release(frame);
		frame = NULL;
	}
	if (!frame) {
		entries = log_feed_after(lines, 0, &count);
		frame = compose_initial(&feed->known, entries, count, log_feed_sources(lines),
					clock_now_ms());
		frame = keep(&feed->initial, version, frame, begun_ms);
		feed->initial_seq = log_feed_told_seq(lines);
	}
	*seq = feed->initial_seq;
	return frame;
}

struct frame *node_feed_update(struct node_feed *feed)
{
	int64_t begun_ms = clock_monotonic_ms();
	struct frame *frame = reuse(&feed->update, feed->version);

	return frame ? frame
		     : keep(&feed->update, feed->version, compose_update(&feed->known, clock_now_ms()),
			    begun_ms);
}

/* A snapshot says what the deltas so far have said, so it serves until the next one. */
struct frame *node_feed_snapshot(struct node_feed *feed)
{
	/* With nobody to tell, changes have gathered; else the window's end is near. */
	if (delta_is_due(feed) && !hub_wanted(feed->hub, TOPIC_DELTA))
		tell_delta(feed);
	if (feed->snapshot.frame && feed->snapshot.version == (uint64_t)feed->delta_seq)
		return frame_share(feed->snapshot.frame);
	if (feed->known.nodes.changed || feed->removed.len)
		tell_delta(feed);
	frame_release(feed->snapshot.frame);
	feed->snapshot.frame = compose_snapshot(&feed->known, feed->delta_seq, clock_now_ms());
	feed->snapshot.version = (uint64_t)feed->delta_seq;
	return frame_share(feed->snapshot.frame);
}

struct frame *node_feed_node(const struct node_feed *feed, const char *id)
{
	return compose_node(id, nodes_get(&feed->known.nodes, id), clock_now_ms());
}

struct frame *node_feed_database(const struct node_feed *feed)
{
	return compose_database(feed->away);
}
