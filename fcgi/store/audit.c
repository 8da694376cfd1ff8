/*
 * The audit in Redis: one capped list of ready-made JSON, and two hashes a node with what was done to
 * each of its services: last, and before that. Whether an action fails because it cannot be written down is
 * decided by the callers (model/audits.c).
 */
#include "fcgi/store/audit.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/keys.h"
#include "common/text.h"
#include "fcgi/store/redis.h"
#include "fcgi/store/scripts.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_MESSAGE_MAX 1024 /* bytes of a message that every viewer gets */

static void write_entry(const struct audit_entry *entry, int64_t now_ms, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_time(&json, "timestamp", now_ms);
	json_put_text(&json, "user", entry->user);
	json_put_text(&json, "address", entry->address);
	json_put_text(&json, "action", entry->action);
	json_put_text(&json, "node_id", entry->node);
	json_put_text(&json, "target", entry->target);
	json_put_text(&json, "result", entry->result);
	json_put_text(&json, "message", entry->message);
	json_put_text(&json, "command_id", entry->command_id);
	json_close(&json, '}');
}

/* What a viewer may know of an entry: the audit itself is for administrators. */
static void write_last_action(const struct audit_entry *entry, int64_t now_ms, struct buf *out)
{
	const char *message = entry->message;
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_time(&json, "timestamp", now_ms);
	json_put_text(&json, "user", entry->user);
	json_put_text(&json, "action", entry->action);
	json_put_text(&json, "result", entry->result);
	if (message && *message)
		json_put_text_len(&json, "message", message,
				  text_cut(message, strlen(message), SHOWN_MESSAGE_MAX));
	else
		json_put_null(&json, "message");
	json_close(&json, '}');
}

/* Puts the action before the others that were done to this service. */
static enum err add_to_service(struct store *store, const struct audit_entry *entry, const struct buf *action)
{
	const struct key key = key_of_node(NODE_ACTION_LOG, entry->node);
	char kept[8];
	const char *argv[] = {"1", key.text, entry->target, action->data, kept};
	struct replies replies;
	enum err err;

	(void)snprintf(kept, sizeof(kept), "%d", AUDIT_KEPT_OF_SERVICE);
	err = redis_script(store, SCRIPT_KEEP_ACTION, sizeof(argv) / sizeof(*argv), argv, &replies);
	if (err != ERR_NONE)
		return err;
	replies_free(&replies);
	return ERR_NONE;
}

enum err audit_add(struct store *store, const struct audit_entry *entry)
{
	int64_t now_ms = clock_now_ms();
	struct buf text = {0}, last = {0};
	enum err err;

	write_entry(entry, now_ms, &text);
	redis_add(store, "LPUSH %s %b", KEY_AUDIT, text.data, text.len);
	redis_add(store, "LTRIM %s 0 %d", KEY_AUDIT, AUDIT_KEPT - 1);
	if (entry->on_service) {
		write_last_action(entry, now_ms, &last);
		redis_add(store, "HSET %s %s %b", key_of_node(NODE_ACTIONS, entry->node).text, entry->target,
			  last.data, last.len);
	}
	err = redis_run_only(store);
	if (err == ERR_NONE && entry->on_service)
		err = add_to_service(store, entry, &last);
	buf_free(&text);
	buf_free(&last);
	return err;
}

enum err audit_list(struct store *store, int64_t limit, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct replies replies;
	enum err err;

	redis_add(store, "LRANGE %s 0 %lld", KEY_AUDIT, (long long)limit - 1);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	json_open(&json, '[');
	for (size_t i = 0; i < replies.item[0]->elements; i++)
		json_put_raw(&json, NULL, replies.item[0]->element[i]->str, replies.item[0]->element[i]->len);
	json_close(&json, ']');
	replies_free(&replies);
	return ERR_NONE;
}

enum err audit_of_service(struct store *store, const char *node, const char *service, int64_t limit,
			  struct buf *out)
{
	struct json_out json = {.buf = out};
	struct replies replies;
	enum err err;

	redis_add(store, "HGET %s %s", key_of_node(NODE_ACTION_LOG, node).text, service);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	json_open(&json, '[');
	if (reply_is_text(replies.item[0])) {
		const char *line = replies.item[0]->str;

		for (size_t len = strcspn(line, "\n"); len && limit-- > 0; len = strcspn(line, "\n")) {
			json_put_raw(&json, NULL, line, len);
			line += len + (line[len] == '\n');
		}
	}
	json_close(&json, ']');
	replies_free(&replies);
	return ERR_NONE;
}

/* Writes a node's hash, whose names and values come by turns; a node to which nothing was done is left out.
 */
static void write_last_actions(struct json_out *json, const char *node, const redisReply *actions)
{
	if (!actions->elements)
		return;
	json_open_member(json, node, '{');
	for (size_t i = 0; i + 1 < actions->elements; i += 2)
		json_put_raw(json, actions->element[i]->str, actions->element[i + 1]->str,
			     actions->element[i + 1]->len);
	json_close(json, '}');
}

enum err audit_last_actions(struct store *store, const struct node_list *nodes, struct buf *out)
{
	struct redis_batch batch = {.total = nodes->count, .commands = 1};
	struct json_out json = {.buf = out};
	struct replies replies;

	json_open(&json, '{');
	while (redis_batch_next(&batch)) {
		enum err err;

		for (size_t i = batch.first; i < batch.end; i++)
			redis_add(store, "HGETALL %s", key_of_node(NODE_ACTIONS, nodes->list[i].id).text);
		err = redis_run(store, &replies);
		if (err != ERR_NONE)
			return err;
		for (size_t i = batch.first; i < batch.end; i++)
			write_last_actions(&json, nodes->list[i].id, replies.item[i - batch.first]);
		replies_free(&replies);
	}
	json_close(&json, '}');
	return ERR_NONE;
}
