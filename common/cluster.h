/*
 * The cluster as a whole, from its nodes' stored states: the `metrics` and `stats` objects of the contract
 * (docs/API.md, docs/PROTOCOL.md). The API writes them into its answers and the relay into its messages,
 * so the code is here.
 */
#ifndef COMMON_CLUSTER_H
#define COMMON_CLUSTER_H

#include "common/buf.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A node as the caller holds it; nothing is owned here. A state that node.h cannot read is left out of the
 * sums.
 */
struct cluster_node {
	const char *id;
	const char *state; /* as node.h describes it */
	size_t state_len;
};

/* What is not in the nodes' states. */
struct cluster_totals {
	int64_t started_at_ms;	 /* when the coordinator's API started */
	int64_t total_updates;	 /* reports taken since ever */
	int64_t last_cleanup_ms; /* 0: never, written as null */
};

/*
 * Appends {"uptime_seconds":…,"active_workers":…,"total_updates":…,"total_services":…,"active_services":…,
 * "last_cleanup":…}. A worker is active while it is online at `now_ms`; a service is active while it runs.
 */
void cluster_write_stats(struct buf *out, const struct cluster_node *nodes, size_t count,
			 const struct cluster_totals *totals, int64_t now_ms);

/*
 * Appends {"timestamp":…,"coordinator":{…},"workers":{id:{…}},"stats":{…}}, each node with its status as
 * of `now_ms`. The coordinator's node also carries `cluster_state`: the numbers of workers and the ids of
 * all nodes. A coordinator whose reporter has sent nothing yet is offline, with null metrics and no
 * services.
 */
void cluster_write_metrics(struct buf *out, const struct cluster_node *nodes, size_t count,
			   const struct cluster_totals *totals, int64_t now_ms);

#endif
