/* Writing the log: batches in, sources, counts, clearing. Searching it is in logs_find.c. */
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

static bool has_logger(const struct log_batch *batch, const char *name)
{
	const char *at = buf_string(&batch->loggers);

	for (size_t i = 0; i < batch->loggers_count; i++, at += strlen(at) + 1)
		if (strcmp(at, name) == 0)
			return true;
	return false;
}

void log_batch_add(struct log_batch *batch, const struct entry *entry, const char *node)
{
	entry_write(&batch->text, entry, node, true);
	buf_char(&batch->text, '\0');
	batch->count++;
	if (!entry->logger_name || !*entry->logger_name || has_logger(batch, entry->logger_name))
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

/* Strings that stand one after the other become arguments. Returns how many there are now. */
static size_t add_arguments(const char **argv, size_t argc, const char *strings, size_t count)
{
	for (size_t i = 0; i < count; i++, strings += strlen(strings) + 1)
		argv[argc++] = strings;
	return argc;
}

enum err logs_add(struct store *store, const char *node, const char *id, const struct log_batch *batch,
		  int64_t *added, int64_t *total)
{
	struct key batch_key = key_of_node(NODE_BATCH, node), logs_key = key_of_node(NODE_LOGS, node);
	struct key bytes_key = key_of_node(NODE_LOG_BYTES, node);
	char kept[16], kept_bytes[16], kept_s[16], now_ms[24], loggers_count[16];
	const char *fixed[] = {"6",
			       batch_key.text,
			       logs_key.text,
			       KEY_LOG_SEQ,
			       KEY_LOG_NODES,
			       KEY_LOG_LOGGERS,
			       bytes_key.text,
			       node,
			       id,
			       kept,
			       kept_s,
			       CHANNEL_LOGS,
			       now_ms,
			       kept_bytes,
			       loggers_count};
	size_t argc = sizeof(fixed) / sizeof(*fixed), all = argc + batch->loggers_count + batch->count;
	const char **argv = mem_alloc(all, sizeof(*argv));
	size_t *lens = mem_alloc(all, sizeof(*lens));
	struct replies replies;
	enum err err;

	(void)snprintf(kept, sizeof(kept), "%d", LIMIT_LOG_ENTRIES_A_NODE);
	(void)snprintf(kept_bytes, sizeof(kept_bytes), "%d", LIMIT_LOG_BYTES_A_NODE);
	(void)snprintf(kept_s, sizeof(kept_s), "%d", LIMIT_LOGS_KEPT_S);
	(void)snprintf(now_ms, sizeof(now_ms), "%" PRId64, clock_now_ms());
	(void)snprintf(loggers_count, sizeof(loggers_count), "%zu", batch->loggers_count);
	memcpy(argv, fixed, sizeof(fixed));
	argc = add_arguments(argv, argc, buf_string(&batch->loggers), batch->loggers_count);
	argc = add_arguments(argv, argc, buf_string(&batch->text), batch->count);
	for (size_t i = 0; i < argc; i++)
		lens[i] = strlen(argv[i]);
	err = redis_script(store, SCRIPT_ADD_LOGS, argc, argv, lens, &replies);
	free(argv);
	free(lens);
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

/* The nodes that may have entries; foreign names are left out by whoever uses them. */
static enum err load_nodes(struct store *store, struct replies *out)
{
	redis_add(store, "ZRANGE %s 0 -1", KEY_LOG_NODES);
	return redis_run(store, out);
}

enum err logs_count(struct store *store, struct buf *out, int64_t *total, int64_t *last_seq)
{
	struct json_out json = {.buf = out};
	struct replies nodes, counts;
	enum err err = load_nodes(store, &nodes);

	if (err != ERR_NONE)
		return err;
	*total = *last_seq = 0;
	json_open(&json, '{');
	for (size_t i = 0; i < nodes.item[0]->elements && err == ERR_NONE; i++) {
		const char *node = nodes.item[0]->element[i]->str;

		if (!id_is_node(node))
			continue;
		redis_add(store, "LLEN %s", key_of_node(NODE_LOGS, node).text);
		redis_add(store, "GET %s", KEY_LOG_SEQ);
		err = redis_run(store, &counts);
		if (err != ERR_NONE)
			break;
		json_put_integer(&json, node, reply_number(counts.item[0]));
		*total += reply_number(counts.item[0]);
		*last_seq = reply_number(counts.item[1]);
		replies_free(&counts);
	}
	json_close(&json, '}');
	replies_free(&nodes);
	return err;
}

/* ERR_UNKNOWN_NODE: it neither reports nor has ever logged. */
static enum err clear_one(struct store *store, const char *node, int64_t *cleared)
{
	struct key key = key_of_node(NODE_LOGS, node);
	struct replies replies;
	enum err err;

	redis_add(store, "LLEN %s", key.text);
	redis_add(store, "DEL %s %s", key.text, key_of_node(NODE_LOG_BYTES, node).text);
	redis_add(store, "ZREM %s %s", KEY_LOG_NODES, node);
	redis_add(store, "ZSCORE %s %s", KEY_NODES, node);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	*cleared += reply_number(replies.item[0]);
	if (!reply_number(replies.item[0]) && !reply_number(replies.item[2]) &&
	    !reply_is_text(replies.item[3]))
		err = ERR_UNKNOWN_NODE;
	replies_free(&replies);
	return err;
}

static enum err clear_all(struct store *store, int64_t *cleared)
{
	struct replies nodes;
	enum err err = load_nodes(store, &nodes);

	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < nodes.item[0]->elements && err == ERR_NONE; i++) {
		if (id_is_node(nodes.item[0]->element[i]->str))
			err = clear_one(store, nodes.item[0]->element[i]->str, cleared);
		if (err == ERR_UNKNOWN_NODE) /* somebody else cleared it meanwhile */
			err = ERR_NONE;
	}
	replies_free(&nodes);
	if (err != ERR_NONE)
		return err;
	redis_add(store, "DEL %s", KEY_LOG_LOGGERS);
	return redis_run_only(store);
}

enum err logs_clear(struct store *store, const char *node, int64_t *cleared)
{
	enum err err;

	*cleared = 0;
	err = node ? clear_one(store, node, cleared) : clear_all(store, cleared);
	if (err != ERR_NONE)
		return err;
	redis_add(store, "PUBLISH %s %s", CHANNEL_LOGS, node ? node : "*");
	return redis_run_only(store);
}
