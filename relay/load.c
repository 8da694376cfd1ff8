/* The order of things at the start. What is loaded goes to feed and access; what it means is theirs. */
#include "relay/load.h"

#include "common/json.h"
#include "common/keys.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "relay/backlog.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES_AT_ONCE 128 /* asked for before the first has come */
#define SCAN_AT_ONCE  "1000"
#define MEANWHILE_MAX (64 * 1024 * 1024) /* bytes published during a load; more, and it begins anew */

enum load_state {
	LOAD_AWAY,
	LOAD_FOLLOWING, /* the channels are not confirmed yet */
	LOAD_ASKING,
	LOAD_SETTLING, /* loaded; what comes may be known already */
	LOAD_LIVE
};

/* A message that came while asking. */
struct meanwhile {
	struct meanwhile *next;
	char *channel;
	size_t len;
	char payload[];
};

struct loader {
	enum load_state state;
	struct bus *bus;
	const struct follower *follower;
	struct streams *streams;

	size_t pending; /* answers that are still to come */
	bool failed;
	char (*nodes)[ID_NODE_SIZE];
	size_t nodes_count, next_node;
	int64_t last_seq;
	struct backlogs *backlogs; /* its own, so that it waits for no browser's */
	struct backlog *backlog;

	struct meanwhile *first, **last;
	size_t meanwhile_bytes;
};

/* Which node an answer is about. */
struct node_question {
	struct loader *loader;
	char node[ID_NODE_SIZE];
};

static void finish(struct loader *loader);

static void answered(struct loader *loader, bool good)
{
	assert(loader->pending > 0);
	loader->failed = loader->failed || !good;
	if (--loader->pending == 0)
		finish(loader);
}

/* --- tokens and users --------------------------------------------------------------------------------- */

/* SAMPLE ["17", ["p2pdash:revoked:0123…", …]]: a cursor that is 0 at the end, and keys */
static void on_revoked(void *context, const struct reply *reply)
{
	struct loader *loader = context;
	const struct reply *keys = reply_at(reply, 1);
	const char *cursor = reply_text(reply_at(reply, 0), NULL);
	size_t prefix = strlen(key_of_revoked("").text);

	for (size_t i = 0; i < reply_count(keys); i++) {
		size_t len;
		const char *key = reply_text(reply_at(keys, i), &len);

		if (key && len > prefix)
			access_revoke(loader->follower->access, key + prefix);
	}
	if (cursor && strcmp(cursor, "0") != 0) {
		loader->pending++;
		bus_ask(loader->bus, on_revoked, loader, "SCAN", cursor, "MATCH", key_of_revoked("*").text,
			"COUNT", SCAN_AT_ONCE, NULL);
	}
	answered(loader, reply != NULL);
}

static void on_tokens(void *context, const struct reply *reply)
{
	struct loader *loader = context;

	for (size_t i = 0; i < reply_count(reply); i++) {
		const char *id = reply_text(reply_at(reply, i), NULL);

		if (id)
			access_add_token(loader->follower->access, id);
	}
	answered(loader, reply != NULL);
}

/* SAMPLE alice, {"password":"$y$…","role":"admin","generation":3,"created_at":…} */
static void on_users(void *context, const struct reply *reply)
{
	struct loader *loader = context;

	for (size_t i = 0; i + 1 < reply_count(reply); i += 2) {
		struct json *user = NULL;
		size_t len;
		const char *name = reply_text(reply_at(reply, i), NULL);
		const char *text = reply_text(reply_at(reply, i + 1), &len);

		if (!id_is_node(name) || !text || json_parse(text, len, &user, NULL) != ERR_NONE)
			continue;
		access_set_user(loader->follower->access, name,
				(int64_t)json_number(json_get(user, "generation")));
		json_free(user);
	}
	answered(loader, reply != NULL);
}

/* --- counters ----------------------------------------------------------------------------------------- */

static void take_totals(struct loader *loader, const struct reply *reply)
{
	struct cluster_totals totals = {0};
	const struct {
		const char *field;
		int64_t *value;
	} fields[] = {{"started_at", &totals.started_at_ms},
		      {"total_updates", &totals.total_updates},
		      {"last_cleanup", &totals.last_cleanup_ms}};

	for (size_t i = 0; i + 1 < reply_count(reply); i += 2) {
		const char *field = reply_text(reply_at(reply, i), NULL);

		for (size_t j = 0; field && j < sizeof(fields) / sizeof(*fields); j++)
			if (strcmp(field, fields[j].field) == 0)
				*fields[j].value = reply_integer(reply_at(reply, i + 1));
	}
	feed_set_totals(loader->follower->feed, &totals);
}

static void on_totals(void *context, const struct reply *reply)
{
	if (reply)
		take_totals(context, reply);
	answered(context, reply != NULL);
}

static void on_refreshed(void *context, const struct reply *reply)
{
	if (reply)
		take_totals(context, reply);
}

void loader_refresh(struct loader *loader)
{
	if (loader->state == LOAD_LIVE)
		bus_ask(loader->bus, on_refreshed, loader, "HGETALL", KEY_STATS, NULL);
}

/* --- nodes -------------------------------------------------------------------------------------------- */

static void ask_next_node(struct loader *loader);

static struct span span_at(const struct reply *reply, size_t index)
{
	struct span span = {0};

	span.data = reply_text(reply_at(reply, index), &span.len);
	return span;
}

/* SAMPLE [state, summary, certificates], each a string or nil */
static void on_node(void *context, const struct reply *reply)
{
	struct node_question *question = context;
	struct report report = {
		.state = span_at(reply, 0), .summary = span_at(reply, 1), .certificates = span_at(reply, 2)};

	/* The list of nodes may name one that is just being removed, or one that has only logged. */
	if (report.state.data && report.summary.data)
		feed_load_node(question->loader->follower->feed, question->node, &report);
	answered(question->loader, reply != NULL);
}

/* The newest point is first. */
static void on_points(void *context, const struct reply *reply)
{
	struct node_question *question = context;
	struct loader *loader = question->loader;
	struct span points[LIMIT_HISTORY_POINTS_PUSHED];
	size_t count = 0;

	for (size_t i = reply_count(reply); i-- > 0 && count < LIMIT_HISTORY_POINTS_PUSHED;)
		if ((points[count] = span_at(reply, i)).data)
			count++;
	if (reply)
		feed_load_points(loader->follower->feed, question->node, points, count);
	free(question);
	ask_next_node(loader);
	answered(loader, reply != NULL);
}

static void ask_next_node(struct loader *loader)
{
	struct node_question *question;
	const char *node;
	char last_index[16];

	if (loader->next_node == loader->nodes_count || loader->failed)
		return;
	node = loader->nodes[loader->next_node++];
	question = mem_alloc(1, sizeof(*question));
	question->loader = loader;
	memcpy(question->node, node, sizeof(question->node));
	snprintf(last_index, sizeof(last_index), "%d", LIMIT_HISTORY_POINTS_PUSHED - 1);
	loader->pending += 2;
	bus_ask(loader->bus, on_node, question, "MGET", key_of_node(NODE_STATE, node).text,
		key_of_node(NODE_SUMMARY, node).text, key_of_node(NODE_CERTIFICATES, node).text, NULL);
	bus_ask(loader->bus, on_points, question, "LRANGE", key_of_node(NODE_HISTORY, node).text, "0",
		last_index, NULL);
}

static void on_nodes(void *context, const struct reply *reply)
{
	struct loader *loader = context;
	size_t count = reply_count(reply);

	loader->nodes = mem_alloc(count + 1, sizeof(*loader->nodes));
	for (size_t i = 0; i < count; i++) {
		const char *node = reply_text(reply_at(reply, i), NULL);

		if (id_is_node(node))
			memcpy(loader->nodes[loader->nodes_count++], node, strlen(node) + 1);
	}
	for (int i = 0; i < NODES_AT_ONCE; i++)
		ask_next_node(loader);
	answered(loader, reply != NULL);
}

/* --- logs --------------------------------------------------------------------------------------------- */

static void on_log_nodes(void *context, const struct reply *reply)
{
	struct loader *loader = context;

	for (size_t i = 0; i < reply_count(reply); i++)
		lines_load_source(loader->follower->lines, reply_text(reply_at(reply, i), NULL), NULL);
	answered(loader, reply != NULL);
}

static void on_loggers(void *context, const struct reply *reply)
{
	struct loader *loader = context;

	for (size_t i = 0; i < reply_count(reply); i++)
		lines_load_source(loader->follower->lines, NULL, reply_text(reply_at(reply, i), NULL));
	answered(loader, reply != NULL);
}

static void on_entries(void *context, struct recent *entries)
{
	struct loader *loader = context;

	if (entries)
		lines_load(loader->follower->lines, entries, loader->last_seq);
	answered(loader, entries != NULL);
}

/* Read before the lists, so that every entry up to it is in them, if it is anywhere. */
static void on_last_seq(void *context, const struct reply *reply)
{
	struct loader *loader = context;

	loader->last_seq = reply_integer(reply);
	loader->pending++;
	backlog_read(loader->backlog, NULL, COMPOSE_INITIAL_LOGS);
	answered(loader, reply != NULL);
}

/* --- the order ---------------------------------------------------------------------------------------- */

static void drop_meanwhile(struct loader *loader)
{
	while (loader->first) {
		struct meanwhile *message = loader->first;

		loader->first = message->next;
		free(message->channel);
		free(message);
	}
	loader->last = &loader->first;
	loader->meanwhile_bytes = 0;
}

static void apply_meanwhile(struct loader *loader)
{
	for (const struct meanwhile *message = loader->first; message; message = message->next)
		follow_message(loader->follower, message->channel, message->payload, message->len);
	drop_meanwhile(loader);
}

static void begin_asking(struct loader *loader)
{
	struct bus *bus = loader->bus;

	loader->state = LOAD_ASKING;
	loader->failed = false;
	loader->nodes_count = loader->next_node = 0;
	loader->pending = 8;
	bus_ask(bus, on_users, loader, "HGETALL", KEY_USERS, NULL);
	bus_ask(bus, on_tokens, loader, "HKEYS", KEY_TOKENS, NULL);
	bus_ask(bus, on_revoked, loader, "SCAN", "0", "MATCH", key_of_revoked("*").text, "COUNT",
		SCAN_AT_ONCE, NULL);
	bus_ask(bus, on_totals, loader, "HGETALL", KEY_STATS, NULL);
	bus_ask(bus, on_nodes, loader, "ZRANGE", KEY_NODES, "0", "-1", NULL);
	bus_ask(bus, on_log_nodes, loader, "ZRANGE", KEY_LOG_NODES, "0", "-1", NULL);
	bus_ask(bus, on_loggers, loader, "ZRANGE", KEY_LOG_LOGGERS, "0", "-1", NULL);
	bus_ask(bus, on_last_seq, loader, "GET", KEY_LOG_SEQ, NULL);
}

/* Everything has been answered. */
static void finish(struct loader *loader)
{
	free(loader->nodes);
	loader->nodes = NULL;
	if (loader->state != LOAD_ASKING)
		return;
	if (loader->failed) {
		bus_restart(loader->bus);
		return;
	}
	loader->state = LOAD_SETTLING;
	feed_load_end(loader->follower->feed);
	lines_load_end(loader->follower->lines);
	apply_meanwhile(loader);
	access_complete(loader->follower->access);
	bus_is_well(loader->bus);
	bus_follow(loader->bus, CHANNEL_METRICS);
	log_info("load", "loaded nodes=%zu last_seq=%lld", loader->nodes_count, (long long)loader->last_seq);
}

void loader_up(struct loader *loader)
{
	loader->state = LOAD_FOLLOWING;
	feed_load_begin(loader->follower->feed);
	lines_load_begin(loader->follower->lines);
	access_forget(loader->follower->access);
	bus_follow(loader->bus, CHANNEL_REVOKED);
	bus_follow(loader->bus, CHANNEL_REMOVED);
	bus_follow(loader->bus, CHANNEL_LOGS);
	streams_follow(loader->streams);
	bus_follow(loader->bus, CHANNEL_METRICS); /* the last: its confirmation is everyone's */
}

void loader_lost(struct loader *loader)
{
	loader->state = LOAD_AWAY;
	feed_lost(loader->follower->feed);
	access_forget(loader->follower->access);
	drop_meanwhile(loader);
}

void loader_followed(struct loader *loader, const char *channel)
{
	if (strncmp(channel, CHANNEL_COMMANDS, strlen(CHANNEL_COMMANDS)) == 0)
		streams_followed(loader->streams, channel + strlen(CHANNEL_COMMANDS));
	if (strcmp(channel, CHANNEL_METRICS) != 0)
		return;
	if (loader->state == LOAD_FOLLOWING) {
		begin_asking(loader);
	} else if (loader->state == LOAD_SETTLING) {
		loader->state = LOAD_LIVE;
		feed_load_settled(loader->follower->feed);
	}
}

static void put_aside(struct loader *loader, const char *channel, const char *payload, size_t len)
{
	struct meanwhile *message = mem_alloc(1, sizeof(*message) + len + 1);

	message->channel = mem_text(channel);
	message->len = len;
	memcpy(message->payload, payload, len);
	*loader->last = message;
	loader->last = &message->next;
	loader->meanwhile_bytes += len;
	if (loader->meanwhile_bytes > MEANWHILE_MAX)
		loader->failed = true;
}

void loader_message(struct loader *loader, const char *channel, const char *payload, size_t len)
{
	if (strncmp(channel, CHANNEL_COMMANDS, strlen(CHANNEL_COMMANDS)) == 0)
		streams_command(loader->streams, channel + strlen(CHANNEL_COMMANDS), payload, len);
	else if (loader->state == LOAD_SETTLING || loader->state == LOAD_LIVE)
		follow_message(loader->follower, channel, payload, len);
	else if (!loader->failed)
		put_aside(loader, channel, payload, len);
}

struct loader *loader_new(struct bus *bus, const struct follower *follower, struct streams *streams)
{
	struct loader *loader = mem_alloc(1, sizeof(*loader));

	loader->bus = bus;
	loader->follower = follower;
	loader->streams = streams;
	loader->last = &loader->first;
	loader->backlogs = backlogs_new(bus);
	loader->backlog = backlog_new(loader->backlogs, on_entries, loader);
	return loader;
}

void loader_free(struct loader *loader)
{
	if (!loader)
		return;
	drop_meanwhile(loader);
	free(loader->nodes);
	backlog_free(loader->backlog);
	backlogs_free(loader->backlogs);
	free(loader);
}
