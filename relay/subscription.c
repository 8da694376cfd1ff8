/* Reads and checks; subscribes nobody. */
#include "relay/subscription.h"

#include "common/json.h"

#include <string.h>

#define SEQ_MAX ((int64_t)1 << 53)

static bool is_listed(const struct subscription_request *request, const char *id)
{
	for (size_t i = 0; i < request->ids_count; i++)
		if (strcmp(request->ids[i], id) == 0)
			return true;
	return false;
}

static enum err read_nodes(const struct json *nodes, struct subscription_request *out, struct reason *why)
{
	if (!json_is_array(nodes) || json_count(nodes) > SUBSCRIPTION_NODES_MAX)
		return reason_set(why, ERR_INVALID, "nodes must be a list of at most %d node ids",
				  SUBSCRIPTION_NODES_MAX);
	for (const struct json *node = json_first(nodes); node; node = json_next(node)) {
		const char *id = json_text(node);

		if (!id_is_node(id))
			return reason_set(why, ERR_INVALID, "nodes holds something that is no node id");
		if (!is_listed(out, id))
			memcpy(out->ids[out->ids_count++], id, strlen(id) + 1);
	}
	out->nodes = out->ids_count ? WISH_THIS : WISH_NOTHING;
	return ERR_NONE;
}

/* A text of the filter, into out[size]; absent is "". */
static enum err read_text(const struct json *logs, const char *key, char *out, size_t size,
			  struct reason *why)
{
	const char *text = "";
	enum err err = json_optional_text(logs, "logs", key, size - 1, &text, why);

	if (err == ERR_NONE)
		memcpy(out, text, strlen(text) + 1);
	return err;
}

static enum err read_filter(const struct json *logs, struct entry_filter *out, struct reason *why)
{
	char level[16];
	enum err err = read_text(logs, "node_id", out->node, sizeof(out->node), why);

	if (err == ERR_NONE)
		err = read_text(logs, "logger_name", out->logger_name, sizeof(out->logger_name), why);
	if (err == ERR_NONE)
		err = read_text(logs, "q", out->text, sizeof(out->text), why);
	if (err == ERR_NONE)
		err = read_text(logs, "level", level, sizeof(level), why);
	if (err != ERR_NONE)
		return err;
	if (*out->node && !id_is_node(out->node))
		return reason_set(why, ERR_INVALID, "logs.node_id is no node id");
	if (*level && level_parse(level, strlen(level), &out->level) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "logs.level is no level: %s", level);
	return ERR_NONE;
}

static enum err read_logs(const struct json *logs, struct subscription_request *out, struct reason *why)
{
	if (json_is_null(logs)) {
		out->logs = WISH_NOTHING;
		return ERR_NONE;
	}
	if (!json_is_object(logs))
		return reason_set(why, ERR_INVALID, "logs must be an object or null");
	out->logs = WISH_THIS;
	return read_filter(logs, &out->filter, why);
}

static enum err read_request(const struct json *message, struct subscription_request *out, struct reason *why)
{
	const struct json *nodes = json_get(message, "nodes"), *logs = json_get(message, "logs");
	const char *type = json_text(json_get(message, "type"));
	enum err err = ERR_NONE;

	if (!type || strcmp(type, "subscribe") != 0)
		return reason_set(why, ERR_INVALID, "type must be subscribe");
	if (nodes)
		err = read_nodes(nodes, out, why);
	if (err == ERR_NONE && logs)
		err = read_logs(logs, out, why);
	if (err == ERR_NONE)
		err = json_optional_integer(message, "", "log_seq", 0, SEQ_MAX, &out->log_seq, why);
	out->has_log_seq = json_is_number(json_get(message, "log_seq"));
	return err;
}

enum err subscription_read(const char *text, size_t len, struct subscription_request *out, struct reason *why)
{
	struct json *message = NULL;
	enum err err = json_parse(text, len, &message, why);

	if (err != ERR_NONE)
		return err;
	*out = (struct subscription_request){0};
	err = read_request(message, out, why);
	json_free(message);
	return err;
}
