/*
 * The whole of the default protocol: its messages, who gets them, and its sessions.
 *
 * `initial` and `update` hold the state of the whole cluster, up to tens of megabytes, and every client asks
 * for `update` every few seconds. So a frame is kept and shared: while nothing has changed, but for the
 * clock, for a second; and one that took long to build for ten times as long as that, whatever has changed.
 * Building frames thus takes a tenth of the time at most, however many clients there are.
 */
#include "relay/default_protocol.h"

#include "common/clock.h"
#include "common/cluster.h"
#include "common/mem.h"
#include "relay/message.h"

#include <stdlib.h>
#include <string.h>

#define TOPIC_LINES   "lines" /* every line, a message a node */
#define INITIAL_LINES 100
#define SILENCE_MS    10000 /* after which, and every which, an update is sent unasked */
#define REUSE_MS      1000
#define REUSE_FACTOR  10 /* times as long as it took to build a frame, it is reused */

/* A frame that is built seldom and sent often. */
struct kept_frame {
	struct frame *frame; /* NULL: none */
	uint64_t version;    /* of the knowledge it was built from */
	int64_t built_ms, cost_ms;
};

struct default_protocol {
	struct hub *hub;
	const struct known *known;
	struct log_feed *lines;
	struct log_consumer consumer;
	uint64_t version; /* grows with every change of what is known, but for the log */
	struct kept_frame initial, update;
	int64_t initial_seq; /* of the last line that `initial` may hold */
};

/* One session. */
struct default_client {
	struct default_protocol *protocol;
	struct subscriber *subscriber;
	int64_t update_ms; /* when the next update is due */
};

/* --- frames ------------------------------------------------------------------------------------------- */

/* The members `metrics` and `history`, which both frames have. */
static void put_metrics(struct json_out *json, const struct known *known, int64_t now_ms)
{
	struct cluster_node *table = node_table_for_cluster(&known->nodes);

	json_put_raw(json, "metrics", "", 0);
	cluster_write_metrics(json->buf, &(struct cluster){.nodes = table,
							   .count = known->nodes.count,
							   .totals = &known->totals,
							   .now_ms = now_ms,
							   .hides_missing = true});
	free(table);
	json_open_member(json, "history", '{');
	for (size_t i = 0; i < known->nodes.count; i++)
		if (!known->nodes.list[i]->is_missing)
			message_put_points(json, known->nodes.list[i]->id, known->nodes.list[i]);
	json_close(json, '}');
}

/* Everything: what `update` has, the newest lines, the names that have logged, and the certificates. */
static struct frame *build_initial(struct default_protocol *protocol)
{
	const struct node_table *nodes = &protocol->known->nodes;
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "initial");
	size_t count;
	struct log_entry *const *entries = log_feed_after(protocol->lines, 0, &count);

	protocol->initial_seq = protocol->lines->told_seq;
	json_open_member(&json, "data", '{');
	put_metrics(&json, protocol->known, clock_now_ms());
	json_open_member(&json, "logs", '[');
	for (size_t i = count > INITIAL_LINES ? count - INITIAL_LINES : 0; i < count; i++)
		json_put_raw(&json, NULL, entries[i]->json, entries[i]->len);
	json_close(&json, ']');
	json_put_raw(&json, "log_sources", "", 0);
	sources_write(&buf, &protocol->known->log.sources);
	json_open_member(&json, "certificates", '[');
	for (size_t i = 0; i < nodes->count; i++) {
		struct span certificates = message_certificates(nodes->list[i]);

		if (certificates.len && !nodes->list[i]->is_missing)
			json_put_raw(&json, NULL, certificates.data, certificates.len);
	}
	json_close(&json, ']');
	json_close(&json, '}');
	return message_end(&json);
}

static struct frame *build_update(struct default_protocol *protocol)
{
	int64_t now_ms = clock_now_ms();
	struct buf buf = {0};
	struct json_out json = message_begin(&buf, "update");

	json_open_member(&json, "data", '{');
	put_metrics(&json, protocol->known, now_ms);
	json_close(&json, '}');
	json_put_time(&json, "timestamp", now_ms);
	return message_end(&json);
}

/* The kept frame, built anew if it is too old. It stays the protocol's. */
static struct frame *current(struct default_protocol *protocol, struct kept_frame *kept, uint64_t version,
			     struct frame *(*build)(struct default_protocol *protocol))
{
	int64_t begun_ms = clock_monotonic_ms(), age_ms = begun_ms - kept->built_ms;
	bool is_true = kept->version == version && age_ms < REUSE_MS;

	if (kept->frame && (is_true || age_ms < kept->cost_ms * REUSE_FACTOR))
		return kept->frame;
	frame_release(kept->frame);
	kept->frame = build(protocol);
	kept->version = version;
	kept->built_ms = clock_monotonic_ms();
	kept->cost_ms = kept->built_ms - begun_ms;
	return kept->frame;
}

/* --- log lines ---------------------------------------------------------------------------------------- */

/* Sends lines, a message a node, to one subscriber, or with NULL to all who follow the topic. */
static void send_lines(struct default_protocol *protocol, struct subscriber *subscriber,
		       struct log_entry *const *entries, size_t count)
{
	int64_t now_ms = clock_now_ms();
	struct log_entry **of_node = mem_alloc(count, sizeof(struct log_entry *));
	bool *done = mem_alloc(count, sizeof(*done));

	for (size_t i = 0; i < count; i++) {
		struct frame *frame;
		size_t members = 0;

		if (done[i])
			continue;
		for (size_t j = i; j < count; j++)
			if (strcmp(entries[j]->node, entries[i]->node) == 0) {
				done[j] = true;
				of_node[members++] = entries[j];
			}
		frame = message_new_logs(of_node, members, NULL, 0, now_ms);
		if (subscriber)
			hub_send(subscriber, frame);
		else
			hub_publish(protocol->hub, TOPIC_LINES, frame);
		frame_release(frame);
	}
	free(done);
	free(of_node);
}

/* Lines have come, and are told to all at once. */
static void on_batch(void *context, struct log_entry *const *entries, size_t count)
{
	struct default_protocol *protocol = context;

	if (hub_wanted(protocol->hub, TOPIC_LINES))
		send_lines(protocol, NULL, entries, count);
}

/* --- what the feed tells: only that the kept frames are out of date ------------------------------------ */

static void on_node(void *context, enum node_news news, const struct known_node *node,
		    const struct node_report *report)
{
	(void)news;
	(void)node;
	(void)report;
	((struct default_protocol *)context)->version++;
}

static void on_heard(void *context, const struct known_node *node)
{
	(void)node;
	((struct default_protocol *)context)->version++;
}

static void on_totals(void *context, const struct cluster_totals *totals)
{
	(void)totals;
	((struct default_protocol *)context)->version++;
}

static const struct feed_events EVENTS = {.node = on_node, .heard = on_heard, .totals = on_totals};

/* --- sessions ----------------------------------------------------------------------------------------- */

/* A client that has not taken the last update yet does not need another. */
static void send_update(struct default_client *client)
{
	struct default_protocol *protocol = client->protocol;

	if (hub_is_idle(client->subscriber))
		hub_send(client->subscriber,
			 current(protocol, &protocol->update, protocol->version, build_update));
	client->update_ms = clock_monotonic_ms() + SILENCE_MS;
}

/* `initial`, then the lines that it was too early for, then every line to come: none is missing, none comes
 * twice. */
static void *on_open(void *service, struct connection *connection, const struct token_claims *claims)
{
	struct default_protocol *protocol = service;
	uint64_t version = protocol->version + protocol->lines->version;
	struct default_client *client = mem_alloc(1, sizeof(*client));
	struct log_entry *const *entries;
	size_t count;

	(void)claims;
	client->protocol = protocol;
	client->subscriber = connection_subscriber(connection);
	client->update_ms = clock_monotonic_ms() + SILENCE_MS;
	/* An older `initial` serves only as long as the lines since then can be sent after it. */
	if (protocol->initial_seq + 1 < protocol->known->log.ring.complete_from) {
		frame_release(protocol->initial.frame);
		protocol->initial.frame = NULL;
	}
	hub_send(client->subscriber, current(protocol, &protocol->initial, version, build_initial));
	entries = log_feed_after(protocol->lines, protocol->initial_seq, &count);
	if (count)
		send_lines(protocol, client->subscriber, entries, count);
	hub_subscribe(client->subscriber, TOPIC_LINES);
	return client;
}

/* All that a client of this protocol can say is `ping`; anything else is ignored. */
static void on_receive(void *session, const char *text, size_t len)
{
	struct default_client *client = session;

	(void)len;
	if (strcmp(text, "ping") != 0)
		return;
	hub_send_last(client->subscriber, frame_of_text("{\"type\":\"pong\"}"));
	send_update(client);
}

/* A client that says nothing gets its update all the same. */
static void on_tick(void *session, int64_t monotonic_ms)
{
	struct default_client *client = session;

	if (client->update_ms <= monotonic_ms)
		send_update(client);
}

/* Frames were dropped, lines among them. The next update brings the rest up to date. */
static void on_drained(void *session, size_t dropped)
{
	struct default_client *client = session;

	hub_send_last(client->subscriber, message_printf("{\"type\":\"lagged\",\"dropped\":%zu}", dropped));
}

const struct session_operations DEFAULT_PROTOCOL_OPERATIONS = {
	.open = on_open, .receive = on_receive, .tick = on_tick, .drained = on_drained, .closed = free};

/* --- the whole ---------------------------------------------------------------------------------------- */

struct default_protocol *default_protocol_new(struct hub *hub, struct known *known, struct log_feed *lines)
{
	struct default_protocol *protocol = mem_alloc(1, sizeof(*protocol));

	protocol->hub = hub;
	protocol->known = known;
	protocol->lines = lines;
	protocol->consumer = (struct log_consumer){.batch = on_batch, .context = protocol};
	log_feed_add(lines, &protocol->consumer);
	known_listen(known, &EVENTS, protocol);
	return protocol;
}

void default_protocol_free(struct default_protocol *protocol)
{
	if (!protocol)
		return;
	frame_release(protocol->initial.frame);
	frame_release(protocol->update.frame);
	free(protocol);
}
