/*
 * What is known of each node, as the ready-made JSON the API stored: it is spliced into frames and never
 * parsed. Times and statuses follow from a state's head (common/node.h).
 */
#ifndef NODE_FEED_NODES_H
#define NODE_FEED_NODES_H

#include "common/buf.h"
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

enum node_change {
	NODE_SETTLED, /* delta clients know it as it is */
	NODE_CHANGED,
	NODE_NEW /* delta clients do not know it */
};

struct node {
	char id[ID_NODE_SIZE];
	struct text state, summary, certificates;
	struct text points; /* at most LIMIT_HISTORY_POINTS_PUSHED, oldest first, separated by commas */
	size_t points_count;
	struct node_head head;
	bool unseen; /* not met yet by the load that is going on */

	enum node_status status; /* as of the last report or node_feed_tick */

	enum node_change change;
	struct text told;	      /* NODE_CHANGED: the summary delta clients know */
	enum node_status told_status; /* the status they know */
};

/* A report as it is stored and published. */
struct report {
	struct span state, summary;
	struct span point;	  /* may be none */
	struct span certificates; /* none: unchanged */
};

struct nodes {
	struct node **list; /* sorted by id */
	size_t count, capacity;
	size_t changed; /* how many are not NODE_SETTLED */
};

void nodes_free(struct nodes *nodes); /* a zeroed struct is empty, and it is empty again afterwards */

struct node *nodes_get(const struct nodes *nodes, const char *id); /* NULL if unknown */

/* Takes a report in; the node is made if it is new. NULL, logged, if the state is not one of ours. */
struct node *nodes_report(struct nodes *nodes, const char *id, const struct report *report);

/* The node's points, oldest first, in place of those known. */
void nodes_set_points(struct node *node, const struct span *points, size_t count);
void nodes_append_point(struct node *node, struct span point);

/* The time at the head of a flat object whose first member is `timestamp`, none if it is another. */
struct span nodes_timestamp(struct span flat);

/* Whether the newest point is as new as this one, or newer. */
bool nodes_has_point(const struct node *node, struct span point);

void nodes_remove(struct nodes *nodes, const char *id);

/* Marks a node whose status is no longer the one delta clients know. */
void nodes_mark(struct nodes *nodes, struct node *node);

/* All nodes in the form common/cluster.h takes; the caller frees it. */
struct cluster_node *nodes_table(const struct nodes *nodes);

#endif
