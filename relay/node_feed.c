/*
 * Deltas. All clients of the delta protocol have been told the same, since a client begins with a snapshot of
 * what the deltas so far have told. So what they know is kept once a node (`told`), and a delta is the
 * difference between that and what the feed knows. With no client, changes gather until somebody wants a
 * snapshot.
 *
 * While the feed learns what is, nothing is told: half of the nodes would look changed or gone. `removed`
 * keeps the names until then.
 *
 * A worker that is missing is not among the workers, but the clients are told of it all the same, until
 * somebody removes it.
 */
#include "relay/node_feed.h"

#include "common/clock.h"
#include "common/map.h"
#include "common/mem.h"
#include "relay/batcher.h"
#include "relay/message.h"
#include "relay/told_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

TAILQ_HEAD(told_node_list, told_node);

struct node_feed {
	struct hub *hub;
	const struct known *known;
	bool away; /* Redis is, and the clients were told so */

	struct map told; /* id -> struct told_node */
	struct told_node_list changes;
	struct buf removed; /* ids removed since the last delta: JSON texts with commas between */
	struct buf found;   /* members of `missing` that take out who was removed since, likewise */
	int64_t seq;	    /* of the last delta */
	struct batcher batcher;
	struct batcher heard_batcher; /* of what is not urgent */

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

static void put_stats(struct json_out *json, const struct known *known)
{
	struct cluster_node *table = node_table_for_cluster(&known->nodes);

	json_put_raw(json, "stats", "", 0);
	cluster_write_stats(json->buf, &(struct cluster){.nodes = table,
							 .count = known->nodes.count,
							 .totals = &known->totals,
							 .now_ms = clock_now_ms()});
	free(table);
}

static void add_removed(struct buf *removed, const char *id)
{
	buf_printf(removed, "%s\"%s\"", removed->len ? "," : "", id);
}

/*
 * Puts the members `workers`, `removed` and `missing`. A worker that becomes missing leaves `workers` by
 * `removed`; one that is heard again comes whole, and a null takes it out of `missing`.
 */
static void put_changes(struct json_out *json, struct node_feed *nodes)
{
	struct told_node *coordinator = map_get(&nodes->told, ID_COORDINATOR), *told;
	struct buf missing_text = {0};
	struct json_out missing = {.buf = &missing_text};

	json_open_member(json, "workers", '{');
	TAILQ_FOREACH(told, &nodes->changes, link)
	{
		if (told == coordinator)
			continue;
		if (!told->node->is_missing) {
			if (told->as == TOLD_AS_MISSING)
				json_put_null(&missing, told->node->id);
			told_node_put_change(json, told->node->id, told);
			continue;
		}
		if (told->as == TOLD_AS_WORKER)
			add_removed(&nodes->removed, told->node->id);
		told_node_put_newly_missing(&missing, told);
	}
	json_close(json, '}');
	json_open_member(json, "removed", '[');
	buf_append(json->buf, nodes->removed.data, nodes->removed.len);
	json_close(json, ']');
	if (!nodes->found.len && !missing_text.len)
		return;
	json_open_member(json, "missing", '{');
	if (nodes->found.len)
		json_put_raw(json, NULL, nodes->found.data, nodes->found.len);
	if (missing_text.len)
		json_put_raw(json, NULL, missing_text.data, missing_text.len);
	json_close(json, '}');
	buf_free(&missing_text);
}

/* The difference between what the clients know and what the feed knows; after that they know it. */
static struct frame *build_delta(struct node_feed *nodes)
{
	struct told_node *coordinator = map_get(&nodes->told, ID_COORDINATOR);
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "delta");

	json_put_integer(&json, "seq", nodes->seq);
	json_open_member(&json, "data", '{');
	if (coordinator && coordinator->changed)
		told_node_put_change(&json, "coordinator", coordinator);
	put_changes(&json, nodes);
	put_stats(&json, nodes->known);
	json_close(&json, '}');
	return message_end(&json);
}

/* What the clients know, which is what the deltas so far have told, statuses included. */
static struct frame *build_snapshot(const struct node_feed *nodes)
{
	const struct node_table *known = &nodes->known->nodes;
	const struct told_node *coordinator = map_get(&nodes->told, ID_COORDINATOR);
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "snapshot");

	json_put_integer(&json, "seq", nodes->seq);
	json_open_member(&json, "data", '{');
	if (coordinator && coordinator->as == TOLD_AS_WORKER) {
		json_put_raw(&json, "coordinator", "", 0);
		summary_write(&buf, &coordinator->shown);
	} else {
		json_put_null(&json, "coordinator");
	}
	json_open_member(&json, "workers", '{');
	for (size_t i = 0; i < known->count; i++) {
		const struct told_node *told = map_get(&nodes->told, known->list[i]->id);

		if (!told || told == coordinator || told->as != TOLD_AS_WORKER)
			continue;
		json_put_raw(&json, told->node->id, "", 0);
		summary_write(&buf, &told->shown);
	}
	json_close(&json, '}');
	json_open_member(&json, "missing", '{');
	for (size_t i = 0; i < known->count; i++) {
		const struct told_node *told = map_get(&nodes->told, known->list[i]->id);

		if (told && told->as == TOLD_AS_MISSING)
			told_node_put_missing(&json, told);
	}
	json_close(&json, '}');
	put_stats(&json, nodes->known);
	json_close(&json, '}');
	return message_end(&json);
}

struct frame *node_feed_node(const struct node_feed *nodes, const char *id)
{
	static const struct known_node UNKNOWN;
	const struct known_node *known = node_table_get(&nodes->known->nodes, id);
	const struct known_node *node = known ? known : &UNKNOWN;
	struct span certificates = message_certificates(node);
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "node");

	json_put_text(&json, "node_id", id);
	if (known) {
		json_put_raw(&json, "node", "", 0);
		node_write(&buf, text_span(&node->state), &node->presence, NULL, clock_now_ms());
	} else {
		json_put_null(&json, "node");
	}
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

static bool has_changes(const struct node_feed *nodes)
{
	return !TAILQ_EMPTY(&nodes->changes) || nodes->removed.len || nodes->found.len;
}

/* Not while the feed learns what is and catches up. */
static bool may_tell(const struct node_feed *nodes)
{
	return nodes->known->phase == FEED_FOLLOWING || nodes->known->phase == FEED_AWAY;
}

static void tell_delta(struct node_feed *nodes)
{
	struct told_node *told;

	nodes->seq++;
	publish(nodes, TOPIC_DELTA, build_delta(nodes));
	buf_clear(&nodes->removed);
	buf_clear(&nodes->found);
	TAILQ_FOREACH(told, &nodes->changes, link)
	told->changed = false;
	TAILQ_INIT(&nodes->changes);
}

/* With nobody to tell, changes gather until a snapshot is wanted. */
static void flush(void *context)
{
	struct node_feed *nodes = context;

	if (has_changes(nodes) && may_tell(nodes) && hub_wanted(nodes->hub, TOPIC_DELTA))
		tell_delta(nodes);
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
		told = told_node_new(node);
		map_put(&nodes->told, node->id, told);
	}
	if (told->changed)
		return;
	told->changed = true;
	TAILQ_INSERT_TAIL(&nodes->changes, told, link);
}

/*
 * A node beats, and in ten thousand nodes several hundred do in a second. The clients need to know when it
 * was last heard, but neither at once nor to the second: it is told with what else changes, and not for each
 * line of a log.
 */
static void on_heard(void *context, const struct known_node *node)
{
	struct node_feed *nodes = context;
	const struct told_node *told = map_get(&nodes->told, node->id);

	if (told && node->presence.heard_ms - told->shown.presence.heard_ms < NODE_FEED_HEARD_MS)
		return;
	mark(nodes, node);
	if (may_tell(nodes))
		batcher_touch(&nodes->heard_batcher);
}

/* Forgets a node that was removed; the clients are told if they know it. */
static void forget(struct node_feed *nodes, const char *id)
{
	struct told_node *told = map_remove(&nodes->told, id);

	if (!told)
		return;
	if (told->as == TOLD_AS_WORKER)
		add_removed(&nodes->removed, id);
	else if (told->as == TOLD_AS_MISSING)
		buf_printf(&nodes->found, "%s\"%s\":null", nodes->found.len ? "," : "", id);
	if (told->changed)
		TAILQ_REMOVE(&nodes->changes, told, link);
	told_node_free(told);
}

/* Tells those who follow the node its report, or with NULL its status. */
static void publish_report(struct node_feed *nodes, const struct known_node *node,
			   const struct node_report *report)
{
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "node");

	json_put_text(&json, "node_id", node->id);
	json_put_raw(&json, "node", "", 0);
	node_write(&buf, text_span(&node->state), &node->presence, NULL, clock_now_ms());
	if (report && report->point.data)
		json_put_raw(&json, "point", report->point.data, report->point.len);
	if (report && report->certificates.data)
		json_put_raw(&json, "certificates", report->certificates.data, report->certificates.len);
	publish(nodes, node_feed_topic(node->id).name, message_end(&json));
}

static void on_node(void *context, enum node_news news, const struct known_node *node,
		    const struct node_report *report)
{
	struct node_feed *nodes = context;
	bool wanted = hub_wanted(nodes->hub, node_feed_topic(node->id).name);
	const struct told_node *told = map_get(&nodes->told, node->id);

	if (news == NODE_REMOVED)
		forget(nodes, node->id);
	else if (news == NODE_REPORTED || news == NODE_STATUS ||
		 (news == NODE_LOADED && !(told && told_node_is_current(told))))
		mark(nodes, node);
	if (wanted && (news == NODE_REPORTED || news == NODE_STATUS))
		publish_report(nodes, node, report);
	else if (wanted)
		publish(nodes, node_feed_topic(node->id).name, node_feed_node(nodes, node->id));
	if (has_changes(nodes) && may_tell(nodes))
		batcher_touch(&nodes->batcher);
}

/* `database` is published before anything that has changed meanwhile, and the delta behind all of it. */
static void on_phase(void *context, enum feed_phase phase)
{
	struct node_feed *nodes = context;

	if ((phase == FEED_AWAY && !nodes->away) || (phase == FEED_CATCHING_UP && nodes->away)) {
		nodes->away = !nodes->away;
		publish(nodes, TOPIC_DELTA, node_feed_database(nodes));
	}
	if (phase == FEED_FOLLOWING && has_changes(nodes))
		batcher_touch(&nodes->batcher);
}

static const struct feed_events EVENTS = {.phase = on_phase, .node = on_node, .heard = on_heard};

/* --- the whole ---------------------------------------------------------------------------------------- */

struct node_feed *node_feed_new(struct ev_loop *loop, struct hub *hub, struct known *known)
{
	struct node_feed *nodes = mem_alloc(1, sizeof(*nodes));

	nodes->hub = hub;
	nodes->known = known;
	TAILQ_INIT(&nodes->changes);
	batcher_init(&nodes->batcher, loop, NODE_FEED_BATCH_MS, flush, nodes);
	batcher_init(&nodes->heard_batcher, loop, NODE_FEED_HEARD_BATCH_MS, flush, nodes);
	known_listen(known, &EVENTS, nodes);
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
	batcher_stop(&nodes->heard_batcher);
	while (map_next(&nodes->told, &cursor, &id, &told)) {
		told_node_free(told);
	}
	map_free(&nodes->told);
	buf_free(&nodes->removed);
	buf_free(&nodes->found);
	frame_release(nodes->snapshot);
	free(nodes);
}
