/*
 * What all clients of the delta protocol have been told of a node: as what, and which summary. A delta is the
 * difference between that and what the feed knows.
 */
#ifndef RELAY_TOLD_NODE_H
#define RELAY_TOLD_NODE_H

#include "common/json.h"
#include "feed/node_table.h"
#include "relay/summary.h"

#include <stdbool.h>
#include <sys/queue.h>

enum told_as {
	TOLD_NOT_AT_ALL, /* the clients do not know the node */
	TOLD_AS_WORKER,	 /* or as the coordinator */
	TOLD_AS_MISSING
};

struct told_node {
	const struct known_node *node; /* what the feed knows of it */
	enum told_as as;
	struct shown_summary shown; /* what they were told; its summary is `summary` */
	struct text summary;
	bool changed;		     /* node_feed.c's own: in the list of changes */
	TAILQ_ENTRY(told_node) link; /* of that list */
};

/* Nothing has been told yet; the node of the feed outlives it. */
struct told_node *told_node_new(const struct known_node *node);
void told_node_free(struct told_node *told);

/* Whether what was told is what the feed knows. */
bool told_node_is_current(const struct told_node *told);

/* Puts what changed of a node that is not missing under `key`, or all of it if the clients do not know it as
 * such. After that they know it. */
void told_node_put_change(struct json_out *json, const char *key, struct told_node *told);

/* Puts a node that is missing, as it was told; or, with told_node_put_newly_missing, as it is now, and after
 * that the clients know it. */
void told_node_put_missing(struct json_out *json, const struct told_node *told);
void told_node_put_newly_missing(struct json_out *json, struct told_node *told);

#endif
