/*
 * Keeps the text of the summary that was told, and of the rest what it takes to write it again: the head, the
 * presence and the moment. It does not know to whom it is told, nor when.
 */
#include "relay/told_node.h"

#include "common/clock.h"
#include "common/cluster.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

struct told_node *told_node_new(const struct known_node *node)
{
	struct told_node *told = mem_alloc(1, sizeof(*told));

	told->node = node;
	return told;
}

void told_node_free(struct told_node *told)
{
	free(told->summary.data);
	free(told);
}

bool told_node_is_current(const struct told_node *told)
{
	const struct shown_summary *shown = &told->shown;
	const struct known_node *node = told->node;

	return told->as == (node->is_missing ? TOLD_AS_MISSING : TOLD_AS_WORKER) &&
	       shown->presence.heard_ms == node->presence.heard_ms &&
	       shown->presence.stream_lost_ms == node->presence.stream_lost_ms &&
	       node_status_at(&shown->head, &shown->presence, shown->at_ms) == node->status &&
	       told->summary.len == node->summary.len &&
	       memcmp(told->summary.data, node->summary.data, node->summary.len) == 0;
}

/* Notes what the feed knows of the node as told now. */
static void note(struct told_node *told)
{
	const struct known_node *node = told->node;

	text_set(&told->summary, text_span(&node->summary));
	told->shown = (struct shown_summary){.summary = text_span(&told->summary),
					     .head = node->head,
					     .presence = node->presence,
					     .at_ms = clock_now_ms()};
	told->as = node->is_missing ? TOLD_AS_MISSING : TOLD_AS_WORKER;
}

void told_node_put_change(struct json_out *json, const char *key, struct told_node *told)
{
	struct text summary = told->summary; /* stays while it is compared */
	struct shown_summary before = told->shown;
	enum told_as as = told->as;
	struct buf changes = {0};

	told->summary = (struct text){0};
	note(told);
	if (as != TOLD_AS_WORKER) {
		json_put_raw(json, key, "", 0);
		summary_write(json->buf, &told->shown);
	} else if (summary_write_changes(&changes, &before, &told->shown)) {
		json_put_raw(json, key, changes.data, changes.len);
	}
	buf_free(&changes);
	free(summary.data);
}

void told_node_put_missing(struct json_out *json, const struct told_node *told)
{
	const struct cluster_node node = {.id = told->node->id,
					  .head = told->shown.head,
					  .presence = told->shown.presence,
					  .summary = told->shown.summary};

	json_put_raw(json, node.id, "", 0);
	cluster_write_missing(json->buf, &node, told->shown.at_ms);
}

void told_node_put_newly_missing(struct json_out *json, struct told_node *told)
{
	note(told);
	told_node_put_missing(json, told);
}
