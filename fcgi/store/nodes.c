/* Nodes in Redis: who there is (a sorted set by the time last seen) and each one's state. */
#include "fcgi/store/nodes.h"

#include "common/json_scan.h"
#include "common/keys.h"
#include "common/mem.h"
#include "common/number.h"
#include "fcgi/store/redis.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nodes_memory {
	struct replies replies; /* the states' texts */
	char (*ids)[ID_NODE_SIZE];
};

static int compare_ids(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* A list of node ids as Redis answers it, sorted. Foreign names are left out, also those that go on behind a
 * NUL. */
static struct known_nodes read_ids(const redisReply *reply)
{
	struct known_nodes nodes = {.ids = mem_alloc(reply->elements + 1, sizeof(*nodes.ids))};

	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *name = reply->element[i];

		if (id_is_node(name->str) && strlen(name->str) == name->len)
			memcpy(nodes.ids[nodes.count++], name->str, name->len + 1);
	}
	qsort(nodes.ids, nodes.count, sizeof(*nodes.ids), compare_ids);
	return nodes;
}

static bool same_nodes(const struct known_nodes *a, const struct known_nodes *b)
{
	return a->count == b->count && (!a->count || memcmp(a->ids, b->ids, a->count * sizeof(*a->ids)) == 0);
}

/* MGET of one key of each node. */
static void add_mget(struct store *store, const struct known_nodes *nodes, enum node_key which)
{
	const char **argv = mem_alloc(nodes->count + 1, sizeof(*argv));
	size_t *lens = mem_alloc(nodes->count + 1, sizeof(*lens));
	struct key *keys = mem_alloc(nodes->count + 1, sizeof(*keys));

	argv[0] = "MGET";
	lens[0] = strlen(argv[0]);
	for (size_t i = 0; i < nodes->count; i++) {
		keys[i] = key_of_node(which, nodes->ids[i]);
		argv[i + 1] = keys[i].text;
		lens[i + 1] = strlen(keys[i].text);
	}
	redis_add_args(store, nodes->count + 1, argv, lens);
	free(argv);
	free(lens);
	free(keys);
}

static int64_t part_number(const redisReply *array, size_t index)
{
	return index < array->elements ? reply_number(array->element[index]) : 0;
}

enum { REPLY_NAMES, REPLY_STATS, REPLY_STATES, REPLY_STATES_AGAIN };

/* Takes what MGET answered for the known nodes over into *out. */
static void take_states(const struct known_nodes *known, const redisReply *states, struct nodes *out)
{
	out->list = mem_alloc(known->count + 1, sizeof(*out->list));
	out->memory->ids = mem_alloc(known->count + 1, sizeof(*out->memory->ids));
	for (size_t i = 0; i < known->count && i < states->elements; i++) {
		const redisReply *state = states->element[i];

		if (!reply_is_text(state)) /* removed between the two answers */
			continue;
		memcpy(out->memory->ids[out->count], known->ids[i], sizeof(known->ids[i]));
		out->list[out->count] = (struct cluster_node){
			.id = out->memory->ids[out->count], .state = state->str, .state_len = state->len};
		out->count++;
	}
}

/* Another round trip: the nodes are others than last time. */
static enum err ask_again(struct store *store, struct replies *replies)
{
	struct replies again;
	enum err err;

	if (!store->known.count)
		return ERR_NONE;
	add_mget(store, &store->known, NODE_STATE);
	err = redis_run(store, &again);
	if (err == ERR_NONE)
		replies->item[replies->count++] = again.item[0];
	return err;
}

enum err nodes_load(struct store *store, struct nodes *out)
{
	struct nodes nodes = {0};
	struct replies replies;
	struct known_nodes now;
	bool asked = store->known.count > 0;
	enum err err;

	redis_add(store, "ZRANGE %s 0 -1", KEY_NODES);
	redis_add(store, "HMGET %s started_at total_updates last_cleanup", KEY_STATS);
	if (asked)
		add_mget(store, &store->known, NODE_STATE);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	now = read_ids(replies.item[REPLY_NAMES]);
	if (same_nodes(&now, &store->known)) {
		free(now.ids);
	} else {
		free(store->known.ids);
		store->known = now;
		err = ask_again(store, &replies);
		if (err != ERR_NONE) {
			replies_free(&replies);
			return err;
		}
	}
	nodes.totals = (struct cluster_totals){
		.started_at_ms = part_number(replies.item[REPLY_STATS], 0),
		.total_updates = part_number(replies.item[REPLY_STATS], 1),
		.last_cleanup_ms = part_number(replies.item[REPLY_STATS], 2),
	};
	nodes.memory = mem_alloc(1, sizeof(*nodes.memory));
	nodes.memory->replies = replies;
	if (store->known.count)
		take_states(&store->known, replies.item[replies.count - 1], &nodes);
	*out = nodes;
	return ERR_NONE;
}

void nodes_free(struct nodes *nodes)
{
	free(nodes->list);
	if (nodes->memory) {
		replies_free(&nodes->memory->replies);
		free(nodes->memory->ids);
		free(nodes->memory);
	}
	*nodes = (struct nodes){0};
}

static enum err load_ids(struct store *store, struct known_nodes *out)
{
	struct replies replies;
	enum err err;

	redis_add(store, "ZRANGE %s 0 -1", KEY_NODES);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	*out = read_ids(replies.item[0]);
	replies_free(&replies);
	return ERR_NONE;
}

enum err nodes_names(struct store *store, struct buf *out, size_t *count)
{
	struct known_nodes nodes;
	enum err err = load_ids(store, &nodes);

	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < nodes.count; i++)
		buf_append(out, nodes.ids[i], strlen(nodes.ids[i]) + 1);
	*count = nodes.count;
	free(nodes.ids);
	return ERR_NONE;
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
	reply_append(replies.item[0], out);
	replies_free(&replies);
	return err;
}

/* Splices a stored array's elements into the one being written. */
static void join_array(struct buf *out, const redisReply *array, bool *comma)
{
	if (!reply_is_text(array) || array->len <= strlen("[]"))
		return;
	if (*comma)
		buf_char(out, ',');
	buf_append(out, array->str + 1, array->len - 2);
	*comma = true;
}

static size_t count_elements(const redisReply *array)
{
	struct json_scan scan;
	struct span name, element;
	size_t count = 0;

	if (!reply_is_text(array))
		return 0;
	scan = json_scan_open(array->str, array->len);
	while (json_scan_next(&scan, &name, &element))
		count++;
	return count;
}

enum err nodes_certificates(struct store *store, struct buf *out, size_t *count)
{
	struct known_nodes nodes;
	struct replies replies = {.count = 0};
	bool comma = false;
	enum err err = load_ids(store, &nodes);

	if (err != ERR_NONE)
		return err;
	if (nodes.count) {
		add_mget(store, &nodes, NODE_CERTIFICATES);
		err = redis_run(store, &replies);
	}
	if (err != ERR_NONE)
		goto out;
	buf_char(out, '[');
	*count = 0;
	for (size_t i = 0; i < nodes.count && i < replies.item[0]->elements; i++) {
		join_array(out, replies.item[0]->element[i], &comma);
		*count += count_elements(replies.item[0]->element[i]);
	}
	buf_char(out, ']');
	replies_free(&replies);
out:
	free(nodes.ids);
	return err;
}

enum err nodes_remove(struct store *store, const char *node, int64_t silent_since_ms, bool *removed)
{
	static const enum node_key GOES[] = {NODE_STATE,    NODE_SUMMARY,  NODE_HISTORY, NODE_CERTIFICATES,
					     NODE_COMMANDS, NODE_INSTANCE, NODE_ACTIONS};
	enum { GOING = sizeof(GOES) / sizeof(*GOES), ARGS = 2 + GOING + 3 };
	struct key keys[GOING];
	const char *argv[ARGS];
	size_t lens[ARGS];
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
	for (size_t i = 0; i < ARGS; i++)
		lens[i] = strlen(argv[i]);
	err = redis_script(store, SCRIPT_REMOVE_NODE, ARGS, argv, lens, &replies);
	if (err != ERR_NONE)
		return err;
	*removed = reply_number(replies.item[0]) == 1;
	replies_free(&replies);
	return ERR_NONE;
}

enum err nodes_remove_silent(struct store *store, int64_t silent_since_ms, size_t *removed)
{
	struct known_nodes silent;
	struct replies replies;
	enum err err;

	redis_add(store, "ZRANGEBYSCORE %s -inf %lld", KEY_NODES, (long long)silent_since_ms);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	silent = read_ids(replies.item[0]);
	replies_free(&replies);
	*removed = 0;
	for (size_t i = 0; i < silent.count && err == ERR_NONE; i++) {
		bool gone = false;

		if (strcmp(silent.ids[i], ID_COORDINATOR) == 0)
			continue;
		err = nodes_remove(store, silent.ids[i], silent_since_ms, &gone);
		*removed += gone;
	}
	free(silent.ids);
	return err;
}
