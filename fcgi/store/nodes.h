/* The cluster's nodes: their newest states, one by one and all together, and their removal. */
#ifndef FCGI_STORE_NODES_H
#define FCGI_STORE_NODES_H

#include "common/buf.h"
#include "common/cluster.h"
#include "fcgi/store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* All nodes that have a state, by name, and the cluster's totals. */
struct node_list {
	struct cluster_node *list;
	size_t count;
	struct cluster_totals totals;
	struct node_list_memory *memory; /* what the list points into */
};

/* One round trip while no node comes or goes. The nodes have no summaries. The caller frees with
 * node_list_free. */
enum err nodes_load(struct store *store, struct node_list *out) MUST_CHECK;

/* Reads the summaries of the nodes that are missing at `now_ms`. One round trip if there are any. */
enum err nodes_load_missing(struct store *store, struct node_list *nodes, int64_t now_ms) MUST_CHECK;
void node_list_free(struct node_list *nodes); /* leaves an empty list */

/*
 * Something was heard of the node, at `now_ms`: keeps that and tells the relays. A node that has never
 * reported, or was removed, stays unknown. A report does this by itself (reports.h).
 */
enum err nodes_heard(struct store *store, const char *node, int64_t now_ms) MUST_CHECK;

/* Appends the node's stored state (common/node.h); ERR_UNKNOWN_NODE if it has none. */
enum err nodes_state(struct store *store, const char *node, struct buf *out) MUST_CHECK;

/* Appends all certificates as one JSON array, in the order of the nodes' names; *count is their number. */
enum err nodes_certificates(struct store *store, struct buf *out, size_t *count) MUST_CHECK;

/*
 * Removes the node with everything but its logs and tells the relays, unless it was heard after
 * `silent_since_ms` (INT64_MAX: remove it in any case). *removed says whether it was there and is gone.
 */
enum err nodes_remove(struct store *store, const char *node, int64_t silent_since_ms,
		      bool *removed) MUST_CHECK;

/*
 * Removes every worker (the coordinator stays) that was not heard after `silent_since_ms`. *removed is how
 * many, also where it ends early by an error.
 */
enum err nodes_remove_silent(struct store *store, int64_t silent_since_ms, size_t *removed) MUST_CHECK;

#endif
