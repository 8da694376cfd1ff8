/*
 * Sums over the cluster, and its `metrics` object. What the sums need stands in the heads of the stored
 * states (node.h), and the states themselves are spliced in as they are, so nothing is parsed however many
 * nodes there are.
 */
#include "common/cluster.h"

#include "common/id.h"
#include "common/json.h"
#include "common/node.h"

#include <string.h>

/* What is counted over all nodes in one walk; `coordinator` is NULL while it has no state. */
struct sums {
	size_t workers, workers_online;
	int64_t services, services_running;
	const struct cluster_node *coordinator;
};

static struct sums sum_up(const struct cluster_node *nodes, size_t count, int64_t now_ms)
{
	struct sums sums = {0};

	for (size_t i = 0; i < count; i++) {
		bool is_worker = strcmp(nodes[i].id, ID_COORDINATOR) != 0;
		struct node_head head;

		if (node_head_read(nodes[i].state, nodes[i].state_len, &head) != ERR_NONE)
			continue;
		sums.services += head.services_total;
		sums.services_running += head.services_running;
		if (!is_worker)
			sums.coordinator = &nodes[i];
		else if (++sums.workers && node_status_at(&head, now_ms) == NODE_ONLINE)
			sums.workers_online++;
	}
	return sums;
}

static void write_stats(struct buf *out, const struct sums *sums, const struct cluster_totals *totals,
			int64_t now_ms)
{
	struct json_out json = {.buf = out};
	int64_t uptime_ms = totals->started_at_ms ? now_ms - totals->started_at_ms : 0;

	json_open(&json, '{');
	json_put_integer(&json, "uptime_seconds", uptime_ms > 0 ? uptime_ms / 1000 : 0);
	json_put_integer(&json, "active_workers", (int64_t)sums->workers_online);
	json_put_integer(&json, "total_updates", totals->total_updates);
	json_put_integer(&json, "total_services", sums->services);
	json_put_integer(&json, "active_services", sums->services_running);
	if (totals->last_cleanup_ms)
		json_put_time(&json, "last_cleanup", totals->last_cleanup_ms);
	else
		json_put_null(&json, "last_cleanup");
	json_close(&json, '}');
}

void cluster_write_stats(struct buf *out, const struct cluster_node *nodes, size_t count,
			 const struct cluster_totals *totals, int64_t now_ms)
{
	struct sums sums = sum_up(nodes, count, now_ms);

	write_stats(out, &sums, totals, now_ms);
}

/* The coordinator's node, and in it `cluster_state`, which is known only to whoever sees all nodes. */
static void write_coordinator(struct buf *out, const struct cluster_node *nodes, size_t count,
			      const struct sums *sums, int64_t now_ms)
{
	struct buf cluster_state = {0};
	struct json_out json = {.buf = &cluster_state};

	json_open_member(&json, "cluster_state", '{');
	json_put_integer(&json, "total_workers", (int64_t)sums->workers);
	json_put_integer(&json, "connected_workers", (int64_t)sums->workers_online);
	json_put_integer(&json, "total_nodes", (int64_t)sums->workers + 1);
	json_open_member(&json, "nodes", '[');
	json_put_text(&json, NULL, ID_COORDINATOR);
	for (size_t i = 0; i < count; i++)
		if (&nodes[i] != sums->coordinator)
			json_put_text(&json, NULL, nodes[i].id);
	json_close(&json, ']');
	json_close(&json, '}');
	if (sums->coordinator)
		node_write(out, sums->coordinator->state, sums->coordinator->state_len,
			   buf_string(&cluster_state), now_ms);
	else /* the API runs although the reporter beside it does not, or has not reported yet */
		buf_printf(
			out,
			"{\"status\":\"offline\",\"node_id\":\"%s\",\"timestamp\":null,\"mode\":\"daemon\","
			"\"current_interval\":null,\"metrics\":null,\"services\":{},%s}",
			ID_COORDINATOR, buf_string(&cluster_state));
	buf_free(&cluster_state);
}

void cluster_write_metrics(struct buf *out, const struct cluster_node *nodes, size_t count,
			   const struct cluster_totals *totals, int64_t now_ms)
{
	struct json_out json = {.buf = out};
	struct sums sums = sum_up(nodes, count, now_ms);

	json_open(&json, '{');
	json_put_time(&json, "timestamp", now_ms);
	json_put_raw(&json, "coordinator", "", 0);
	write_coordinator(out, nodes, count, &sums, now_ms);
	json_open_member(&json, "workers", '{');
	for (size_t i = 0; i < count; i++) {
		if (&nodes[i] == sums.coordinator)
			continue;
		json_put_raw(&json, nodes[i].id, "", 0);
		node_write(out, nodes[i].state, nodes[i].state_len, NULL, now_ms);
	}
	json_close(&json, '}');
	json_put_raw(&json, "stats", "", 0);
	write_stats(out, &sums, totals, now_ms);
	json_close(&json, '}');
}
