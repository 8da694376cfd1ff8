/*
 * Questions to the log, and entries on their way into it. A question is checked and turned into the store's
 * log_query here; how it is answered from Redis is known in store/logs.h.
 *
 * A search reads up to LIMIT_LOG_BYTES_A_NODE of every node, so it is the most expensive thing that a viewer
 * can ask for. How many run at once is limited, by user and in all (main.c sets the numbers). Most searches
 * take milliseconds, and a page asks for a few at once, so a search that finds no free slot waits a moment
 * instead of being refused. Waiting is limited as well: a waiting search holds its process like a running
 * one.
 */
#include "fcgi/model/logbook.h"

#include "common/clock.h"
#include "common/limits.h"
#include "fcgi/store/logs.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PATIENCE_MS 2000 /* for a slot to search */
#define LOOK_MS	    10	 /* between looks whether one is free */

/* Checks the question, text by text, and translates it. */
static enum err read_question(const struct logbook_question *question, struct log_query *out,
			      struct reason *why)
{
	struct entry_filter *filter = &out->filter;
	const char *node = question->node_id, *level = question->level, *since = question->since;
	const char *order = question->order;
	const struct {
		const char *name, *text;
		char *field;
		size_t size;
	} texts[] = {
		{"node_id", node, filter->node, sizeof(filter->node)},
		{"logger_name", question->logger_name, filter->logger_name, sizeof(filter->logger_name)},
		{"q", question->q, filter->text, sizeof(filter->text)},
	};
	int64_t since_ms;

	if (node && *node && !id_is_node(node))
		return reason_set(why, ERR_INVALID, "node_id is not a node's id");
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *text = texts[i].text ? texts[i].text : "";

		if (strlen(text) >= texts[i].size)
			return reason_set(why, ERR_INVALID, "%s is longer than %zu bytes", texts[i].name,
					  texts[i].size - 1);
		(void)snprintf(texts[i].field, texts[i].size, "%s", text);
	}
	if (level && *level && level_parse(level, strlen(level), &filter->level) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "level must be DEBUG, INFO, WARNING, ERROR or CRITICAL");
	if (since && *since && clock_parse_iso(since, strlen(since), &since_ms) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "since is not an ISO 8601 time");
	/* Any zone and precision may be asked for; entries are compared as text of one form. */
	if (since && *since)
		clock_format_iso(since_ms, out->since);
	out->oldest_first = order && strcmp(order, "oldest") == 0;
	if (order && *order && !out->oldest_first && strcmp(order, "newest") != 0)
		return reason_set(why, ERR_INVALID, "order must be newest or oldest");
	return ERR_NONE;
}

/* A slot to search, now or within PATIENCE_MS. Only so many calls may wait for one; the others are refused at
 * once. */
static enum err take_slot(const struct context *context, const char *user, struct semaphore_slot *out,
			  struct reason *why)
{
	const struct timespec look = {.tv_nsec = LOOK_MS * 1000000};
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	enum semaphore_answer answer =
		semaphore_try(context->semaphores, SEMAPHORE_SEARCH, user, &context->searches, out);
	struct semaphore_slot place;
	bool user_full;

	if (answer != SEMAPHORE_TAKEN &&
	    semaphore_try(context->semaphores, SEMAPHORE_WAIT_TO_SEARCH, user, &context->waiting_searches,
			  &place) == SEMAPHORE_TAKEN) {
		while (answer != SEMAPHORE_TAKEN && clock_monotonic_ms() < until_ms) {
			(void)nanosleep(&look, NULL);
			answer = semaphore_try(context->semaphores, SEMAPHORE_SEARCH, user,
					       &context->searches, out);
		}
		semaphore_release(context->semaphores, &place);
	}
	if (answer == SEMAPHORE_TAKEN)
		return ERR_NONE;
	user_full = answer == SEMAPHORE_USER_FULL;
	return reason_set(why, ERR_TOO_MANY_READS,
			  "the log is being read %" PRId64 " times by %s already; try again in a moment",
			  user_full ? context->searches.per_user : context->searches.in_all,
			  user_full ? user : "all users together");
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
	struct semaphore_slot slot;
	size_t total = 0, start = out->len;
	enum err err = read_question(question, &query, why);

	if (err != ERR_NONE)
		return err;
	err = take_slot(context, user, &slot, why);
	if (err != ERR_NONE)
		return err;
	/* What is found may be megabytes: it goes right behind its name instead of being copied there. */
	json_open(&json, '{');
	json_put_raw(&json, "logs", "", 0);
	err = logs_find(context->store, &query, out, &total);
	semaphore_release(context->semaphores, &slot);
	if (err != ERR_NONE)
		goto out;
	err = logs_sources(context->store, &nodes, &loggers);
	if (err != ERR_NONE)
		goto out;
	json_put_integer(&json, "total", (int64_t)total);
	json_put_integer(&json, "limit", question->limit);
	json_put_integer(&json, "offset", question->offset);
	json_put_raw(&json, "nodes", nodes.data, nodes.len);
	json_close(&json, '}');
out:
	if (err != ERR_NONE)
		buf_truncate(out, start);
	buf_free(&nodes);
	buf_free(&loggers);
	return err;
}

enum err logbook_sources(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct buf nodes = {0}, loggers = {0};
	enum err err = logs_sources(store, &nodes, &loggers);

	if (err != ERR_NONE)
		goto out;
	json_open(&json, '{');
	json_put_raw(&json, "nodes", nodes.data, nodes.len);
	json_put_raw(&json, "loggers", loggers.data, loggers.len);
	json_open_member(&json, "log_levels", '[');
	for (int level = 0; level < LEVEL_COUNT; level++)
		json_put_text(&json, NULL, level_name((enum level)level));
	json_close(&json, ']');
	json_close(&json, '}');
out:
	buf_free(&nodes);
	buf_free(&loggers);
	return err;
}

enum err logbook_stats(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct buf nodes = {0};
	int64_t total = 0, last_seq = 0;
	enum err err = logs_count(store, &nodes, &total, &last_seq);

	if (err != ERR_NONE)
		goto out;
	json_open(&json, '{');
	json_put_integer(&json, "total_logs", total);
	json_put_raw(&json, "logs_by_node", nodes.data, nodes.len);
	json_put_integer(&json, "last_seq", last_seq);
	json_put_integer(&json, "max_logs_per_node", LIMIT_LOG_ENTRIES_A_NODE);
	json_close(&json, '}');
out:
	buf_free(&nodes);
	return err;
}

enum err logbook_clear(struct store *store, const char *node, struct buf *out, struct reason *why)
{
	struct json_out json = {.buf = out};
	int64_t cleared = 0;
	enum err err;

	/* An empty name must not mean all nodes. */
	if (node && !id_is_node(node))
		return reason_set(why, ERR_INVALID, "node_id is not a node's id");
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

/* Checks all entries, and collects them if there is a batch to collect them in. */
static enum err read_entries(const struct json *entries, const char *node, struct log_batch *batch,
			     struct reason *why)
{
	int64_t now_ms = clock_now_ms();
	struct buf scratch = {0};
	size_t index = 0;
	enum err err = ERR_NONE;

	if (!json_is_array(entries))
		return reason_set(why, ERR_INVALID, "logs must be an array");
	if (json_count(entries) > LIMIT_ENTRIES_A_BATCH)
		return reason_set(why, ERR_INVALID, "logs holds more than %d entries", LIMIT_ENTRIES_A_BATCH);
	for (const struct json *value = json_first(entries); value; value = json_next(value)) {
		struct entry entry;
		char path[32];

		(void)snprintf(path, sizeof(path), "logs[%zu]", index++);
		err = entry_read(value, path, now_ms, &scratch, &entry, why);
		if (err != ERR_NONE)
			break;
		if (batch)
			log_batch_add(batch, &entry, node);
	}
	buf_free(&scratch);
	return err;
}

enum err logbook_check(const struct json *entries, struct reason *why)
{
	return read_entries(entries, "", NULL, why);
}

enum err logbook_add(struct store *store, const char *node, const struct logbook_batch *batch,
		     struct logbook_stored *out, struct reason *why)
{
	struct log_batch checked = {.count = 0};
	enum err err = read_entries(batch->entries, node, &checked, why);

	if (err != ERR_NONE)
		goto out;
	err = logs_add(store, node, batch->id, &checked, &out->added, &out->total);
out:
	log_batch_free(&checked);
	return err;
}
