/*
 * Nodes in Redis: who there is (a sorted set by the time last heard) and each one's newest state, as the JSON
 * it is served as. It splices stored JSON and never parses a whole state.
 *
 * Most requests of the dashboard need all states. Which nodes there are is known only after a first answer,
 * so the obvious way costs two round trips. Nodes hardly ever come or go: the process remembers which nodes
 * it saw last and asks for the list and for their states together; only if the list has changed it asks
 * again.
 */
#include "fcgi/store/nodes.h"

#include "common/json_scan.h"
#include "common/keys.h"
#include "common/mem.h"
#include "fcgi/store/redis.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node_list_memory {
	struct replies replies; /* the texts of states and summaries */
	char (*ids)[ID_NODE_SIZE];
};

/* What is asked of each node: two MGETs, whose replies stand side by side. */
static void add_questions(struct store *store)
{
	node_ids_add_mget(store, &store->known, NODE_STATE);
	node_ids_add_mget(store, &store->known, NODE_STREAM_LOST);
}

static int compare_id(const void *id, const void *node)
{
	return strcmp(id, ((const struct cluster_node *)node)->id);
}

/* Makes the list of what was answered for the known nodes: `names` with their scores, and the two MGETs. */
static void take_nodes(const struct node_ids *known, const redisReply *names, redisReply *const *answers,
		       struct node_list *out)
{
	const redisReply *states = answers[0], *lost = answers[1];

	out->list = mem_alloc(known->count + 1, sizeof(*out->list));
	out->memory->ids = mem_alloc(known->count + 1, sizeof(*out->memory->ids));
	for (size_t i = 0; i < known->count && i < states->elements; i++) {
		const redisReply *state = states->element[i];
		struct cluster_node *node = &out->list[out->count];
		char *id = out->memory->ids[out->count];

		if (!reply_is_text(state)) /* removed between the two answers */
			continue;
		memcpy(id, known->list[i], sizeof(known->list[i]));
		*node = (struct cluster_node){.id = id, .state = {state->str, state->len}};
		node->presence.stream_lost_ms = reply_number(lost->element[i]);
		node->is_unreadable = node_head_read(state->str, state->len, &node->head) != ERR_NONE;
		out->count++;
	}
	for (size_t i = 0; i + 1 < names->elements; i += 2) {
		struct cluster_node *node = bsearch(names->element[i]->str, out->list, out->count,
						    sizeof(*out->list), compare_id);

		if (node)
			node->presence.heard_ms = reply_number(names->element[i + 1]);
	}
}

/*
 * Remembers which nodes there are, and asks about them if they are others than last time; the answers are
 * then put behind the others. So the last two replies are about the known nodes, if there are any.
 */
static enum err refresh_known(struct store *store, struct replies *replies)
{
	struct node_ids now = node_ids_read(replies->item[0], 2);
	struct replies again;
	enum err err;

	if (now.count == store->known.count &&
	    (!now.count || memcmp(now.list, store->known.list, now.count * sizeof(*now.list)) == 0)) {
		free(now.list);
		return ERR_NONE;
	}
	free(store->known.list);
	store->known = now;
	if (!now.count)
		return ERR_NONE;
	add_questions(store);
	err = redis_run(store, &again);
	if (err != ERR_NONE)
		return err;
	replies->item[replies->count++] = again.item[0];
	replies->item[replies->count++] = again.item[1];
	return ERR_NONE;
}

enum err nodes_load(struct store *store, struct node_list *out)
{
	struct node_list nodes = {0};
	redisReply *const *totals;
	struct replies replies;
	enum err err;

	redis_add(store, "ZRANGE %s 0 -1 WITHSCORES", KEY_NODES);
	redis_add(store, "HMGET %s started_at total_updates last_cleanup", KEY_STATS);
	if (store->known.count)
		add_questions(store);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	err = refresh_known(store, &replies);
	if (err != ERR_NONE) {
		replies_free(&replies);
		return err;
	}
	totals = replies.item[1]->element;
	nodes.totals = (struct cluster_totals){
		.started_at_ms = reply_number(totals[0]),
		.total_updates = reply_number(totals[1]),
		.last_cleanup_ms = reply_number(totals[2]),
	};
	nodes.memory = mem_alloc(1, sizeof(*nodes.memory));
	nodes.memory->replies = replies;
	if (store->known.count)
		take_nodes(&store->known, replies.item[0], &replies.item[replies.count - 2], &nodes);
	*out = nodes;
	return ERR_NONE;
}

enum err nodes_load_missing(struct store *store, struct node_list *nodes, int64_t now_ms)
{
	struct node_ids missing = {.list = mem_alloc(nodes->count + 1, sizeof(*missing.list))};
	struct replies *kept = &nodes->memory->replies, replies;
	const redisReply *summaries;
	size_t next = 0;
	enum err err = ERR_NONE;

	for (size_t i = 0; i < nodes->count; i++)
		if (cluster_node_is_missing(&nodes->list[i], now_ms))
			memcpy(missing.list[missing.count++], nodes->memory->ids[i], ID_NODE_SIZE);
	if (!missing.count)
		goto out;
	node_ids_add_mget(store, &missing, NODE_SUMMARY);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		goto out;
	summaries = kept->item[kept->count++] = replies.item[0];
	for (size_t i = 0; i < nodes->count && next < summaries->elements; i++) {
		if (strcmp(nodes->list[i].id, missing.list[next]) != 0)
			continue;
		if (reply_is_text(summaries->element[next]))
			nodes->list[i].summary =
				(struct span){summaries->element[next]->str, summaries->element[next]->len};
		next++;
	}
out:
	free(missing.list);
	return err;
}

enum err nodes_heard(struct store *store, const char *node, int64_t now_ms)
{
	char message[ID_NODE_SIZE + 24];

	(void)snprintf(message, sizeof(message), "%s %" PRId64, node, now_ms);
	redis_add(store, "ZADD %s XX %lld %s", KEY_NODES, (long long)now_ms, node);
	redis_add(store, "PUBLISH %s %s", CHANNEL_HEARD, message);
	return redis_run_only(store);
}

void node_list_free(struct node_list *nodes)
{
	free(nodes->list);
	if (nodes->memory) {
		replies_free(&nodes->memory->replies);
		free(nodes->memory->ids);
		free(nodes->memory);
	}
	*nodes = (struct node_list){0};
}

enum err nodes_state(struct store *store, const char *node, struct buf *out)
{
	struct replies replies;
	enum err err;

	redis_add(store, "GET %s", key_of_node(NODE_STATE, node).text);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	if (!reply_is_text(replies.item[0]))
		err = ERR_UNKNOWN_NODE;
	else
		reply_append(replies.item[0], out);
	replies_free(&replies);
	return err;
}

/* Splices a stored array's elements into the one being written, and counts them. */
static void join_array(struct buf *out, const redisReply *array, size_t *count)
{
	struct json_scan scan;
	struct span name, element;

	if (!reply_is_text(array) || array->len <= strlen("[]"))
		return;
	if (*count)
		buf_char(out, ',');
	buf_append(out, array->str + 1, array->len - 2);
	scan = json_scan_open(array->str, array->len);
	while (json_scan_next(&scan, &name, &element))
		(*count)++;
}

enum err nodes_certificates(struct store *store, struct buf *out, size_t *count)
{
	struct replies replies = {.count = 0};
	struct node_ids nodes;
	enum err err = node_ids_load(store, KEY_NODES, &nodes);

	if (err != ERR_NONE)
		return err;
	if (nodes.count) {
		node_ids_add_mget(store, &nodes, NODE_CERTIFICATES);
		err = redis_run(store, &replies);
		if (err != ERR_NONE)
			goto out;
	}
	*count = 0;
	buf_char(out, '[');
	for (size_t i = 0; i < nodes.count && i < replies.item[0]->elements; i++)
		join_array(out, replies.item[0]->element[i], count);
	buf_char(out, ']');
	replies_free(&replies);
out:
	free(nodes.list);
	return err;
}

enum err nodes_remove(struct store *store, const char *node, int64_t silent_since_ms, bool *removed)
{
	static const enum node_key GOES[] = {NODE_STATE,	NODE_SUMMARY,	 NODE_HISTORY,
					     NODE_CERTIFICATES, NODE_COMMANDS,	 NODE_INSTANCE,
					     NODE_ACTIONS,	NODE_ACTION_LOG, NODE_STREAM_LOST};
	enum { GOING = sizeof(GOES) / sizeof(*GOES), ARGS = 2 + GOING + 3 };
	struct key keys[GOING];
	const char *argv[ARGS];
	char count[8], silent_since[24];
	struct replies replies;
	enum err err;

	(void)snprintf(count, sizeof(count), "%d", 1 + GOING);
	(void)snprintf(silent_since, sizeof(silent_since), "%" PRId64, silent_since_ms);
	argv[0] = count;
	argv[1] = KEY_NODES;
	argv[ARGS - 3] = node;
	argv[ARGS - 2] = silent_since;
	argv[ARGS - 1] = CHANNEL_REMOVED;
	for (size_t i = 0; i < GOING; i++) {
		keys[i] = key_of_node(GOES[i], node);
		argv[2 + i] = keys[i].text;
	}
	err = redis_script(store, SCRIPT_REMOVE_NODE, ARGS, argv, &replies);
	if (err != ERR_NONE)
		return err;
	*removed = reply_number(replies.item[0]) == 1;
	replies_free(&replies);
	return ERR_NONE;
}

enum err nodes_remove_silent(struct store *store, int64_t silent_since_ms, size_t *removed)
{
	struct node_ids silent;
	struct replies replies;
	enum err err;

	*removed = 0;
	redis_add(store, "ZRANGEBYSCORE %s -inf %lld", KEY_NODES, (long long)silent_since_ms);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	silent = node_ids_read(replies.item[0], 1);
	replies_free(&replies);
	for (size_t i = 0; i < silent.count; i++) {
		bool gone = false;

		if (strcmp(silent.list[i], ID_COORDINATOR) == 0)
			continue;
		/* It may have reported meanwhile, so the bound is given again. */
		err = nodes_remove(store, silent.list[i], silent_since_ms, &gone);
		if (err != ERR_NONE)
			break;
		*removed += gone;
	}
	free(silent.list);
	return err;
}
