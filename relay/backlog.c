/* One question at a time, so that a large log costs the memory of one node's list and of what is kept. */
#include "relay/backlog.h"

#include "common/entry.h"
#include "common/keys.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct backlog {
	struct bus *bus;
	backlog_done *done;
	void *context;
	struct question *question; /* the one under way */

	char (*nodes)[ID_NODE_SIZE];
	size_t nodes_count, next_node;
	char last_index[24]; /* LRANGE's end */
	size_t each;
	struct recent entries;
};

static void read_next(struct backlog *backlog);

static void backlog_free(struct backlog *backlog)
{
	recent_free(&backlog->entries);
	free(backlog->nodes);
	free(backlog);
}

static void finish(struct backlog *backlog, bool good)
{
	backlog->done(backlog->context, good ? &backlog->entries : NULL);
	backlog_free(backlog);
}

static void limit_completeness(struct recent *entries, int64_t from)
{
	if (entries->complete_from < from)
		entries->complete_from = from;
}

/* A list that was read to its last element may have had more. */
static void on_entries(void *context, const struct reply *reply)
{
	struct backlog *backlog = context;
	size_t count = reply_count(reply), len;
	const char *text = NULL;
	bool all_nodes = backlog->nodes_count == BACKLOG_NODES,
	     last = backlog->next_node == backlog->nodes_count;

	backlog->question = NULL;
	if (!reply) {
		finish(backlog, false);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		text = reply_text(reply_at(reply, i), &len);
		if (text)
			recent_insert(&backlog->entries, backlog->nodes[backlog->next_node - 1], text, len);
	}
	if (text && count == backlog->each)
		limit_completeness(&backlog->entries, entry_seq(text, len));
	/* Nodes beyond the last one that is read have logged nothing after it. */
	text = count && all_nodes && last ? reply_text(reply_at(reply, 0), &len) : NULL;
	if (text)
		limit_completeness(&backlog->entries, entry_seq(text, len));
	read_next(backlog);
}

static void read_next(struct backlog *backlog)
{
	struct key key;

	if (backlog->next_node == backlog->nodes_count) {
		finish(backlog, true);
		return;
	}
	key = key_of_node(NODE_LOGS, backlog->nodes[backlog->next_node++]);
	backlog->question = bus_ask(backlog->bus, on_entries, backlog, "LRANGE", key.text, "0",
				    backlog->last_index, NULL);
}

static void add_node(struct backlog *backlog, const char *node)
{
	if (id_is_node(node) && backlog->nodes_count < BACKLOG_NODES)
		memcpy(backlog->nodes[backlog->nodes_count++], node, strlen(node) + 1);
}

static void on_nodes(void *context, const struct reply *reply)
{
	struct backlog *backlog = context;

	backlog->question = NULL;
	if (!reply) {
		finish(backlog, false);
		return;
	}
	for (size_t i = 0; i < reply_count(reply); i++)
		add_node(backlog, reply_text(reply_at(reply, i), NULL));
	read_next(backlog);
}

struct backlog *backlog_read(struct bus *bus, const char *node, size_t each, backlog_done *done,
			     void *context)
{
	struct backlog *backlog = mem_alloc(1, sizeof(*backlog));
	char last_node[16];

	backlog->bus = bus;
	backlog->done = done;
	backlog->context = context;
	backlog->each = each;
	backlog->nodes = mem_alloc(BACKLOG_NODES, sizeof(*backlog->nodes));
	snprintf(backlog->last_index, sizeof(backlog->last_index), "%zu", each - 1);
	snprintf(last_node, sizeof(last_node), "%d", BACKLOG_NODES - 1);
	if (node) {
		add_node(backlog, node);
		read_next(backlog);
	} else {
		backlog->question =
			bus_ask(bus, on_nodes, backlog, "ZREVRANGE", KEY_LOG_NODES, "0", last_node, NULL);
	}
	return backlog;
}

void backlog_cancel(struct backlog *backlog)
{
	if (!backlog)
		return;
	question_cancel(backlog->question);
	backlog_free(backlog);
}
