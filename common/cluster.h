/*
 * The cluster as a whole, from its nodes' stored states: the `metrics` and `stats` objects of the contract
 * (docs/API.md, docs/PROTOCOL.md). The API writes them into its answers and the relay into its messages,
 * so the code is here.
 */
#ifndef COMMON_CLUSTER_H
#define COMMON_CLUSTER_H

#include "common/buf.h"
#include "common/node.h"
#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A node as the caller holds it; nothing is owned here. */
struct cluster_node {
	const char *id;
	struct span state;     /* as node.h describes it */
	struct node_head head; /* of the state */
	bool is_unreadable;    /* the state has no head: the node is shown as null, and counted nowhere */
	struct node_presence presence;
	struct span summary; /* of a node that may be missing; may be none for the others */
};

/* What is not in the nodes' states. */
struct cluster_totals {
	int64_t started_at_ms;	 /* since when the coordinator serves without an interruption */
	int64_t total_updates;	 /* reports taken since ever */
	int64_t last_cleanup_ms; /* 0: never, written as null */
};

/* The cluster at a moment, as it is written below. */
struct cluster {
	const struct cluster_node *nodes;
	size_t count;
	const struct cluster_totals *totals;
	int64_t now_ms;
	bool hides_missing; /* no `missing`: the default protocol has none */
};

/* Whether the node is a worker that is missing (node.h). The coordinator never is. */
bool cluster_node_is_missing(const struct cluster_node *node, int64_t now_ms);

/*
 * Appends {"uptime_seconds":…,"active_workers":…,"total_updates":…,"total_services":…,"active_services":…,
 * "unknown_services":…,"last_cleanup":…}. A worker is active while it is online; a service is active while
 * it runs on a node that is online, and unknown while its node is not online. Missing workers and their
 * services are not counted.
 */
void cluster_write_stats(struct buf *out, const struct cluster *cluster);

/*
 * Appends {"timestamp":…,"coordinator":{…},"workers":{id:{…}},"missing":{id:{…}},"stats":{…}}. The
 * coordinator's node also carries `cluster_state`: the numbers of workers and the ids of all nodes. A
 * coordinator whose reporter has sent nothing yet is offline, with null metrics and no services. Missing
 * workers stand in `missing` alone.
 */
void cluster_write_metrics(struct buf *out, const struct cluster *cluster);

/*
 * Appends what `missing` holds of a node: {"node_id":…,"last_seen":…,"since":…,"said_goodbye":…,
 * "summary":{…}}. `last_seen` is when it was last heard, `since` from when on it counts as missing.
 */
void cluster_write_missing(struct buf *out, const struct cluster_node *node, int64_t now_ms);

#endif
