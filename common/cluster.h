/*
 * The cluster as a whole, from its nodes' stored states: the `metrics` and `stats` objects of the contract,
 * written the same by the API and by the relay.
 */
#ifndef COMMON_CLUSTER_H
#define COMMON_CLUSTER_H

#include "common/buf.h"

#include <stddef.h>
#include <stdint.h>

struct cluster_node {
	const char *id;
	const char *state; /* as node.h describes it */
	size_t state_len;
};

struct cluster_totals {
	int64_t started_at_ms; /* when the coordinator's API started */
	int64_t total_updates;
	int64_t last_cleanup_ms; /* 0: never, written as null */
};

/* Appends
 * {"uptime_seconds":…,"active_workers":…,"total_updates":…,"total_services":…,"active_services":…,"last_cleanup":…}.
 */
void cluster_write_stats(struct buf *out, const struct cluster_node *nodes, size_t count,
			 const struct cluster_totals *totals, int64_t now_ms);

/*
 * Appends {"timestamp":…,"coordinator":{…},"workers":{id:{…}},"stats":{…}}. The coordinator's node carries
 * `cluster_state`; if it has not reported yet it is
 * {"node_id":"coordinator","status":"offline","cluster_state":…} with null metrics and empty services.
 */
void cluster_write_metrics(struct buf *out, const struct cluster_node *nodes, size_t count,
			   const struct cluster_totals *totals, int64_t now_ms);

#endif
