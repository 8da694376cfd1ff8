/*
 * Deltas. All clients of the delta protocol have been told the same, since a client begins with a snapshot of
 * what the deltas so far have told. So what they know is kept once a node (`told`), and a delta is the
 * difference between that and what the feed knows. With no client, changes gather until somebody wants a
 * snapshot.
 *
 * While the feed learns what is, nothing is told: half of the nodes would look changed or gone. `removed`
 * keeps the names until then.
 */
#include "relay/node_feed.h"

#include "common/clock.h"
#include "common/map.h"
#include "common/mem.h"
#include "relay/batcher.h"
#include "relay/message.h"
#include "relay/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* What the clients know of a node. */
struct told_node {
	const struct known_node *node; /* what the feed knows of it */
	struct text summary;	       /* none: they do not know the node */
	enum node_status status;
	bool changed;		     /* in the list of changes */
	TAILQ_ENTRY(told_node) link; /* of that list */
};

TAILQ_HEAD(told_node_list, told_node);

struct node_feed {
	struct hub *hub;
	struct feed *feed;
	enum feed_phase phase;
	bool away; /* Redis is, and the clients were told so */

	struct map told; /* id -> struct told_node */
	struct told_node_list changes;
	struct buf
		removed; /* ids that were removed since the last delta, as JSON texts with commas between */
	int64_t seq;	 /* of the last delta */
	struct batcher batcher;

	struct frame *snapshot; /* NULL: none has been made */
	int64_t snapshot_seq;
};

struct node_topic node_feed_topic(const char *id)
{
	struct node_topic topic;

	snprintf(topic.name, sizeof(topic.name), "node/%s", id);
	return topic;
}

/* --- messages ----------------------------------------------------------------------------------------- */

static void put_stats(struct json_out *json, const struct feed *feed)
{
	const struct node_table *nodes = feed_nodes(feed);
	struct cluster_node *table = node_table_for_cluster(nodes);

	json_put_raw(json, "stats", "", 0);
	cluster_write_stats(json->buf, table, nodes->count, feed_totals(feed), clock_now_ms());
	free(table);
}

static void put_state(struct json_out *json, const struct known_node *node)
{
	json_put_raw(json, "node", "", 0);
	node_write(json->buf, node->state.data, node->state.len, NULL, clock_now_ms());
}

/* Puts what changed of a node under `key`; after that the clients know it. */
static void put_change(struct json_out *json, const char *key, struct told_node *told)
{
	const struct known_node *node = told->node;
	enum node_status status = node_status_at(&node->head, clock_now_ms());
	struct span summary = text_span(&node->summary);
	struct buf changes = {0};

	if (!told->summary.data) {
		json_put_raw(json, key, "", 0);
		summary_write(json->buf, summary, status);
	} else if (summary_write_changes(&changes, text_span(&told->summary), told->status, summary,
					 status)) {
		json_put_raw(json, key, changes.data, changes.len);
	}
	buf_free(&changes);
	text_set(&told->summary, summary);
	told->status = status;
}

static struct frame *build_delta(struct node_feed *nodes)
{
	struct told_node *coordinator = map_get(&nodes->told, ID_COORDINATOR), *told;
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "delta");

	json_put_integer(&json, "seq", nodes->seq);
	json_open_member(&json, "data", '{');
	if (coordinator && coordinator->changed)
		put_change(&json, "coordinator", coordinator);
	json_open_member(&json, "workers", '{');
	TAILQ_FOREACH(told, &nodes->changes, link)
	if (told != coordinator)
		put_change(&json, told->node->id, told);
	json_close(&json, '}');
	json_open_member(&json, "removed", '[');
	buf_append(&buf, nodes->removed.data, nodes->removed.len);
	json_close(&json, ']');
	put_stats(&json, nodes->feed);
	json_close(&json, '}');
	return message_end(&json);
}

static struct frame *build_snapshot(const struct node_feed *nodes)
{
	const struct node_table *known = feed_nodes(nodes->feed);
	const struct told_node *coordinator = map_get(&nodes->told, ID_COORDINATOR);
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "snapshot");

	json_put_integer(&json, "seq", nodes->seq);
	json_open_member(&json, "data", '{');
	if (coordinator) {
		json_put_raw(&json, "coordinator", "", 0);
		summary_write(&buf, text_span(&coordinator->summary), coordinator->status);
	} else {
		json_put_null(&json, "coordinator");
	}
	json_open_member(&json, "workers", '{');
	for (size_t i = 0; i < known->count; i++) {
		const struct told_node *told = map_get(&nodes->told, known->list[i]->id);

		if (!told || told == coordinator)
			continue;
		json_put_raw(&json, told->node->id, "", 0);
		summary_write(&buf, text_span(&told->summary), told->status);
	}
	json_close(&json, '}');
	put_stats(&json, nodes->feed);
	json_close(&json, '}');
	return message_end(&json);
}

/* A report, or with NULL the changed status, for those who follow the node. */
static struct frame *build_node_report(const struct known_node *node, const struct node_report *report)
{
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "node");

	json_put_text(&json, "node_id", node->id);
	put_state(&json, node);
	if (report && report->point.data)
		json_put_raw(&json, "point", report->point.data, report->point.len);
	if (report && report->certificates.data)
		json_put_raw(&json, "certificates", report->certificates.data, report->certificates.len);
	return message_end(&json);
}

struct frame *node_feed_node(const struct node_feed *nodes, const char *id)
{
	static const struct known_node UNKNOWN;
	const struct known_node *known = node_table_get(feed_nodes(nodes->feed), id);
	const struct known_node *node = known ? known : &UNKNOWN;
	struct span certificates = message_certificates(node);
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "node");

	json_put_text(&json, "node_id", id);
	if (known)
		put_state(&json, known);
	else
		json_put_null(&json, "node");
	message_put_points(&json, "history", node);
	json_open_member(&json, "certificates", '[');
	buf_append(&buf, certificates.data, certificates.len);
	json_close(&json, ']');
	return message_end(&json);
}

struct frame *node_feed_database(const struct node_feed *nodes)
{
	return message_printf("{\"type\":\"database\",\"away\":%s}", nodes->away ? "true" : "false");
}

/* --- telling ------------------------------------------------------------------------------------------ */

static void publish(struct node_feed *nodes, const char *topic, struct frame *frame)
{
	hub_publish(nodes->hub, topic, frame);
	frame_release(frame);
}

static void publish_node(struct node_feed *nodes, const char *id)
{
	struct node_topic topic = node_feed_topic(id);

	if (hub_wanted(nodes->hub, topic.name))
		publish(nodes, topic.name, node_feed_node(nodes, id));
}

static void publish_node_report(struct node_feed *nodes, const struct known_node *node,
				const struct node_report *report)
{
	struct node_topic topic = node_feed_topic(node->id);

	if (hub_wanted(nodes->hub, topic.name))
		publish(nodes, topic.name, build_node_report(node, report));
}

static bool has_changes(const struct node_feed *nodes)
{
	return !TAILQ_EMPTY(&nodes->changes) || nodes->removed.len;
}

static bool may_tell(const struct node_feed *nodes)
{
	return nodes->phase == FEED_FOLLOWING || nodes->phase == FEED_AWAY;
}

static void tell_delta(struct node_feed *nodes)
{
	struct told_node *told;

	nodes->seq++;
	publish(nodes, TOPIC_DELTA, build_delta(nodes));
	buf_clear(&nodes->removed);
	TAILQ_FOREACH(told, &nodes->changes, link)
	told->changed = false;
	TAILQ_INIT(&nodes->changes);
}

static void flush(void *context)
{
	struct node_feed *nodes = context;

	if (has_changes(nodes) && may_tell(nodes) && hub_wanted(nodes->hub, TOPIC_DELTA))
		tell_delta(nodes);
}

static void tell_soon(struct node_feed *nodes)
{
	if (has_changes(nodes) && may_tell(nodes))
		batcher_touch(&nodes->batcher);
}

/* A snapshot serves until the next delta. */
struct frame *node_feed_snapshot(struct node_feed *nodes)
{
	bool gathered = may_tell(nodes) && !hub_wanted(nodes->hub, TOPIC_DELTA);

	/* With clients, the next delta is near and will tell what has changed since. */
	if (has_changes(nodes) && (gathered || !nodes->snapshot || nodes->snapshot_seq != nodes->seq))
		tell_delta(nodes);
	if (!nodes->snapshot || nodes->snapshot_seq != nodes->seq) {
		frame_release(nodes->snapshot);
		nodes->snapshot = build_snapshot(nodes);
		nodes->snapshot_seq = nodes->seq;
	}
	return frame_share(nodes->snapshot);
}

/* --- what the feed tells ------------------------------------------------------------------------------ */

/* Puts the node into the next delta. */
static void mark(struct node_feed *nodes, const struct known_node *node)
{
	struct told_node *told = map_get(&nodes->told, node->id);

	if (!told) {
		told = mem_alloc(1, sizeof(*told));
		told->node = node;
		map_put(&nodes->told, node->id, told);
	}
	if (told->changed)
		return;
	told->changed = true;
	TAILQ_INSERT_TAIL(&nodes->changes, told, link);
}

static void on_loaded(void *context, const struct known_node *node)
{
	struct node_feed *nodes = context;
	const struct told_node *told = map_get(&nodes->told, node->id);

	if (!told || told->status != node->status ||
	    !text_equal(text_span(&told->summary), text_span(&node->summary)))
		mark(nodes, node);
	publish_node(nodes, node->id);
}

static void on_reported(void *context, const struct known_node *node, const struct node_report *report)
{
	struct node_feed *nodes = context;

	mark(nodes, node);
	publish_node_report(nodes, node, report);
	tell_soon(nodes);
}

static void on_status(void *context, const struct known_node *node)
{
	struct node_feed *nodes = context;

	mark(nodes, node);
	publish_node_report(nodes, node, NULL);
	tell_soon(nodes);
}

static void on_history_cleared(void *context, const struct known_node *node)
{
	publish_node(context, node->id);
}

static void told_node_free(struct told_node *told)
{
	text_drop(&told->summary);
	free(told);
}

static void on_removed(void *context, const struct known_node *node)
{
	struct node_feed *nodes = context;
	struct told_node *told = map_remove(&nodes->told, node->id);

	if (told && told->summary.data)
		buf_printf(&nodes->removed, "%s\"%s\"", nodes->removed.len ? "," : "", node->id);
	if (told && told->changed)
		TAILQ_REMOVE(&nodes->changes, told, link);
	if (told)
		told_node_free(told);
	publish_node(nodes, node->id);
	tell_soon(nodes);
}

static void set_away(struct node_feed *nodes, bool away)
{
	if (nodes->away == away)
		return;
	nodes->away = away;
	publish(nodes, TOPIC_DELTA, node_feed_database(nodes));
}

static void on_phase(void *context, enum feed_phase phase)
{
	struct node_feed *nodes = context;

	nodes->phase = phase;
	if (phase == FEED_AWAY)
		set_away(nodes, true);
	else if (phase == FEED_CATCHING_UP)
		set_away(nodes, false);
	else if (phase == FEED_FOLLOWING)
		tell_soon(nodes);
}

static const struct feed_events EVENTS = {.phase = on_phase,
					  .loaded = on_loaded,
					  .reported = on_reported,
					  .status = on_status,
					  .history_cleared = on_history_cleared,
					  .removed = on_removed};

/* --- the whole ---------------------------------------------------------------------------------------- */

struct node_feed *node_feed_new(struct ev_loop *loop, struct hub *hub, struct feed *feed)
{
	struct node_feed *nodes = mem_alloc(1, sizeof(*nodes));

	nodes->hub = hub;
	nodes->feed = feed;
	TAILQ_INIT(&nodes->changes);
	batcher_init(&nodes->batcher, loop, NODE_FEED_BATCH_MS, flush, nodes);
	feed_listen(feed, &EVENTS, nodes);
	return nodes;
}

void node_feed_free(struct node_feed *nodes)
{
	size_t cursor = 0;
	const char *id;
	void *told;

	if (!nodes)
		return;
	batcher_stop(&nodes->batcher);
	while (map_next(&nodes->told, &cursor, &id, &told))
		told_node_free(told);
	map_free(&nodes->told);
	buf_free(&nodes->removed);
	frame_release(nodes->snapshot);
	free(nodes);
}
