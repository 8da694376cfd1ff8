/* Reports in Redis: read before, written in one MULTI, published in it. */
#include "fcgi/store/reports.h"

#include "common/json.h"
#include "common/keys.h"
#include "common/limits.h"
#include "fcgi/store/commands.h"
#include "fcgi/store/redis.h"

#include <string.h>

#define CLAIM_S 30 /* until the report that is being judged is stored, or refused */

void report_before_free(struct report_before *before)
{
	buf_free(&before->points);
	buf_free(&before->summary);
	buf_free(&before->certificates);
}

static void write_array(struct buf *out, const redisReply *list)
{
	struct json_out json = {.buf = out};

	json_open(&json, '[');
	for (size_t i = 0; i < list->elements; i++)
		json_put_raw(&json, NULL, list->element[i]->str, list->element[i]->len);
	json_close(&json, ']');
}

enum err reports_begin(struct store *store, const char *node, const char *instance, int points,
		       struct report_before *out)
{
	struct key key = key_of_node(NODE_INSTANCE, node);
	struct replies replies;
	enum err err;

	if (*instance)
		redis_add(store, "SET %s %s EX %d NX", key.text, instance, CLAIM_S);
	redis_add(store, "LRANGE %s 0 %d", key_of_node(NODE_HISTORY, node).text, points - 1);
	redis_add(store, "GET %s", key_of_node(NODE_SUMMARY, node).text);
	redis_add(store, "GET %s", key_of_node(NODE_CERTIFICATES, node).text);
	redis_add(store, "GET %s", key.text);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	*out = (struct report_before){0};
	out->other_instance =
		*instance && reply_is_text(replies.item[4]) && strcmp(replies.item[4]->str, instance) != 0;
	write_array(&out->points, replies.item[*instance ? 1 : 0]);
	reply_append(replies.item[*instance ? 2 : 1], &out->summary);
	reply_append(replies.item[*instance ? 3 : 2], &out->certificates);
	replies_free(&replies);
	return ERR_NONE;
}

/* What the relays get: the lines of channel `metrics` in docs/ARCHITECTURE.md. */
static void write_message(struct buf *out, const struct report_parts *parts)
{
	buf_text(out, parts->node);
	buf_char(out, '\n');
	buf_append(out, parts->state->data, parts->state->len);
	buf_char(out, '\n');
	buf_append(out, parts->point->data, parts->point->len);
	buf_char(out, '\n');
	buf_append(out, parts->summary->data, parts->summary->len);
	if (!parts->certificates)
		return;
	buf_char(out, '\n');
	buf_append(out, parts->certificates->data, parts->certificates->len);
}

static void add_set(struct store *store, struct key key, const struct buf *value)
{
	redis_add(store, "SET %s %b", key.text, value->data, value->len);
}

static void add_instance(struct store *store, const struct report_parts *parts)
{
	struct key key = key_of_node(NODE_INSTANCE, parts->node);

	if (*parts->instance && parts->instance_held_s)
		redis_add(store, "SET %s %s EX %lld", key.text, parts->instance,
			  (long long)parts->instance_held_s);
	else
		redis_add(store, "DEL %s", key.text);
}

static enum err take_commands(struct store *store, const redisReply *list, int64_t now_ms, struct buf *out)
{
	struct json_out json = {.buf = out};
	enum err err = ERR_NONE;

	json_open(&json, '[');
	for (size_t i = 0; i < list->elements && err == ERR_NONE; i++)
		err = commands_hand_out(store, list->element[i]->str, list->element[i]->len, now_ms, &json);
	json_close(&json, ']');
	return err;
}

enum err reports_store(struct store *store, const struct report_parts *parts, struct buf *commands)
{
	struct key history = key_of_node(NODE_HISTORY, parts->node);
	struct key waiting = key_of_node(NODE_COMMANDS, parts->node);
	struct buf message = {0};
	struct replies replies;
	enum err err;

	write_message(&message, parts);
	redis_add(store, "MULTI");
	redis_add(store, "LRANGE %s 0 -1", waiting.text);
	redis_add(store, "DEL %s", waiting.text);
	add_set(store, key_of_node(NODE_STATE, parts->node), parts->state);
	add_set(store, key_of_node(NODE_SUMMARY, parts->node), parts->summary);
	if (parts->certificates)
		add_set(store, key_of_node(NODE_CERTIFICATES, parts->node), parts->certificates);
	redis_add(store, "LPUSH %s %b", history.text, parts->point->data, parts->point->len);
	redis_add(store, "LTRIM %s 0 %d", history.text, LIMIT_HISTORY_POINTS - 1);
	redis_add(store, "ZADD %s %lld %s", KEY_NODES, (long long)parts->now_ms, parts->node);
	redis_add(store, "HINCRBY %s total_updates 1", KEY_STATS);
	add_instance(store, parts);
	redis_add(store, "PUBLISH %s %b", CHANNEL_METRICS, message.data, message.len);
	redis_add(store, "EXEC");
	err = redis_run(store, &replies);
	buf_free(&message);
	if (err != ERR_NONE)
		return err;
	err = take_commands(store, replies_of_exec(&replies)[0], parts->now_ms, commands);
	replies_free(&replies);
	return err;
}
