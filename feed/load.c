/*
 * Asks Redis what is, and hands the answers to what is known. What the answers mean, and who is told of them,
 * is not decided here.
 *
 * The nodes are asked for with a bounded number of questions open at once, since ten thousand answers in a
 * row would keep Redis from everyone else. The log is read node by node (backlog.c), after the cluster's
 * counter: so every entry up to the counter is in the lists, if it is anywhere.
 */
#include "feed/load.h"

#include "common/keys.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "feed/backlog.h"
#include "feed/channels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES_AT_ONCE 128 /* asked for before the first one is answered */

/* A node of the list of all nodes. */
struct listed_node {
	char id[ID_NODE_SIZE];
	int64_t heard_ms;
};

struct load {
	struct redis_link *link;
	struct sync *sync;
	struct known *known;
	size_t lines_each;

	struct listed_node *nodes; /* to be asked for, as Redis listed them */
	size_t nodes_count, next_node;
	int64_t last_seq;	  /* the cluster's counter, as it was before the log was read */
	struct backlogs backlogs; /* its own, so that it waits for nobody */
	struct backlog *backlog;
};

/* Which node an answer is about. */
struct node_question {
	struct load *load;
	struct listed_node node;
};

/* --- totals ------------------------------------------------------------------------------------------- */

/* SAMPLE ["started_at", "1763375400123", "total_updates", "42", "last_cleanup", "1763375400123"] */
static void on_totals(void *context, const struct reply *reply)
{
	struct load *load = context;
	struct cluster_totals totals = {0};
	const struct {
		const char *field;
		int64_t *value;
	} fields[] = {{"started_at", &totals.started_at_ms},
		      {"total_updates", &totals.total_updates},
		      {"last_cleanup", &totals.last_cleanup_ms}};

	if (!reply)
		return;
	for (size_t i = 0; i + 1 < reply_count(reply); i += 2) {
		const char *field = reply_text(reply_at(reply, i), NULL);

		for (size_t j = 0; field && j < sizeof(fields) / sizeof(*fields); j++)
			if (strcmp(field, fields[j].field) == 0)
				*fields[j].value = reply_integer(reply_at(reply, i + 1));
	}
	known_set_totals(load->known, &totals);
}

void load_refresh_totals(struct load *load)
{
	if (load->known->phase == FEED_FOLLOWING)
		redis_link_ask(load->link, REDIS_WORDS("HGETALL", KEY_STATS), on_totals, load);
}

/* --- nodes -------------------------------------------------------------------------------------------- */

static void ask_next_node(struct load *load);

static struct span span_at(const struct reply *reply, size_t index)
{
	struct span span = {0};

	span.data = reply_text(reply_at(reply, index), &span.len);
	return span;
}

/* SAMPLE [state, summary, certificates, "1763375400123"], each a string or nil */
static void on_node(void *context, const struct reply *reply)
{
	struct node_question *question = context;
	struct node_report report = {
		.state = span_at(reply, 0), .summary = span_at(reply, 1), .certificates = span_at(reply, 2)};

	const struct node_presence presence = {.heard_ms = question->node.heard_ms,
					       .stream_lost_ms = reply_integer(reply_at(reply, 3))};

	/* The list of nodes may name one that is just being removed, or one that has only logged. */
	if (report.state.data && report.summary.data)
		known_load_node(question->load->known, question->node.id, &report, &presence);
}

/* The newest point is first. This is the last answer about a node. */
static void on_points(void *context, const struct reply *reply)
{
	struct node_question *question = context;
	struct span points[LIMIT_HISTORY_POINTS_PUSHED];
	size_t count = 0;

	for (size_t i = reply_count(reply); i-- > 0 && count < LIMIT_HISTORY_POINTS_PUSHED;) {
		points[count] = span_at(reply, i);
		if (points[count].data)
			count++;
	}
	if (reply) {
		known_load_points(question->load->known, question->node.id, points, count);
		ask_next_node(question->load);
	}
	free(question);
}

/* Asks for the next node of the list, if there is one: what it reported last, and its history. */
static void ask_next_node(struct load *load)
{
	struct node_question *question;
	char last_index[16];
	const char *id;

	if (load->next_node == load->nodes_count)
		return;
	question = mem_alloc(1, sizeof(*question));
	question->load = load;
	question->node = load->nodes[load->next_node++];
	id = question->node.id;
	snprintf(last_index, sizeof(last_index), "%d", LIMIT_HISTORY_POINTS_PUSHED - 1);
	sync_ask(load->sync,
		 REDIS_WORDS("MGET", key_of_node(NODE_STATE, id).text, key_of_node(NODE_SUMMARY, id).text,
			     key_of_node(NODE_CERTIFICATES, id).text, key_of_node(NODE_STREAM_LOST, id).text),
		 on_node, question);
	sync_ask(load->sync, REDIS_WORDS("LRANGE", key_of_node(NODE_HISTORY, id).text, "0", last_index),
		 on_points, question);
}

static void on_nodes(void *context, const struct reply *reply)
{
	struct load *load = context;
	size_t count = reply_count(reply);

	load->nodes = mem_resize(load->nodes, count / 2 + 1, sizeof(*load->nodes));
	load->nodes_count = load->next_node = 0;
	for (size_t i = 0; i + 1 < count; i += 2) {
		const char *id = reply_text(reply_at(reply, i), NULL);
		struct listed_node *node = &load->nodes[load->nodes_count];

		if (!id_is_node(id))
			continue;
		memcpy(node->id, id, strlen(id) + 1);
		node->heard_ms = reply_integer(reply_at(reply, i + 1));
		load->nodes_count++;
	}
	for (int i = 0; i < NODES_AT_ONCE; i++)
		ask_next_node(load);
}

/* --- the log ------------------------------------------------------------------------------------------ */

/* The names that have logged come as members of two sorted sets. */
static void on_log_nodes(void *context, const struct reply *reply)
{
	struct load *load = context;

	for (size_t i = 0; i < reply_count(reply); i += 2) /* scores are in between */
		sources_add(&load->known->log.sources, reply_text(reply_at(reply, i), NULL), NULL);
}

static void on_loggers(void *context, const struct reply *reply)
{
	struct load *load = context;

	for (size_t i = 0; i < reply_count(reply); i += 2) /* scores are in between */
		sources_add(&load->known->log.sources, NULL, reply_text(reply_at(reply, i), NULL));
}

/* The newest entries of all nodes are here, or, with NULL, Redis was lost. */
static void on_entries(void *context, struct log_ring *entries)
{
	struct load *load = context;

	if (entries)
		log_tail_load(&load->known->log, entries, load->last_seq);
	sync_answered(load->sync, entries != NULL);
}

static void on_last_seq(void *context, const struct reply *reply)
{
	struct load *load = context;

	if (!reply)
		return;
	load->last_seq = reply_integer(reply);
	sync_expect(load->sync);
	backlog_read(load->backlog, NULL, load->lines_each);
}

/* --- the part of the sync ----------------------------------------------------------------------------- */

/* Asks for all members of a sorted set, each with its score behind it. */
static void ask_members(struct load *load, const char *key, reply_handler *answer)
{
	sync_ask(load->sync, REDIS_WORDS("ZRANGE", key, "0", "-1", "WITHSCORES"), answer, load);
}

static void on_step(void *context, enum sync_step step)
{
	struct load *load = context;

	switch (step) {
	case SYNC_BEGIN:
		known_load_begin(load->known);
		redis_link_follow(load->link, CHANNEL_METRICS);
		redis_link_follow(load->link, CHANNEL_LOGS);
		redis_link_follow(load->link, CHANNEL_REMOVED);
		redis_link_follow(load->link, CHANNEL_HEARD);
		redis_link_follow(load->link, CHANNEL_STREAMS);
		break;
	case SYNC_ASK:
		sync_ask(load->sync, REDIS_WORDS("HGETALL", KEY_STATS), on_totals, load);
		ask_members(load, KEY_NODES, on_nodes);
		ask_members(load, KEY_LOG_NODES, on_log_nodes);
		ask_members(load, KEY_LOG_LOGGERS, on_loggers);
		sync_ask(load->sync, REDIS_WORDS("GET", KEY_LOG_SEQ), on_last_seq, load);
		break;
	case SYNC_TAKE:
		known_load_end(load->known);
		break;
	case SYNC_DONE:
		known_follow(load->known);
		log_info("sync", "loaded nodes=%zu last_seq=%lld", load->nodes_count,
			 (long long)load->last_seq);
		break;
	case SYNC_LOST:
		known_lost(load->known);
	}
}

static void on_message(void *context, const char *channel, const char *payload, size_t len)
{
	struct load *load = context;

	channels_message(load->known, channel, payload, len);
}

const struct sync_part LOAD_PART = {
	.channels = {CHANNEL_METRICS, CHANNEL_LOGS, CHANNEL_REMOVED, CHANNEL_HEARD, CHANNEL_STREAMS},
	.step = on_step,
	.message = on_message};

struct load *load_new(struct redis_link *link, struct sync *sync, struct known *known, size_t lines_each)
{
	struct load *load = mem_alloc(1, sizeof(*load));

	load->link = link;
	load->sync = sync;
	load->known = known;
	load->lines_each = lines_each;
	backlogs_init(&load->backlogs, link);
	load->backlog = backlog_new(&load->backlogs, on_entries, load);
	return load;
}

void load_free(struct load *load)
{
	if (!load)
		return;
	free(load->nodes);
	backlog_free(load->backlog);
	free(load);
}
