/* Reads a `subscribe` message and judges every member of it before any counts. Subscribes nobody. */
#include "relay/subscription.h"

#include "common/json.h"

#include <string.h>

#define SEQ_MAX ((int64_t)1 << 53) /* the largest number that JavaScript can count to */

/* SAMPLE 7, or "errors of worker-001" */
static enum err read_id(const struct json *id, struct subscription_request *out, struct reason *why)
{
	const char *text = json_text(id);
	struct buf json = {0};

	if (!id || json_is_null(id))
		return ERR_NONE;
	if (!json_is_number(id) && (!text || strlen(text) > SUBSCRIPTION_ID_MAX))
		return reason_set(why, ERR_INVALID, "id must be a number or a text of at most %d bytes",
				  SUBSCRIPTION_ID_MAX);
	json_write(&json, id);
	/* Bytes that are not UTF-8 grow to three, so that a text may be too long after all. */
	if (json.len < sizeof(out->id))
		memcpy(out->id, json.data, json.len + 1);
	buf_free(&json);
	return ERR_NONE;
}

/* SAMPLE ["worker-001","worker-002"] */
static enum err read_nodes(const struct json *nodes, struct subscription_request *out, struct reason *why)
{
	if (!json_is_array(nodes) || json_count(nodes) > SUBSCRIPTION_NODES_MAX)
		return reason_set(why, ERR_INVALID, "nodes must be a list of at most %d node ids",
				  SUBSCRIPTION_NODES_MAX);
	for (const struct json *node = json_first(nodes); node; node = json_next(node)) {
		const char *id = json_text(node);
		size_t i = 0;

		if (!id_is_node(id))
			return reason_set(why, ERR_INVALID, "nodes holds something that is no node id");
		while (i < out->ids_count && strcmp(out->ids[i], id) != 0)
			i++;
		if (i == out->ids_count)
			memcpy(out->ids[out->ids_count++], id, strlen(id) + 1);
	}
	out->nodes = out->ids_count ? WISH_THIS : WISH_NOTHING;
	return ERR_NONE;
}

/* A text of the filter, into out[size]; one that is absent is "". */
static enum err read_text(const struct json *logs, const char *key, char *out, size_t size,
			  struct reason *why)
{
	const char *text = "";
	enum err err = json_optional_text(logs, "logs", key, size - 1, &text, why);

	if (err != ERR_NONE)
		return err;
	memcpy(out, text, strlen(text) + 1);
	return ERR_NONE;
}

/* SAMPLE {"node_id":"worker-001","level":"WARNING","logger_name":"","q":"disk"}, or null */
static enum err read_logs(const struct json *logs, struct subscription_request *out, struct reason *why)
{
	struct entry_filter *filter = &out->filter;
	char level[16];
	enum err err;

	if (json_is_null(logs)) {
		out->logs = WISH_NOTHING;
		return ERR_NONE;
	}
	if (!json_is_object(logs))
		return reason_set(why, ERR_INVALID, "logs must be an object or null");
	err = read_text(logs, "node_id", filter->node, sizeof(filter->node), why);
	if (err != ERR_NONE)
		return err;
	err = read_text(logs, "logger_name", filter->logger_name, sizeof(filter->logger_name), why);
	if (err != ERR_NONE)
		return err;
	err = read_text(logs, "q", filter->text, sizeof(filter->text), why);
	if (err != ERR_NONE)
		return err;
	err = read_text(logs, "level", level, sizeof(level), why);
	if (err != ERR_NONE)
		return err;
	if (*filter->node && !id_is_node(filter->node))
		return reason_set(why, ERR_INVALID, "logs.node_id is no node id");
	if (*level && level_parse(level, strlen(level), &filter->level) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "logs.level is no level: %s", level);
	out->logs = WISH_THIS;
	return ERR_NONE;
}

/* A member that is absent leaves what it is about as it is. */
static enum err read_request(const struct json *message, struct subscription_request *out, struct reason *why)
{
	const struct json *nodes = json_get(message, "nodes"), *logs = json_get(message, "logs");
	const char *type = json_text(json_get(message, "type"));
	enum err err = read_id(json_get(message, "id"), out, why);

	if (err != ERR_NONE)
		return err;
	if (!type || strcmp(type, "subscribe") != 0)
		return reason_set(why, ERR_INVALID, "type must be subscribe");
	if (nodes) {
		err = read_nodes(nodes, out, why);
		if (err != ERR_NONE)
			return err;
	}
	if (logs) {
		err = read_logs(logs, out, why);
		if (err != ERR_NONE)
			return err;
	}
	out->has_log_seq = json_is_number(json_get(message, "log_seq"));
	return json_optional_integer(message, "", "log_seq", 0, SEQ_MAX, &out->log_seq, why);
}

enum err subscription_read(const char *text, size_t len, struct subscription_request *out, struct reason *why)
{
	struct json *message = NULL;
	enum err err;

	*out = (struct subscription_request){0};
	err = json_parse(text, len, &message, why);
	if (err != ERR_NONE)
		return err;
	err = read_request(message, out, why);
	json_free(message);
	return err;
}
