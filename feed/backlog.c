/*
 * Reads old log entries without letting anyone make Redis work without bound.
 *
 * The problem: a browser that comes back after a night asks for all lines since then. Redis answers one such
 * question with a node's whole log, up to 4 MiB, which it holds in its output buffer until we have read it;
 * and the browser may ask again at once, with another filter, as often as it likes. A thousand browsers that
 * come back together must not cost gigabytes.
 *
 * The idea: a backlog has at most one question open, so it costs one node's log at a time and what has been
 * kept of the others (log_ring.h bounds that); and a semaphore lets only BACKLOGS_AT_ONCE of them read. Redis
 * cannot be told that an answer is not wanted any more. So a backlog whose wish was withdrawn keeps its
 * permit until that answer is here, and only then begins with a newer wish, or ends. The obvious way, to ask
 * anew and to ignore the older answer, would leave as many answers under way as wishes were withdrawn.
 *
 * What must stay true: a permit is held exactly while the state is one of those after BACKLOG_WAITING, and
 * `done` is called for the newest wish only.
 */
#include "feed/backlog.h"

#include "common/entry.h"
#include "common/keys.h"
#include "common/limits.h"
#include "common/mem.h"
#include "feed/redis_link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A log that has less room left than an entry may need has perhaps lost one for it. */
#define FULL_BYTES (LIMIT_LOG_BYTES_A_NODE - LIMIT_MESSAGE - 16 * LIMIT_NAME)

enum backlog_state {
	BACKLOG_IDLE,
	BACKLOG_WAITING, /* for a permit */
	BACKLOG_READING,
	BACKLOG_CANCELLED, /* an answer is under way that nobody wants any more */
	BACKLOG_REPLACED,  /* the same, and something else is wanted after it */
	BACKLOG_LEFT,	   /* the same, and then the backlog is freed */
	BACKLOG_STATES
};

struct backlog {
	enum backlog_state state;
	struct backlogs *all;
	backlog_done *done;
	void *context;
	struct permit permit;

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
	static const bool MOVES[BACKLOG_STATES][BACKLOG_STATES] = {
		[BACKLOG_IDLE] = {[BACKLOG_WAITING] = true},
		[BACKLOG_WAITING] = {[BACKLOG_READING] = true, [BACKLOG_IDLE] = true},
		[BACKLOG_READING] =
			{[BACKLOG_IDLE] = true, [BACKLOG_CANCELLED] = true, [BACKLOG_REPLACED] = true},
		[BACKLOG_CANCELLED] =
			{[BACKLOG_IDLE] = true, [BACKLOG_REPLACED] = true, [BACKLOG_LEFT] = true},
		[BACKLOG_REPLACED] = {[BACKLOG_IDLE] = true, [BACKLOG_CANCELLED] = true},
		[BACKLOG_LEFT] = {[BACKLOG_IDLE] = true}};

	assert(MOVES[backlog->state][state]);
	backlog->state = state;
}

/* Gives the permit back, and drops what had been read. */
static void stop(struct backlog *backlog)
{
	log_ring_free(&backlog->entries);
	free(backlog->nodes);
	backlog->nodes = NULL;
	backlog->nodes_count = backlog->next_node = 0;
	set_state(backlog, BACKLOG_IDLE);
	semaphore_release(&backlog->all->semaphore, &backlog->permit);
}

static void wait_for_permit(struct backlog *backlog)
{
	set_state(backlog, BACKLOG_WAITING);
	semaphore_acquire(&backlog->all->semaphore, &backlog->permit);
}

static void finish(struct backlog *backlog, bool good)
{
	struct log_ring entries = backlog->entries;

	backlog->entries = (struct log_ring){0};
	stop(backlog);
	backlog->done(backlog->context, good ? &entries : NULL);
	log_ring_free(&entries);
}

/* --- answers ------------------------------------------------------------------------------------------ */

/* What an answer begins with: false if nobody wants it, after what was wanted instead has been seen to. */
static bool is_still_wanted(struct backlog *backlog)
{
	enum backlog_state state = backlog->state;

	if (state == BACKLOG_READING)
		return true;
	stop(backlog);
	if (state == BACKLOG_REPLACED)
		wait_for_permit(backlog);
	else if (state == BACKLOG_LEFT)
		free(backlog);
	return false;
}

/* A node's newest entries, the newest first. */
static void on_entries(void *context, const struct reply *reply)
{
	struct backlog *backlog = context;
	size_t count = reply_count(reply), len = 0, bytes = 0;
	const char *text = NULL;
	int64_t complete_from = 0;

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
	/* There may have been more than a list holds that was read to its last element, or that is full. */
	if (text && (count == backlog->each || bytes > FULL_BYTES))
		complete_from = entry_seq(text, len);
	/* Nodes behind the last one that is read have logged nothing after its newest entry. */
	text = backlog->next_node == BACKLOG_NODES ? reply_text(reply_at(reply, 0), &len) : NULL;
	if (text && entry_seq(text, len) > complete_from)
		complete_from = entry_seq(text, len);
	if (complete_from > backlog->entries.complete_from)
		backlog->entries.complete_from = complete_from;
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
	redis_link_ask(backlog->all->link, REDIS_WORDS("LRANGE", key.text, "0", last_index), on_entries,
		       backlog);
}

/* The nodes, whoever logged last first. */
static void on_nodes(void *context, const struct reply *reply)
{
	struct backlog *backlog = context;

	if (!is_still_wanted(backlog))
		return;
	if (!reply) {
		finish(backlog, false);
		return;
	}
	for (size_t i = 0; i < reply_count(reply) && backlog->nodes_count < BACKLOG_NODES; i++) {
		const char *node = reply_text(reply_at(reply, i), NULL);

		if (id_is_node(node))
			memcpy(backlog->nodes[backlog->nodes_count++], node, strlen(node) + 1);
	}
	read_next(backlog);
}

/* --- wishes ------------------------------------------------------------------------------------------- */

static void on_permit(void *context)
{
	struct backlog *backlog = context;
	const char *nodes = KEY_LOG_NODES;
	char last_index[16];

	set_state(backlog, BACKLOG_READING);
	backlog->nodes = mem_alloc(BACKLOG_NODES, sizeof(*backlog->nodes));
	if (*backlog->node) {
		memcpy(backlog->nodes[backlog->nodes_count++], backlog->node, sizeof(backlog->node));
		read_next(backlog);
		return;
	}
	snprintf(last_index, sizeof(last_index), "%d", BACKLOG_NODES - 1);
	redis_link_ask(backlog->all->link, REDIS_WORDS("ZREVRANGE", nodes, "0", last_index), on_nodes,
		       backlog);
}

void backlog_read(struct backlog *backlog, const char *node, size_t each)
{
	snprintf(backlog->node, sizeof(backlog->node), "%s", node ? node : "");
	backlog->each = each;
	if (backlog->state == BACKLOG_IDLE)
		wait_for_permit(backlog);
	else if (backlog->state == BACKLOG_READING || backlog->state == BACKLOG_CANCELLED)
		set_state(backlog, BACKLOG_REPLACED);
}

void backlog_cancel(struct backlog *backlog)
{
	if (!backlog)
		return;
	if (backlog->state == BACKLOG_WAITING)
		stop(backlog);
	else if (backlog->state == BACKLOG_READING || backlog->state == BACKLOG_REPLACED)
		set_state(backlog, BACKLOG_CANCELLED);
}

/* --- the whole ---------------------------------------------------------------------------------------- */

void backlogs_init(struct backlogs *backlogs, struct redis_link *link)
{
	backlogs->link = link;
	semaphore_init(&backlogs->semaphore, BACKLOGS_AT_ONCE);
}

struct backlog *backlog_new(struct backlogs *backlogs, backlog_done *done, void *context)
{
	struct backlog *backlog = mem_alloc(1, sizeof(*backlog));

	backlog->all = backlogs;
	backlog->done = done;
	backlog->context = context;
	backlog->permit = (struct permit){.acquired = on_permit, .context = backlog};
	return backlog;
}

void backlog_free(struct backlog *backlog)
{
	backlog_cancel(backlog);
	if (backlog && backlog->state == BACKLOG_IDLE)
		free(backlog);
	else if (backlog)
		set_state(backlog, BACKLOG_LEFT);
}
