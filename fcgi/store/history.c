/* Points in Redis lists, as ready-made JSON. */
#include "fcgi/store/history.h"

#include "common/json.h"
#include "common/keys.h"
#include "fcgi/store/redis.h"

#include <string.h>

static void add_range(struct store *store, const char *node, int limit)
{
	redis_add(store, "LRANGE %s 0 %d", key_of_node(NODE_HISTORY, node).text, limit - 1);
}

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
	/* The coordinator is a node before its reporter's first report, too. */
	if (!reply_is_text(replies.item[0]) && strcmp(node, ID_COORDINATOR) != 0) {
		err = ERR_UNKNOWN_NODE;
	} else {
		write_points(&json, NULL, replies.item[1]);
		*count = replies.item[1]->elements;
	}
	replies_free(&replies);
	return err;
}

enum err history_load_all(struct store *store, const struct nodes *nodes, int limit, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct replies replies;
	enum err err;

	json_open(&json, '{');
	for (size_t first = 0, count; first < nodes->count; first += count) {
		count = nodes->count - first < REDIS_PIPELINE_MAX ? nodes->count - first : REDIS_PIPELINE_MAX;
		for (size_t i = 0; i < count; i++)
			add_range(store, nodes->list[first + i].id, limit);
		err = redis_run(store, &replies);
		if (err != ERR_NONE)
			return err;
		for (size_t i = 0; i < count; i++)
			write_points(&json, nodes->list[first + i].id, replies.item[i]);
		replies_free(&replies);
	}
	json_close(&json, '}');
	return ERR_NONE;
}

/* Clears as many nodes as a pipeline holds: names[0..count) are strings one after the other. */
static enum err clear_some(struct store *store, const char **names, size_t count, int64_t *cleared)
{
	struct replies replies;
	enum err err;

	for (size_t i = 0; i < count; i++, *names += strlen(*names) + 1) {
		struct key key = key_of_node(NODE_HISTORY, *names);

		redis_add(store, "LLEN %s", key.text);
		redis_add(store, "DEL %s", key.text);
	}
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < replies.count; i += 2)
		*cleared += reply_number(replies.item[i]);
	replies_free(&replies);
	return ERR_NONE;
}

static enum err clear_all(struct store *store, int64_t *cleared)
{
	struct buf names = {0};
	size_t left = 0;
	enum err err = nodes_names(store, &names, &left);
	const char *name = buf_string(&names);

	while (err == ERR_NONE && left) {
		size_t count = left < REDIS_PIPELINE_MAX / 2 ? left : REDIS_PIPELINE_MAX / 2;

		err = clear_some(store, &name, count, cleared);
		left -= count;
	}
	buf_free(&names);
	return err;
}

enum err history_clear(struct store *store, const char *node, int64_t *cleared)
{
	struct buf message = {0};
	enum err err;

	*cleared = 0;
	err = node ? clear_some(store, &(const char *){node}, 1, cleared) : clear_all(store, cleared);
	if (err == ERR_NONE) {
		buf_printf(&message, "history %s", node ? node : "*");
		redis_add(store, "PUBLISH %s %b", CHANNEL_REMOVED, message.data, message.len);
		err = redis_run_only(store);
	}
	buf_free(&message);
	return err;
}
