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
	redis_add(store, "LRANGE %s 0 %d", key_of_node(NODE_HISTORY, node).text, limit - 1);
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

enum err history_load_all(struct store *store, const struct node_list *nodes, int limit, struct buf *out)
{
	struct redis_batch batch = {.total = nodes->count, .commands = 1};
	struct json_out json = {.buf = out};
	struct replies replies;

	json_open(&json, '{');
	while (redis_batch_next(&batch)) {
		enum err err;

		for (size_t i = batch.first; i < batch.end; i++)
			redis_add(store, "LRANGE %s 0 %d", key_of_node(NODE_HISTORY, nodes->list[i].id).text,
				  limit - 1);
		err = redis_run(store, &replies);
		if (err != ERR_NONE)
			return err;
		for (size_t i = batch.first; i < batch.end; i++)
			write_points(&json, nodes->list[i].id, replies.item[i - batch.first]);
		replies_free(&replies);
	}
	json_close(&json, '}');
	return ERR_NONE;
}

enum err history_clear(struct store *store, const char *node, int64_t *cleared)
{
	struct redis_batch batch = {.commands = 2};
	struct buf message = {0};
	struct node_ids ids;
	struct replies replies;
	int64_t points = 0;
	enum err err = node_ids_pick(store, KEY_NODES, node, &ids);

	if (err != ERR_NONE)
		return err;
	batch.total = ids.count;
	while (redis_batch_next(&batch)) {
		for (size_t i = batch.first; i < batch.end; i++) {
			struct key key = key_of_node(NODE_HISTORY, ids.list[i]);

			redis_add(store, "LLEN %s", key.text);
			redis_add(store, "DEL %s", key.text);
		}
		err = redis_run(store, &replies);
		if (err != ERR_NONE)
			goto out;
		for (size_t i = 0; i < replies.count; i += batch.commands)
			points += reply_number(replies.item[i]);
		replies_free(&replies);
	}
	buf_printf(&message, "history %s", node ? node : "*");
	redis_add(store, "PUBLISH %s %b", CHANNEL_REMOVED, message.data, message.len);
	err = redis_run_only(store);
	if (err != ERR_NONE)
		goto out;
	*cleared = points;
out:
	buf_free(&message);
	free(ids.list);
	return err;
}
