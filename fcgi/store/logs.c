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
 * know its size. The counter may be missing, never wrong: whoever deletes the list deletes it too.
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

/* Makes strings that stand one after the other into arguments. Returns how many arguments there are now. */
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
	/* clang-format off */
	const char *fixed[] = {
		"6", batch_key.text, logs_key.text, KEY_LOG_SEQ, KEY_LOG_NODES, KEY_LOG_LOGGERS, bytes_key.text,
		node, id, kept, kept_s, CHANNEL_LOGS, now_ms, kept_bytes, loggers_count,
	};
	/* clang-format on */
	size_t argc = sizeof(fixed) / sizeof(*fixed);
	const char **argv = mem_alloc(argc + batch->loggers_count + batch->count, sizeof(*argv));
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

struct counting {
	struct node_ids ids;
	struct json_out json;
	int64_t total;
};

static void ask_length(struct store *store, size_t index, void *user)
{
	const struct counting *counting = user;

	redis_add(store, "LLEN %s", key_of_node(NODE_LOGS, counting->ids.list[index]).text);
}

static void write_length(size_t index, redisReply *const *replies, void *user)
{
	struct counting *counting = user;

	json_put_integer(&counting->json, counting->ids.list[index], reply_number(replies[0]));
	counting->total += reply_number(replies[0]);
}

enum err logs_count(struct store *store, struct buf *out, int64_t *total, int64_t *last_seq)
{
	struct counting counting = {.json = {.buf = out}};
	size_t start = out->len;
	struct replies seq;
	enum err err = node_ids_load(store, KEY_LOG_NODES, &counting.ids);

	if (err != ERR_NONE)
		return err;
	json_open(&counting.json, '{');
	err = redis_run_each(store, &(struct redis_each){.count = counting.ids.count,
							 .commands = 1,
							 .add = ask_length,
							 .take = write_length,
							 .user = &counting});
	json_close(&counting.json, '}');
	if (err != ERR_NONE)
		goto out;
	redis_add(store, "GET %s", KEY_LOG_SEQ);
	err = redis_run(store, &seq);
	if (err != ERR_NONE)
		goto out;
	*total = counting.total;
	*last_seq = counting.ids.count ? reply_number(seq.item[0]) : 0;
	replies_free(&seq);
out:
	if (err != ERR_NONE)
		buf_truncate(out, start);
	free(counting.ids.list);
	return err;
}

struct clearing {
	struct node_ids ids;
	int64_t cleared; /* entries */
	bool known;	 /* one of the nodes had entries, has logged, or reports */
};

static void add_clear(struct store *store, size_t index, void *user)
{
	const struct clearing *clearing = user;
	const char *node = clearing->ids.list[index];
	struct key key = key_of_node(NODE_LOGS, node);

	redis_add(store, "LLEN %s", key.text);
	redis_add(store, "DEL %s %s", key.text, key_of_node(NODE_LOG_BYTES, node).text);
	redis_add(store, "ZREM %s %s", KEY_LOG_NODES, node);
	redis_add(store, "ZSCORE %s %s", KEY_NODES, node);
}

static void count_cleared(size_t index, redisReply *const *replies, void *user)
{
	int64_t entries = reply_number(replies[0]), was_source = reply_number(replies[2]);
	struct clearing *clearing = user;

	(void)index;
	clearing->cleared += entries;
	clearing->known |= entries || was_source || reply_is_text(replies[3]);
}

enum err logs_clear(struct store *store, const char *node, int64_t *cleared)
{
	struct clearing clearing = {.cleared = 0};
	enum err err = node_ids_pick(store, KEY_LOG_NODES, node, &clearing.ids);

	if (err != ERR_NONE)
		return err;
	err = redis_run_each(store, &(struct redis_each){.count = clearing.ids.count,
							 .commands = 4,
							 .add = add_clear,
							 .take = count_cleared,
							 .user = &clearing});
	free(clearing.ids.list);
	if (err != ERR_NONE)
		return err;
	/* Of all nodes, some may be unknown by now because somebody else clears them at the same time. */
	if (node && !clearing.known)
		return ERR_UNKNOWN_NODE;
	if (!node)
		redis_add(store, "DEL %s", KEY_LOG_LOGGERS);
	redis_add(store, "PUBLISH %s %s", CHANNEL_LOGS, node ? node : "*");
	err = redis_run_only(store);
	if (err != ERR_NONE)
		return err;
	*cleared = clearing.cleared;
	return ERR_NONE;
}
