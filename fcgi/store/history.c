/*
 * The history in Redis: a list of points for each node. A point is JSON that report/ made; it is stored and
 * served as it is and never parsed here.
 */
#include "fcgi/store/history.h"

#include "common/json.h"
#include "common/keys.h"
#include "fcgi/store/redis.h"

#include <stdlib.h>
#include <string.h>

static void add_range(struct store *store, const char *node, int limit)
{
	redis_add(store, "LRANGE %s 0 %d", key_of_node(NODE_HISTORY, node).text, limit - 1);
}

/* `key` is NULL where the array is no member. */
static void write_points(struct json_out *out, const char *key, const redisReply *newest_first)
{
	json_open_member(out, key, '[');
	for (size_t i = newest_first->elements; i-- > 0;)
		json_put_raw(out, NULL, newest_first->element[i]->str, newest_first->element[i]->len);
	json_close(out, ']');
}

enum err history_load(struct store *store, const char *node, int limit, struct buf *out, size_t *count)
{
	struct json_out json = {.buf = out};
	struct replies replies;
	enum err err;

	redis_add(store, "ZSCORE %s %s", KEY_NODES, node);
	add_range(store, node, limit);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	if (!reply_is_text(replies.item[0]) && strcmp(node, ID_COORDINATOR) != 0) {
		replies_free(&replies);
		return ERR_UNKNOWN_NODE;
	}
	write_points(&json, NULL, replies.item[1]);
	*count = replies.item[1]->elements;
	replies_free(&replies);
	return ERR_NONE;
}

struct loading {
	const struct node_list *nodes;
	int limit;
	struct json_out json;
};

static void ask_points(struct store *store, size_t index, void *user)
{
	const struct loading *loading = user;

	add_range(store, loading->nodes->list[index].id, loading->limit);
}

static void take_points(size_t index, redisReply *const *replies, void *user)
{
	struct loading *loading = user;

	write_points(&loading->json, loading->nodes->list[index].id, replies[0]);
}

enum err history_load_all(struct store *store, const struct node_list *nodes, int limit, struct buf *out)
{
	struct loading loading = {.nodes = nodes, .limit = limit, .json = {.buf = out}};
	enum err err;

	json_open(&loading.json, '{');
	err = redis_run_each(store, &(struct redis_each){.count = nodes->count,
							 .commands = 1,
							 .add = ask_points,
							 .take = take_points,
							 .user = &loading});
	json_close(&loading.json, '}');
	return err;
}

struct clearing {
	struct node_ids ids;
	int64_t cleared;
};

static void add_clear(struct store *store, size_t index, void *user)
{
	const struct clearing *clearing = user;
	struct key key = key_of_node(NODE_HISTORY, clearing->ids.list[index]);

	redis_add(store, "LLEN %s", key.text);
	redis_add(store, "DEL %s", key.text);
}

static void count_cleared(size_t index, redisReply *const *replies, void *user)
{
	struct clearing *clearing = user;

	(void)index;
	clearing->cleared += reply_number(replies[0]);
}

enum err history_clear(struct store *store, const char *node, int64_t *cleared)
{
	struct clearing clearing = {.cleared = 0};
	struct buf message = {0};
	enum err err = node_ids_pick(store, KEY_NODES, node, &clearing.ids);

	if (err != ERR_NONE)
		return err;
	err = redis_run_each(store, &(struct redis_each){.count = clearing.ids.count,
							 .commands = 2,
							 .add = add_clear,
							 .take = count_cleared,
							 .user = &clearing});
	free(clearing.ids.list);
	if (err != ERR_NONE)
		return err;
	buf_printf(&message, "history %s", node ? node : "*");
	redis_add(store, "PUBLISH %s %b", CHANNEL_REMOVED, message.data, message.len);
	err = redis_run_only(store);
	buf_free(&message);
	*cleared = clearing.cleared;
	return err;
}
