/* The audit: one capped list of ready-made JSON. */
#include "fcgi/store/audit.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/keys.h"
#include "fcgi/store/redis.h"

static void write_entry(const struct audit_entry *entry, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_time(&json, "timestamp", clock_now_ms());
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

enum err audit_add(struct store *store, const struct audit_entry *entry)
{
	struct buf text = {0};
	enum err err;

	write_entry(entry, &text);
	redis_add(store, "LPUSH %s %b", KEY_AUDIT, text.data, text.len);
	redis_add(store, "LTRIM %s 0 %d", KEY_AUDIT, AUDIT_KEPT - 1);
	err = redis_run_only(store);
	buf_free(&text);
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
