/*
 * The nodes of the cluster with what they reported last, as the ready-made JSON that the API stored. The JSON
 * is spliced into messages and never parsed. Times and statuses follow from a state's head (common/node.h).
 */
#ifndef FEED_NODE_TABLE_H
#define FEED_NODE_TABLE_H

#include "common/cluster.h"
#include "common/id.h"
#include "common/node.h"
#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text of an exact length in its own memory. */
struct text {
	char *data; /* NUL-terminated; NULL if there is none */
	size_t len;
};

/* Replaces a text with a copy of the span, or with none if the span is none. */
void text_set(struct text *text, struct span span);
struct span text_span(const struct text *text);

/* A report as it is stored and published (docs/architecture/redis.md). */
struct node_report {
	struct span state, summary;
	struct span point;	  /* none: it adds nothing to the history */
	struct span certificates; /* none: unchanged */
};

struct known_node {
	char id[ID_NODE_SIZE];
	struct text state, summary, certificates;
	struct text points; /* at most LIMIT_HISTORY_POINTS_PUSHED, oldest first, separated by commas */
	size_t points_count;
	struct node_head head;
	struct node_presence presence;
	enum node_status status; /* this and the next two as they were told last */
	bool is_lost;
	bool is_missing; /* never the coordinator */
	bool unseen;	 /* not met by the load that is going on; known.c's own */
};

struct node_table {
	struct known_node **list; /* sorted by id */
	size_t count, capacity;
};

void node_table_free(
	struct node_table *table); /* a zeroed table is empty, and it is empty again afterwards */

/* NULL if the node is not known. */
struct known_node *node_table_get(const struct node_table *table, const char *id);

/* Takes a report's state, summary and certificates; a node that is new is added, with status NODE_ONLINE.
 * NULL, logged, if the state is not one that the API writes. */
struct known_node *node_table_report(struct node_table *table, const char *id,
				     const struct node_report *report);

/* Takes the node out of the table; the caller frees it with known_node_free. NULL if it is not known. */
struct known_node *node_table_take(struct node_table *table, const char *id);
void known_node_free(struct known_node *node); /* NULL is nothing */

/* The node's points, oldest first, in place of those known; or one more, the newest. */
void known_node_set_points(struct known_node *node, const struct span *points, size_t count);
void known_node_append_point(struct known_node *node, struct span point);

/* Whether the newest known point is as new as this one, or newer. */
bool known_node_has_point(const struct known_node *node, struct span point);

/* The value of `timestamp` in a point or a summary, which stands first there; none if another member does. */
struct span timestamp_of(struct span flat);

/* All nodes in the form that common/cluster.h takes; the caller frees the array. */
struct cluster_node *node_table_for_cluster(const struct node_table *table);

#endif
