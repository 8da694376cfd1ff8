/* The order of things at the start. What is loaded goes to feed and access; what it means is theirs. */
#include "relay/sync.h"

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

enum sync_state {
	SYNC_AWAY,
	SYNC_FOLLOWING, /* the channels are not confirmed yet */
	SYNC_ASKING,
	SYNC_SETTLING, /* loaded; what comes may be known already */
	SYNC_LIVE
};

/* A message that came while asking. */
struct meanwhile {
	struct meanwhile *next;
	char *channel;
	size_t len;
	char payload[];
};

struct sync {
	enum sync_state state;
	struct redis_link *redis;
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
	struct sync *sync;
	char node[ID_NODE_SIZE];
};

static void finish(struct sync *sync);

static void answered(struct sync *sync, bool good)
{
	assert(sync->pending > 0);
	sync->failed = sync->failed || !good;
	if (--sync->pending == 0)
		finish(sync);
}

/* --- tokens and users --------------------------------------------------------------------------------- */

/* SAMPLE ["17", ["p2pdash:revoked:0123…", …]]: a cursor that is 0 at the end, and keys */
static void on_revoked(void *context, const struct reply *reply)
{
	struct sync *sync = context;
	const struct reply *keys = reply_at(reply, 1);
	const char *cursor = reply_text(reply_at(reply, 0), NULL);
	size_t prefix = strlen(key_of_revoked("").text);

	for (size_t i = 0; i < reply_count(keys); i++) {
		size_t len;
		const char *key = reply_text(reply_at(keys, i), &len);

		if (key && len > prefix)
			access_revoke(sync->follower->access, key + prefix);
	}
	if (cursor && strcmp(cursor, "0") != 0) {
		sync->pending++;
		redis_link_ask(sync->redis, on_revoked, sync, "SCAN", cursor, "MATCH",
			       key_of_revoked("*").text, "COUNT", SCAN_AT_ONCE, NULL);
	}
	answered(sync, reply != NULL);
}

static void on_tokens(void *context, const struct reply *reply)
{
	struct sync *sync = context;

	for (size_t i = 0; i < reply_count(reply); i++) {
		const char *id = reply_text(reply_at(reply, i), NULL);

		if (id)
			access_add_token(sync->follower->access, id);
	}
	answered(sync, reply != NULL);
}

/* SAMPLE alice, {"password":"$y$…","role":"admin","generation":3,"created_at":…} */
static void on_users(void *context, const struct reply *reply)
{
	struct sync *sync = context;

	for (size_t i = 0; i + 1 < reply_count(reply); i += 2) {
		struct json *user = NULL;
		size_t len;
		const char *name = reply_text(reply_at(reply, i), NULL);
		const char *text = reply_text(reply_at(reply, i + 1), &len);

		if (!id_is_node(name) || !text || json_parse(text, len, &user, NULL) != ERR_NONE)
			continue;
		access_set_user(sync->follower->access, name,
				(int64_t)json_number(json_get(user, "generation")));
		json_free(user);
	}
	answered(sync, reply != NULL);
}

/* --- counters ----------------------------------------------------------------------------------------- */

static void take_totals(struct sync *sync, const struct reply *reply)
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
	node_feed_set_totals(sync->follower->feed, &totals);
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

void sync_refresh(struct sync *sync)
{
	if (sync->state == SYNC_LIVE)
		redis_link_ask(sync->redis, on_refreshed, sync, "HGETALL", KEY_STATS, NULL);
}

/* --- nodes -------------------------------------------------------------------------------------------- */

static void ask_next_node(struct sync *sync);

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
		node_feed_load_node(question->sync->follower->feed, question->node, &report);
	answered(question->sync, reply != NULL);
}

/* The newest point is first. */
static void on_points(void *context, const struct reply *reply)
{
	struct node_question *question = context;
	struct sync *sync = question->sync;
	struct span points[LIMIT_HISTORY_POINTS_PUSHED];
	size_t count = 0;

	for (size_t i = reply_count(reply); i-- > 0 && count < LIMIT_HISTORY_POINTS_PUSHED;)
		if ((points[count] = span_at(reply, i)).data)
			count++;
	if (reply)
		node_feed_load_points(sync->follower->feed, question->node, points, count);
	free(question);
	ask_next_node(sync);
	answered(sync, reply != NULL);
}

static void ask_next_node(struct sync *sync)
{
	struct node_question *question;
	const char *node;
	char last_index[16];

	if (sync->next_node == sync->nodes_count || sync->failed)
		return;
	node = sync->nodes[sync->next_node++];
	question = mem_alloc(1, sizeof(*question));
	question->sync = sync;
	memcpy(question->node, node, sizeof(question->node));
	snprintf(last_index, sizeof(last_index), "%d", LIMIT_HISTORY_POINTS_PUSHED - 1);
	sync->pending += 2;
	redis_link_ask(sync->redis, on_node, question, "MGET", key_of_node(NODE_STATE, node).text,
		       key_of_node(NODE_SUMMARY, node).text, key_of_node(NODE_CERTIFICATES, node).text, NULL);
	redis_link_ask(sync->redis, on_points, question, "LRANGE", key_of_node(NODE_HISTORY, node).text, "0",
		       last_index, NULL);
}

static void on_nodes(void *context, const struct reply *reply)
{
	struct sync *sync = context;
	size_t count = reply_count(reply);

	sync->nodes = mem_alloc(count + 1, sizeof(*sync->nodes));
	for (size_t i = 0; i < count; i++) {
		const char *node = reply_text(reply_at(reply, i), NULL);

		if (id_is_node(node))
			memcpy(sync->nodes[sync->nodes_count++], node, strlen(node) + 1);
	}
	for (int i = 0; i < NODES_AT_ONCE; i++)
		ask_next_node(sync);
	answered(sync, reply != NULL);
}

/* --- logs --------------------------------------------------------------------------------------------- */

static void on_log_nodes(void *context, const struct reply *reply)
{
	struct sync *sync = context;

	for (size_t i = 0; i < reply_count(reply); i++)
		log_feed_load_source(sync->follower->lines, reply_text(reply_at(reply, i), NULL), NULL);
	answered(sync, reply != NULL);
}

static void on_loggers(void *context, const struct reply *reply)
{
	struct sync *sync = context;

	for (size_t i = 0; i < reply_count(reply); i++)
		log_feed_load_source(sync->follower->lines, NULL, reply_text(reply_at(reply, i), NULL));
	answered(sync, reply != NULL);
}

static void on_entries(void *context, struct log_ring *entries)
{
	struct sync *sync = context;

	if (entries)
		log_feed_load(sync->follower->lines, entries, sync->last_seq);
	answered(sync, entries != NULL);
}

/* Read before the lists, so that every entry up to it is in them, if it is anywhere. */
static void on_last_seq(void *context, const struct reply *reply)
{
	struct sync *sync = context;

	sync->last_seq = reply_integer(reply);
	sync->pending++;
	backlog_read(sync->backlog, NULL, COMPOSE_INITIAL_LOGS);
	answered(sync, reply != NULL);
}

/* --- the order ---------------------------------------------------------------------------------------- */

static void drop_meanwhile(struct sync *sync)
{
	while (sync->first) {
		struct meanwhile *message = sync->first;

		sync->first = message->next;
		free(message->channel);
		free(message);
	}
	sync->last = &sync->first;
	sync->meanwhile_bytes = 0;
}

static void apply_meanwhile(struct sync *sync)
{
	for (const struct meanwhile *message = sync->first; message; message = message->next)
		channels_message(sync->follower, message->channel, message->payload, message->len);
	drop_meanwhile(sync);
}

static void begin_asking(struct sync *sync)
{
	struct redis_link *redis = sync->redis;

	sync->state = SYNC_ASKING;
	sync->failed = false;
	sync->nodes_count = sync->next_node = 0;
	sync->pending = 8;
	redis_link_ask(redis, on_users, sync, "HGETALL", KEY_USERS, NULL);
	redis_link_ask(redis, on_tokens, sync, "HKEYS", KEY_TOKENS, NULL);
	redis_link_ask(redis, on_revoked, sync, "SCAN", "0", "MATCH", key_of_revoked("*").text, "COUNT",
		       SCAN_AT_ONCE, NULL);
	redis_link_ask(redis, on_totals, sync, "HGETALL", KEY_STATS, NULL);
	redis_link_ask(redis, on_nodes, sync, "ZRANGE", KEY_NODES, "0", "-1", NULL);
	redis_link_ask(redis, on_log_nodes, sync, "ZRANGE", KEY_LOG_NODES, "0", "-1", NULL);
	redis_link_ask(redis, on_loggers, sync, "ZRANGE", KEY_LOG_LOGGERS, "0", "-1", NULL);
	redis_link_ask(redis, on_last_seq, sync, "GET", KEY_LOG_SEQ, NULL);
}

/* Everything has been answered. */
static void finish(struct sync *sync)
{
	free(sync->nodes);
	sync->nodes = NULL;
	if (sync->state != SYNC_ASKING)
		return;
	if (sync->failed) {
		redis_link_restart(sync->redis);
		return;
	}
	sync->state = SYNC_SETTLING;
	node_feed_load_end(sync->follower->feed);
	log_feed_load_end(sync->follower->lines);
	apply_meanwhile(sync);
	access_complete(sync->follower->access);
	redis_link_is_well(sync->redis);
	redis_link_follow(sync->redis, CHANNEL_METRICS);
	log_info("load", "loaded nodes=%zu last_seq=%lld", sync->nodes_count, (long long)sync->last_seq);
}

void sync_up(struct sync *sync)
{
	sync->state = SYNC_FOLLOWING;
	node_feed_load_begin(sync->follower->feed);
	log_feed_load_begin(sync->follower->lines);
	access_forget(sync->follower->access);
	redis_link_follow(sync->redis, CHANNEL_REVOKED);
	redis_link_follow(sync->redis, CHANNEL_REMOVED);
	redis_link_follow(sync->redis, CHANNEL_LOGS);
	streams_follow(sync->streams);
	redis_link_follow(sync->redis, CHANNEL_METRICS); /* the last: its confirmation is everyone's */
}

void sync_lost(struct sync *sync)
{
	sync->state = SYNC_AWAY;
	node_feed_lost(sync->follower->feed);
	access_forget(sync->follower->access);
	drop_meanwhile(sync);
}

void sync_followed(struct sync *sync, const char *channel)
{
	if (strncmp(channel, CHANNEL_COMMANDS, strlen(CHANNEL_COMMANDS)) == 0)
		streams_followed(sync->streams, channel + strlen(CHANNEL_COMMANDS));
	if (strcmp(channel, CHANNEL_METRICS) != 0)
		return;
	if (sync->state == SYNC_FOLLOWING) {
		begin_asking(sync);
	} else if (sync->state == SYNC_SETTLING) {
		sync->state = SYNC_LIVE;
		node_feed_load_settled(sync->follower->feed);
	}
}

static void put_aside(struct sync *sync, const char *channel, const char *payload, size_t len)
{
	struct meanwhile *message = mem_alloc(1, sizeof(*message) + len + 1);

	message->channel = mem_text(channel);
	message->len = len;
	memcpy(message->payload, payload, len);
	*sync->last = message;
	sync->last = &message->next;
	sync->meanwhile_bytes += len;
	if (sync->meanwhile_bytes > MEANWHILE_MAX)
		sync->failed = true;
}

void sync_message(struct sync *sync, const char *channel, const char *payload, size_t len)
{
	if (strncmp(channel, CHANNEL_COMMANDS, strlen(CHANNEL_COMMANDS)) == 0)
		streams_command(sync->streams, channel + strlen(CHANNEL_COMMANDS), payload, len);
	else if (sync->state == SYNC_SETTLING || sync->state == SYNC_LIVE)
		channels_message(sync->follower, channel, payload, len);
	else if (!sync->failed)
		put_aside(sync, channel, payload, len);
}

struct sync *sync_new(struct redis_link *redis, const struct follower *follower, struct streams *streams)
{
	struct sync *sync = mem_alloc(1, sizeof(*sync));

	sync->redis = redis;
	sync->follower = follower;
	sync->streams = streams;
	sync->last = &sync->first;
	sync->backlogs = backlogs_new(redis);
	sync->backlog = backlog_new(sync->backlogs, on_entries, sync);
	return sync;
}

void sync_free(struct sync *sync)
{
	if (!sync)
		return;
	drop_meanwhile(sync);
	free(sync->nodes);
	backlog_free(sync->backlog);
	backlogs_free(sync->backlogs);
	free(sync);
}
