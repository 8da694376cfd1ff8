/* One question at a time, so that a large log costs the memory of one node's list and of what is kept. A
 * question that was asked cannot be taken back: its turn lasts until the answer is here, wanted or not. */
#include "relay/backlog.h"

#include "common/entry.h"
#include "common/keys.h"
#include "common/limits.h"
#include "common/mem.h"
#include "relay/semaphore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A log with less room than an entry may need has perhaps lost one for it. */
#define FULL_BYTES (LIMIT_LOG_BYTES_A_NODE - LIMIT_MESSAGE - 16 * LIMIT_NAME)

struct backlogs {
	struct redis_link *redis;
	struct semaphore turns;
};

enum backlog_state {
	BACKLOG_IDLE,
	BACKLOG_WAITING, /* for its turn */
	BACKLOG_READING,
	BACKLOG_CANCELLED, /* an answer is under way that nobody wants any more */
	BACKLOG_REPLACED,  /* the same, and something else is wanted after it */
	BACKLOG_LEFT	   /* the same, and then it is freed */
};

struct backlog {
	enum backlog_state state;
	struct backlogs *all;
	backlog_done *done;
	void *context;
	struct turn turn;

	char node[ID_NODE_SIZE]; /* wanted; "": all */
	size_t each;

	/* BACKLOG_READING: */
	char (*nodes)[ID_NODE_SIZE];
	size_t nodes_count, next_node;
	struct log_ring entries;
};

static void read_next(struct backlog *backlog);

/* The one place where the state changes. */
static void set_state(struct backlog *backlog, enum backlog_state state)
{
	backlog->state = state;
}

/* Its turn is over; what had been read goes. */
static void stop(struct backlog *backlog)
{
	log_ring_free(&backlog->entries);
	free(backlog->nodes);
	backlog->nodes = NULL;
	backlog->nodes_count = backlog->next_node = 0;
	set_state(backlog, BACKLOG_IDLE);
	turn_end(&backlog->all->turns, &backlog->turn);
}

static void wait_for_turn(struct backlog *backlog)
{
	set_state(backlog, BACKLOG_WAITING);
	turn_take(&backlog->all->turns, &backlog->turn);
}

static void finish(struct backlog *backlog, bool good)
{
	struct log_ring entries = backlog->entries;

	backlog->entries = (struct log_ring){0};
	stop(backlog);
	backlog->done(backlog->context, good ? &entries : NULL);
	log_ring_free(&entries);
}

/* Whether the answer that is here is wanted. */
static bool is_still_wanted(struct backlog *backlog)
{
	enum backlog_state state = backlog->state;

	if (state == BACKLOG_READING)
		return true;
	stop(backlog);
	if (state == BACKLOG_REPLACED)
		wait_for_turn(backlog);
	else if (state == BACKLOG_LEFT)
		free(backlog);
	return false;
}

/* --- answers ------------------------------------------------------------------------------------------ */

static void limit_completeness(struct log_ring *entries, int64_t from)
{
	if (entries->complete_from < from)
		entries->complete_from = from;
}

/* There may have been more than a list that was read to its last element, or that is full, holds. */
static void on_entries(void *context, const struct reply *reply)
{
	struct backlog *backlog = context;
	size_t count = reply_count(reply), len, bytes = 0;
	const char *text = NULL;
	bool all_nodes = backlog->nodes_count == BACKLOG_NODES,
	     last = backlog->next_node == backlog->nodes_count;

	if (!is_still_wanted(backlog))
		return;
	if (!reply) {
		finish(backlog, false);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		text = reply_text(reply_at(reply, i), &len);
		if (!text)
			continue;
		bytes += len;
		log_ring_insert(&backlog->entries, backlog->nodes[backlog->next_node - 1], text, len);
	}
	if (text && (count == backlog->each || bytes > FULL_BYTES))
		limit_completeness(&backlog->entries, entry_seq(text, len));
	/* Nodes beyond the last one that is read have logged nothing after it. */
	text = count && all_nodes && last ? reply_text(reply_at(reply, 0), &len) : NULL;
	if (text)
		limit_completeness(&backlog->entries, entry_seq(text, len));
	read_next(backlog);
}

static void read_next(struct backlog *backlog)
{
	char last_index[24];
	struct key key;

	if (backlog->next_node == backlog->nodes_count) {
		finish(backlog, true);
		return;
	}
	key = key_of_node(NODE_LOGS, backlog->nodes[backlog->next_node++]);
	snprintf(last_index, sizeof(last_index), "%zu", backlog->each - 1);
	redis_link_ask(backlog->all->redis, on_entries, backlog, "LRANGE", key.text, "0", last_index, NULL);
}

static void add_node(struct backlog *backlog, const char *node)
{
	if (id_is_node(node) && backlog->nodes_count < BACKLOG_NODES)
		memcpy(backlog->nodes[backlog->nodes_count++], node, strlen(node) + 1);
}

static void on_nodes(void *context, const struct reply *reply)
{
	struct backlog *backlog = context;

	if (!is_still_wanted(backlog))
		return;
	if (!reply) {
		finish(backlog, false);
		return;
	}
	for (size_t i = 0; i < reply_count(reply); i++)
		add_node(backlog, reply_text(reply_at(reply, i), NULL));
	read_next(backlog);
}

/* --- turns -------------------------------------------------------------------------------------------- */

static void on_turn(void *context)
{
	struct backlog *backlog = context;
	char last_node[16];

	set_state(backlog, BACKLOG_READING);
	backlog->nodes = mem_alloc(BACKLOG_NODES, sizeof(*backlog->nodes));
	if (*backlog->node) {
		add_node(backlog, backlog->node);
		read_next(backlog);
	} else {
		snprintf(last_node, sizeof(last_node), "%d", BACKLOG_NODES - 1);
		redis_link_ask(backlog->all->redis, on_nodes, backlog, "ZREVRANGE", KEY_LOG_NODES, "0",
			       last_node, NULL);
	}
}

void backlog_read(struct backlog *backlog, const char *node, size_t each)
{
	snprintf(backlog->node, sizeof(backlog->node), "%s", node ? node : "");
	backlog->each = each;
	if (backlog->state == BACKLOG_IDLE)
		wait_for_turn(backlog);
	else if (backlog->state != BACKLOG_WAITING)
		set_state(backlog, BACKLOG_REPLACED);
}

void backlog_cancel(struct backlog *backlog)
{
	if (!backlog)
		return;
	if (backlog->state == BACKLOG_WAITING)
		stop(backlog);
	else if (backlog->state != BACKLOG_IDLE)
		set_state(backlog, BACKLOG_CANCELLED);
}

bool backlog_is_wanted(const struct backlog *backlog)
{
	return backlog->state == BACKLOG_WAITING || backlog->state == BACKLOG_READING ||
	       backlog->state == BACKLOG_REPLACED;
}

/* --- the whole ---------------------------------------------------------------------------------------- */

struct backlogs *backlogs_new(struct redis_link *redis)
{
	struct backlogs *backlogs = mem_alloc(1, sizeof(*backlogs));

	backlogs->redis = redis;
	semaphore_init(&backlogs->turns, BACKLOGS_AT_ONCE);
	return backlogs;
}

void backlogs_free(struct backlogs *backlogs)
{
	free(backlogs);
}

struct backlog *backlog_new(struct backlogs *backlogs, backlog_done *done, void *context)
{
	struct backlog *backlog = mem_alloc(1, sizeof(*backlog));

	backlog->all = backlogs;
	backlog->done = done;
	backlog->context = context;
	backlog->turn = (struct turn){.begin = on_turn, .context = backlog};
	return backlog;
}

void backlog_free(struct backlog *backlog)
{
	if (!backlog)
		return;
	backlog_cancel(backlog);
	if (backlog->state == BACKLOG_IDLE)
		free(backlog);
	else
		set_state(backlog, BACKLOG_LEFT);
}
