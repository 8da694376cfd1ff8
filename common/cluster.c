/*
 * Sums over the cluster, and its `metrics` object. What the sums need stands in the heads of the stored
 * states (node.h), and the states themselves are spliced in as they are, so nothing is parsed however many
 * nodes there are.
 *
 * The specification wants a worker that was silent for ten minutes to be gone from `workers` and from the
 * numbers. But a dead machine that vanishes from the page is the one that most needs to be seen, so such a
 * worker is shown in `missing` instead.
 */
#include "common/cluster.h"

#include "common/id.h"
#include "common/json.h"
#include "common/node.h"

#include <string.h>

/* What is counted over all nodes in one walk; `coordinator` is NULL while it has no state. */
struct sums {
	size_t workers, workers_online;
	int64_t services, services_running, services_unknown;
	const struct cluster_node *coordinator;
};

static bool is_coordinator(const struct cluster_node *node)
{
	return strcmp(node->id, ID_COORDINATOR) == 0;
}

bool cluster_node_is_missing(const struct cluster_node *node, int64_t now_ms)
{
	return !node->is_unreadable && node_is_missing(&node->head, &node->presence, now_ms) &&
	       !is_coordinator(node);
}

static struct sums sum_up(const struct cluster *cluster)
{
	struct sums sums = {0};

	for (size_t i = 0; i < cluster->count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];
		bool is_online;

		if (node->is_unreadable || cluster_node_is_missing(node, cluster->now_ms))
			continue;
		is_online = node_status_at(&node->head, &node->presence, cluster->now_ms) == NODE_ONLINE;
		sums.services += node->head.services_total;
		if (is_online)
			sums.services_running += node->head.services_running;
		else
			sums.services_unknown += node->head.services_total;
		if (is_coordinator(node)) {
			sums.coordinator = node;
		} else {
			sums.workers++;
			sums.workers_online += is_online;
		}
	}
	return sums;
}

static void write_stats(struct buf *out, const struct sums *sums, const struct cluster *cluster)
{
	const struct cluster_totals *totals = cluster->totals;
	struct json_out json = {.buf = out};
	int64_t uptime_ms = totals->started_at_ms ? cluster->now_ms - totals->started_at_ms : 0;

	json_open(&json, '{');
	json_put_integer(&json, "uptime_seconds", uptime_ms > 0 ? uptime_ms / 1000 : 0);
	json_put_integer(&json, "active_workers", (int64_t)sums->workers_online);
	json_put_integer(&json, "total_updates", totals->total_updates);
	json_put_integer(&json, "total_services", sums->services);
	json_put_integer(&json, "active_services", sums->services_running);
	json_put_integer(&json, "unknown_services", sums->services_unknown);
	if (totals->last_cleanup_ms)
		json_put_time(&json, "last_cleanup", totals->last_cleanup_ms);
	else
		json_put_null(&json, "last_cleanup");
	json_close(&json, '}');
}

void cluster_write_stats(struct buf *out, const struct cluster *cluster)
{
	struct sums sums = sum_up(cluster);

	write_stats(out, &sums, cluster);
}

/* The coordinator's node, and in it `cluster_state`, which is known only to whoever sees all nodes. */
static void write_coordinator(struct buf *out, const struct cluster *cluster, const struct sums *sums)
{
	struct buf cluster_state = {0};
	struct json_out json = {.buf = &cluster_state};

	json_open_member(&json, "cluster_state", '{');
	json_put_integer(&json, "total_workers", (int64_t)sums->workers);
	json_put_integer(&json, "connected_workers", (int64_t)sums->workers_online);
	json_put_integer(&json, "total_nodes", (int64_t)sums->workers + 1);
	json_open_member(&json, "nodes", '[');
	json_put_text(&json, NULL, ID_COORDINATOR);
	for (size_t i = 0; i < cluster->count; i++)
		if (&cluster->nodes[i] != sums->coordinator &&
		    !cluster_node_is_missing(&cluster->nodes[i], cluster->now_ms))
			json_put_text(&json, NULL, cluster->nodes[i].id);
	json_close(&json, ']');
	json_close(&json, '}');
	if (sums->coordinator)
		node_write(out, sums->coordinator->state, &sums->coordinator->presence,
			   buf_string(&cluster_state), cluster->now_ms);
	else /* the API runs although the reporter beside it does not, or has not reported yet */
		buf_printf(
			out,
			"{\"status\":\"offline\",\"node_id\":\"%s\",\"timestamp\":null,\"mode\":\"daemon\","
			"\"current_interval\":null,\"metrics\":null,\"services\":{},%s}",
			ID_COORDINATOR, buf_string(&cluster_state));
	buf_free(&cluster_state);
}

void cluster_write_missing(struct buf *out, const struct cluster_node *node, int64_t now_ms)
{
	const struct node_head *head = &node->head;
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_text(&json, "node_id", node->id);
	json_put_time(&json, "last_seen", node_heard_at(head, &node->presence));
	json_put_time(&json, "since", node_missing_since(head, &node->presence));
	json_put_bool(&json, "said_goodbye", head->offline);
	json_put_raw(&json, "summary", "", 0);
	node_write_summary(out, node->summary, head, &node->presence, now_ms);
	json_close(&json, '}');
}

void cluster_write_metrics(struct buf *out, const struct cluster *cluster)
{
	struct json_out json = {.buf = out};
	struct sums sums = sum_up(cluster);

	json_open(&json, '{');
	json_put_time(&json, "timestamp", cluster->now_ms);
	json_put_raw(&json, "coordinator", "", 0);
	write_coordinator(out, cluster, &sums);
	json_open_member(&json, "workers", '{');
	for (size_t i = 0; i < cluster->count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (node == sums.coordinator || cluster_node_is_missing(node, cluster->now_ms))
			continue;
		json_put_raw(&json, node->id, "", 0);
		node_write(out, node->state, &node->presence, NULL, cluster->now_ms);
	}
	json_close(&json, '}');
	if (!cluster->hides_missing) {
		json_open_member(&json, "missing", '{');
		for (size_t i = 0; i < cluster->count; i++) {
			if (!cluster_node_is_missing(&cluster->nodes[i], cluster->now_ms))
				continue;
			json_put_raw(&json, cluster->nodes[i].id, "", 0);
			cluster_write_missing(out, &cluster->nodes[i], cluster->now_ms);
		}
		json_close(&json, '}');
	}
	json_put_raw(&json, "stats", "", 0);
	write_stats(out, &sums, cluster);
	json_close(&json, '}');
}
