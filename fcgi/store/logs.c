/*
 * The log in Redis: batches in, sources, counts, clearing. Searching it is in logs_find.c.
 *
 * A batch is stored by one Lua script (scripts.c), because its steps must not mix with those of another
 * batch. The script gives each entry the next number of one counter, so `seq` orders the entries of all
 * nodes, and publishes the batch before the next one begins, so relays hear the entries in the order of seq
 * and can tell a gap from silence. An entry is therefore sent without its closing brace; the script adds the
 * seq and closes it.
 *
 * A reporter that got no answer sends its batch again under the same id. Redis keeps the id of the batch that
 * a node sent last, and a batch with that id adds nothing. One id is enough: a reporter sends a batch only
 * after it has an answer for the one before.
 *
 * A node keeps a bounded number of entries and a bounded number of bytes; the script drops the oldest ones.
 * The bytes are kept in a counter beside the list, so that trimming and searching need not read the list to
 * know its size. The counter may be missing but never too small: what deletes the list deletes the counter
 * too.
 */
#include "fcgi/store/logs.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/keys.h"
#include "common/limits.h"
#include "common/mem.h"
#include "fcgi/store/redis.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void log_batch_add(struct log_batch *batch, const struct entry *entry, const char *node)
{
	const char *logger = buf_string(&batch->loggers);

	entry_write(&batch->text, entry, node, true);
	buf_char(&batch->text, '\0');
	batch->count++;
	if (!entry->logger_name || !*entry->logger_name)
		return;
	for (size_t i = 0; i < batch->loggers_count; i++, logger += strlen(logger) + 1)
		if (strcmp(logger, entry->logger_name) == 0)
			return;
	buf_append(&batch->loggers, entry->logger_name, strlen(entry->logger_name) + 1);
	batch->loggers_count++;
}

void log_batch_free(struct log_batch *batch)
{
	buf_free(&batch->text);
	buf_free(&batch->loggers);
	batch->count = batch->loggers_count = 0;
}

enum err logs_add(struct store *store, const char *node, const char *id, const struct log_batch *batch,
		  int64_t *added, int64_t *total)
{
	struct key batch_key = key_of_node(NODE_BATCH, node), logs_key = key_of_node(NODE_LOGS, node);
	struct key bytes_key = key_of_node(NODE_LOG_BYTES, node);
	char kept[16], kept_bytes[16], kept_s[16], now_ms[24], loggers_count[16];
	/* clang-format off */
	const char *fixed[] = {
		"6", batch_key.text, logs_key.text, KEY_LOG_SEQ, KEY_LOG_NODES, KEY_LOG_LOGGERS,
		bytes_key.text, node, id, kept, kept_s, CHANNEL_LOGS, now_ms, kept_bytes, loggers_count,
	};
	/* clang-format on */
	size_t argc = sizeof(fixed) / sizeof(*fixed);
	const char **argv = mem_alloc(argc + batch->loggers_count + batch->count, sizeof(*argv)), *text;
	struct replies replies;
	enum err err;

	(void)snprintf(kept, sizeof(kept), "%d", LIMIT_LOG_ENTRIES_A_NODE);
	(void)snprintf(kept_bytes, sizeof(kept_bytes), "%d", LIMIT_LOG_BYTES_A_NODE);
	(void)snprintf(kept_s, sizeof(kept_s), "%d", LIMIT_LOGS_KEPT_S);
	(void)snprintf(now_ms, sizeof(now_ms), "%" PRId64, clock_now_ms());
	(void)snprintf(loggers_count, sizeof(loggers_count), "%zu", batch->loggers_count);
	memcpy(argv, fixed, sizeof(fixed));
	/* In the batch the strings stand one after the other. */
	text = buf_string(&batch->loggers);
	for (size_t i = 0; i < batch->loggers_count; i++, text += strlen(text) + 1)
		argv[argc++] = text;
	text = buf_string(&batch->text);
	for (size_t i = 0; i < batch->count; i++, text += strlen(text) + 1)
		argv[argc++] = text;
	err = redis_script(store, SCRIPT_ADD_LOGS, argc, argv, &replies);
	free(argv);
	if (err != ERR_NONE)
		return err;
	*added = reply_number(replies.item[0]->element[0]);
	*total = reply_number(replies.item[0]->element[1]);
	replies_free(&replies);
	return ERR_NONE;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp((*(redisReply *const *)a)->str, (*(redisReply *const *)b)->str);
}

static void write_sorted(redisReply *list, struct buf *out)
{
	struct json_out json = {.buf = out};

	if (list->elements)
		qsort(list->element, list->elements, sizeof(redisReply *), compare_texts);
	json_open(&json, '[');
	for (size_t i = 0; i < list->elements; i++)
		json_put_text_len(&json, NULL, list->element[i]->str, list->element[i]->len);
	json_close(&json, ']');
}

enum err logs_sources(struct store *store, struct buf *nodes, struct buf *loggers)
{
	long long oldest_ms = (long long)(clock_now_ms() - (int64_t)LIMIT_LOGS_KEPT_S * 1000);
	struct replies replies;
	enum err err;

	redis_add(store, "ZRANGEBYSCORE %s %lld +inf", KEY_LOG_NODES, oldest_ms);
	redis_add(store, "ZRANGEBYSCORE %s %lld +inf", KEY_LOG_LOGGERS, oldest_ms);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	write_sorted(replies.item[0], nodes);
	write_sorted(replies.item[1], loggers);
	replies_free(&replies);
	return ERR_NONE;
}

enum err logs_count(struct store *store, struct buf *out, int64_t *total, int64_t *last_seq)
{
	struct redis_batch batch = {.commands = 1};
	struct json_out json = {.buf = out};
	size_t start = out->len;
	int64_t entries = 0;
	struct node_ids ids;
	struct replies replies;
	enum err err = node_ids_load(store, KEY_LOG_NODES, &ids);

	if (err != ERR_NONE)
		return err;
	batch.total = ids.count;
	json_open(&json, '{');
	while (redis_batch_next(&batch)) {
		for (size_t i = batch.first; i < batch.end; i++)
			redis_add(store, "LLEN %s", key_of_node(NODE_LOGS, ids.list[i]).text);
		err = redis_run(store, &replies);
		if (err != ERR_NONE)
			goto out;
		for (size_t i = batch.first; i < batch.end; i++) {
			int64_t length = reply_number(replies.item[i - batch.first]);

			json_put_integer(&json, ids.list[i], length);
			entries += length;
		}
		replies_free(&replies);
	}
	json_close(&json, '}');
	redis_add(store, "GET %s", KEY_LOG_SEQ);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		goto out;
	*total = entries;
	*last_seq = ids.count ? reply_number(replies.item[0]) : 0;
	replies_free(&replies);
out:
	if (err != ERR_NONE)
		buf_truncate(out, start);
	free(ids.list);
	return err;
}

/* Forgets the entries of these nodes. *known: one of them had entries, has logged, or reports. */
static enum err clear_nodes(struct store *store, const struct node_ids *ids, int64_t *entries, bool *known)
{
	struct redis_batch batch = {.total = ids->count, .commands = 4};
	struct replies replies;

	*entries = 0;
	*known = false;
	while (redis_batch_next(&batch)) {
		enum err err;

		for (size_t i = batch.first; i < batch.end; i++) {
			const char *node = ids->list[i];
			struct key key = key_of_node(NODE_LOGS, node);

			redis_add(store, "LLEN %s", key.text);
			redis_add(store, "DEL %s %s", key.text, key_of_node(NODE_LOG_BYTES, node).text);
			redis_add(store, "ZREM %s %s", KEY_LOG_NODES, node);
			redis_add(store, "ZSCORE %s %s", KEY_NODES, node);
		}
		err = redis_run(store, &replies);
		if (err != ERR_NONE)
			return err;
		for (size_t i = 0; i < replies.count; i += batch.commands) {
			*entries += reply_number(replies.item[i]);
			*known |= reply_number(replies.item[i]) || reply_number(replies.item[i + 2]) ||
				  reply_is_text(replies.item[i + 3]);
		}
		replies_free(&replies);
	}
	return ERR_NONE;
}

enum err logs_clear(struct store *store, const char *node, int64_t *cleared)
{
	struct node_ids ids;
	int64_t entries;
	bool known;
	enum err err = node_ids_pick(store, KEY_LOG_NODES, node, &ids);

	if (err != ERR_NONE)
		return err;
	err = clear_nodes(store, &ids, &entries, &known);
	free(ids.list);
	if (err != ERR_NONE)
		return err;
	/* Of all nodes, some may be unknown by now because somebody else clears them at the same time. */
	if (node && !known)
		return ERR_UNKNOWN_NODE;
	if (!node)
		redis_add(store, "DEL %s", KEY_LOG_LOGGERS);
	redis_add(store, "PUBLISH %s %s", CHANNEL_LOGS, node ? node : "*");
	err = redis_run_only(store);
	if (err != ERR_NONE)
		return err;
	*cleared = entries;
	return ERR_NONE;
}
