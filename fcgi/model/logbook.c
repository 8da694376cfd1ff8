/* Questions to the log, and entries on their way into it. */
#include "fcgi/model/logbook.h"

#include "common/clock.h"
#include "common/limits.h"
#include "fcgi/store/logs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PATIENCE_MS 2000 /* for a turn to read */
#define LOOK_MS	    10	 /* between looks whether one is free */

/* `text` copied into a filter's field. */
static enum err take_text(const char *name, const char *text, char *out, size_t size, struct reason *why)
{
	if (text && strlen(text) >= size)
		return reason_set(why, ERR_INVALID, "%s is longer than %zu bytes", name, size - 1);
	(void)snprintf(out, size, "%s", text ? text : "");
	return ERR_NONE;
}

static enum err check_node(const char *node, struct reason *why)
{
	if (node && !id_is_node(node))
		return reason_set(why, ERR_INVALID, "node_id is not a node's id");
	return ERR_NONE;
}

static enum err read_since(const char *since, char out[CLOCK_ISO_SIZE], struct reason *why)
{
	int64_t ms;

	if (!since || !*since)
		return ERR_NONE;
	if (clock_parse_iso(since, strlen(since), &ms) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "since is not an ISO 8601 time");
	clock_format_iso(ms, out);
	return ERR_NONE;
}

static enum err read_order(const char *order, bool *oldest_first, struct reason *why)
{
	*oldest_first = order && strcmp(order, "oldest") == 0;
	if (order && *order && !*oldest_first && strcmp(order, "newest") != 0)
		return reason_set(why, ERR_INVALID, "order must be newest or oldest");
	return ERR_NONE;
}

static enum err read_filter(const struct logbook_question *question, struct entry_filter *filter,
			    struct reason *why)
{
	const char *node = question->node_id && *question->node_id ? question->node_id : NULL;
	const char *level = question->level;
	enum err err = check_node(node, why);

	if (err == ERR_NONE)
		err = take_text("node_id", node, filter->node, sizeof(filter->node), why);
	if (err == ERR_NONE)
		err = take_text("logger_name", question->logger_name, filter->logger_name,
				sizeof(filter->logger_name), why);
	if (err == ERR_NONE)
		err = take_text("q", question->q, filter->text, sizeof(filter->text), why);
	if (err == ERR_NONE && level && *level &&
	    level_parse(level, strlen(level), &filter->level) != ERR_NONE)
		err = reason_set(why, ERR_INVALID, "level must be DEBUG, INFO, WARNING, ERROR or CRITICAL");
	return err;
}

/* Most reads take milliseconds: who comes with a few at once waits rather than being refused. */
static enum turn_refusal take_turn(const struct context *context, const char *user, struct turn *out)
{
	const struct timespec look = {.tv_nsec = LOOK_MS * 1000000};
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	enum turn_refusal refusal = turns_try(context->turns, TURN_READ_LOGS, user, &context->reads, out);
	struct turn place;

	if (refusal == TURN_TAKEN || turns_try(context->turns, TURN_WAIT_TO_READ_LOGS, user,
					       &context->waiting_reads, &place) != TURN_TAKEN)
		return refusal;
	while (refusal != TURN_TAKEN && clock_monotonic_ms() < until_ms) {
		(void)nanosleep(&look, NULL);
		refusal = turns_try(context->turns, TURN_READ_LOGS, user, &context->reads, out);
	}
	turns_end(context->turns, &place);
	return refusal;
}

static enum err find_in_turn(struct context *context, const char *user, const struct log_query *query,
			     struct buf *out, size_t *total, struct reason *why)
{
	struct turn turn;
	enum turn_refusal refusal = take_turn(context, user, &turn);
	enum err err;

	if (refusal != TURN_TAKEN)
		return reason_set(why, ERR_TOO_MANY_READS,
				  "the log is being read %" PRId64
				  " times by %s already; try again in a moment",
				  refusal == TURN_NONE_OF_ONE ? context->reads.of_one : context->reads.of_all,
				  refusal == TURN_NONE_OF_ONE ? user : "all users together");
	err = logs_find(context->store, query, out, total);
	turns_end(context->turns, &turn);
	return err;
}

enum err logbook_find(struct context *context, const char *user, const struct logbook_question *question,
		      struct buf *out, struct reason *why)
{
	struct json_out json = {.buf = out};
	struct log_query query = {
		.filter = {.level = LEVEL_DEBUG},
		.after = question->after,
		.before = question->before,
		.limit = (size_t)question->limit,
		.offset = (size_t)question->offset,
	};
	struct buf nodes = {0}, loggers = {0};
	size_t total = 0, start = out->len;
	enum err err = read_filter(question, &query.filter, why);

	if (err == ERR_NONE)
		err = read_since(question->since, query.since, why);
	if (err == ERR_NONE)
		err = read_order(question->order, &query.oldest_first, why);
	json_open(&json, '{');
	json_put_raw(&json, "logs", "", 0); /* what is found may be large: it goes right behind its name */
	if (err == ERR_NONE)
		err = find_in_turn(context, user, &query, out, &total, why);
	if (err == ERR_NONE)
		err = logs_sources(context->store, &nodes, &loggers);
	if (err == ERR_NONE) {
		json_put_integer(&json, "total", (int64_t)total);
		json_put_integer(&json, "limit", question->limit);
		json_put_integer(&json, "offset", question->offset);
		json_put_raw(&json, "nodes", nodes.data, nodes.len);
		json_close(&json, '}');
	} else {
		buf_truncate(out, start);
	}
	buf_free(&nodes);
	buf_free(&loggers);
	return err;
}

enum err logbook_sources(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct buf nodes = {0}, loggers = {0};
	enum err err = logs_sources(store, &nodes, &loggers);

	if (err == ERR_NONE) {
		json_open(&json, '{');
		json_put_raw(&json, "nodes", nodes.data, nodes.len);
		json_put_raw(&json, "loggers", loggers.data, loggers.len);
		json_open_member(&json, "log_levels", '[');
		for (int level = 0; level < LEVEL_COUNT; level++)
			json_put_text(&json, NULL, level_name((enum level)level));
		json_close(&json, ']');
		json_close(&json, '}');
	}
	buf_free(&nodes);
	buf_free(&loggers);
	return err;
}

enum err logbook_clear(struct store *store, const char *node, struct buf *out, struct reason *why)
{
	struct json_out json = {.buf = out};
	int64_t cleared = 0;
	enum err err = check_node(node, why);

	if (err == ERR_NONE)
		err = logs_clear(store, node, &cleared);
	if (err == ERR_UNKNOWN_NODE)
		return reason_set(why, err, "there is no node %.64s, and none of this name has logged", node);
	if (err != ERR_NONE)
		return err;
	json_open(&json, '{');
	json_put_bool(&json, "success", true);
	json_put_integer(&json, "cleared", cleared);
	json_put_text(&json, "node", node ? node : "all");
	json_close(&json, '}');
	return ERR_NONE;
}

enum err logbook_stats(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct buf nodes = {0};
	int64_t total = 0, last_seq = 0;
	enum err err = logs_count(store, &nodes, &total, &last_seq);

	if (err == ERR_NONE) {
		json_open(&json, '{');
		json_put_integer(&json, "total_logs", total);
		json_put_raw(&json, "logs_by_node", nodes.data, nodes.len);
		json_put_integer(&json, "last_seq", last_seq);
		json_put_integer(&json, "max_logs_per_node", LIMIT_LOG_ENTRIES_A_NODE);
		json_close(&json, '}');
	}
	buf_free(&nodes);
	return err;
}

/* Reads all entries; into the batch, if there is one. */
static enum err read_entries(const struct json *logs, const char *node, struct log_batch *batch,
			     struct reason *why)
{
	int64_t now_ms = clock_now_ms();
	struct buf scratch = {0};
	size_t index = 0;
	enum err err = ERR_NONE;

	if (!json_is_array(logs))
		return reason_set(why, ERR_INVALID, "logs must be an array");
	if (json_count(logs) > LIMIT_ENTRIES_A_BATCH)
		return reason_set(why, ERR_INVALID, "logs holds more than %d entries", LIMIT_ENTRIES_A_BATCH);
	for (const struct json *log = json_first(logs); log && err == ERR_NONE; log = json_next(log)) {
		struct entry entry;
		char path[32];

		(void)snprintf(path, sizeof(path), "logs[%zu]", index++);
		err = entry_read(log, path, now_ms, &scratch, &entry, why);
		if (err == ERR_NONE && batch)
			log_batch_add(batch, &entry, node);
	}
	buf_free(&scratch);
	return err;
}

enum err logbook_check(const struct json *logs, struct reason *why)
{
	return read_entries(logs, "", NULL, why);
}

enum err logbook_add(struct store *store, const char *node, const char *batch_id, const struct json *logs,
		     int64_t *added, int64_t *total, struct reason *why)
{
	struct log_batch batch = {.count = 0};
	enum err err = read_entries(logs, node, &batch, why);

	if (err == ERR_NONE)
		err = logs_add(store, node, batch_id, &batch, added, total);
	log_batch_free(&batch);
	return err;
}
