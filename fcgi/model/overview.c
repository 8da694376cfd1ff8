/*
 * Reading the cluster. Nodes' states, points and certificates are stored as the JSON that is served, so they
 * are spliced into the answer and never parsed: a dashboard of a thousand nodes costs copying and nothing
 * else. What the `metrics` and `stats` objects look like is known in common/cluster.c, since the relay writes
 * them too.
 */
#include "fcgi/model/overview.h"

#include "common/clock.h"
#include "common/id.h"
#include "common/json.h"
#include "common/json_scan.h"
#include "common/limits.h"
#include "fcgi/store/audit.h"
#include "fcgi/store/history.h"
#include "fcgi/store/nodes.h"

#include <string.h>

static struct cluster cluster_of(const struct node_list *nodes, int64_t now_ms)
{
	return (struct cluster){
		.nodes = nodes->list, .count = nodes->count, .totals = &nodes->totals, .now_ms = now_ms};
}

enum err overview_metrics(struct store *store, struct buf *out)
{
	int64_t now_ms = clock_now_ms();
	struct node_list nodes;
	struct cluster cluster;
	enum err err = nodes_load(store, &nodes);

	if (err != ERR_NONE)
		return err;
	err = nodes_load_missing(store, &nodes, now_ms);
	cluster = cluster_of(&nodes, now_ms);
	cluster_write_metrics(out, &cluster);
	node_list_free(&nodes);
	return err;
}

enum err overview_stats(struct store *store, struct buf *out)
{
	struct node_list nodes;
	struct cluster cluster;
	enum err err = nodes_load(store, &nodes);

	if (err != ERR_NONE)
		return err;
	cluster = cluster_of(&nodes, clock_now_ms());
	cluster_write_stats(out, &cluster);
	node_list_free(&nodes);
	return ERR_NONE;
}

/* Shortens the list to the nodes whose histories belong to the cluster's. */
static void leave_out_missing(struct node_list *nodes, int64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < nodes->count; i++)
		if (!cluster_node_is_missing(&nodes->list[i], now_ms))
			nodes->list[kept++] = nodes->list[i];
	nodes->count = kept;
}

enum err overview_full_data(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	int64_t now_ms = clock_now_ms();
	struct node_list nodes;
	struct cluster cluster;
	enum err err = nodes_load(store, &nodes);

	if (err != ERR_NONE)
		return err;
	err = nodes_load_missing(store, &nodes, now_ms);
	if (err != ERR_NONE)
		goto out;
	cluster = cluster_of(&nodes, now_ms);
	json_open(&json, '{');
	json_put_time(&json, "timestamp", now_ms);
	json_put_raw(&json, "metrics", "", 0);
	cluster_write_metrics(out, &cluster);
	json_put_raw(&json, "history", "", 0);
	leave_out_missing(&nodes, now_ms);
	err = history_load_all(store, &nodes, LIMIT_HISTORY_POINTS, out);
	json_close(&json, '}');
out:
	node_list_free(&nodes);
	return err;
}

enum err overview_certificates(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	size_t count = 0;
	enum err err;

	json_open(&json, '{');
	json_put_time(&json, "timestamp", clock_now_ms());
	json_put_raw(&json, "certificates", "", 0);
	err = nodes_certificates(store, out, &count);
	if (err != ERR_NONE)
		return err;
	json_put_integer(&json, "total", (int64_t)count);
	json_close(&json, '}');
	return ERR_NONE;
}

enum err overview_history(struct store *store, const char *node, int limit, struct buf *out,
			  struct reason *why)
{
	struct json_out json = {.buf = out};
	size_t count = 0;
	enum err err = ERR_UNKNOWN_NODE;

	json_open(&json, '{');
	json_put_text(&json, "node_id", node);
	json_put_raw(&json, "history", "", 0);
	if (id_is_node(node))
		err = history_load(store, node, limit, out, &count);
	if (err == ERR_UNKNOWN_NODE)
		return reason_set(why, err, "there is no node %.64s", node);
	if (err != ERR_NONE)
		return err;
	json_put_integer(&json, "count", (int64_t)count);
	json_close(&json, '}');
	return ERR_NONE;
}

/* One of the nodes as a list of its own, which points into the list of all; empty if it is not among them. */
static struct node_list only(const struct node_list *all, const char *node)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->list[i].id, node) == 0)
			return (struct node_list){.list = &all->list[i], .count = 1};
	return (struct node_list){.count = 0};
}

/* Puts a node's services as its state has them; those of a node that is not online say that they are not
 * known to be so now. */
static void put_services(struct json_out *json, const struct cluster_node *node, int64_t now_ms)
{
	struct span services, name, service;
	struct json_scan scan;

	if (!json_scan_find(node->state.data, node->state.len, "services", &services))
		return;
	if (node_status_at(&node->head, &node->presence, now_ms) == NODE_ONLINE) {
		json_put_raw(json, node->id, services.data, services.len);
		return;
	}
	json_open_member(json, node->id, '{');
	scan = json_scan_open(services.data, services.len);
	while (json_scan_next(&scan, &name, &service)) {
		buf_printf(json->buf, "%s\"%.*s\":%.*s,\"known\":false}", json->comma ? "," : "",
			   (int)name.len, name.data, (int)service.len - 1, service.data);
		json->comma = true;
	}
	json_close(json, '}');
}

enum err overview_services(struct store *store, const char *node, struct buf *out)
{
	int64_t now_ms = clock_now_ms();
	struct json_out json = {.buf = out};
	struct node_list all, wanted;
	enum err err = nodes_load(store, &all);

	if (err != ERR_NONE)
		return err;
	wanted = node && *node ? only(&all, node) : all;
	json_open(&json, '{');
	json_put_time(&json, "timestamp", now_ms);
	json_open_member(&json, "services", '{');
	for (size_t i = 0; i < wanted.count; i++)
		put_services(&json, &wanted.list[i], now_ms);
	json_close(&json, '}');
	json_put_raw(&json, "last_actions", "", 0);
	err = audit_last_actions(store, &wanted, out);
	json_close(&json, '}');
	node_list_free(&all);
	return err;
}

/* The node's stored state, with a sentence where there is no such node. */
static enum err load_state(struct store *store, const char *node, struct buf *state, struct reason *why)
{
	enum err err = id_is_node(node) ? nodes_state(store, node, state) : ERR_UNKNOWN_NODE;

	if (err == ERR_UNKNOWN_NODE)
		return reason_set(why, err, "there is no node %.64s", node);
	return err;
}

enum err overview_service_actions(struct store *store, const struct overview_service *service, int64_t limit,
				  struct buf *out, struct reason *why)
{
	struct json_out json = {.buf = out};
	struct buf state = {0};
	enum err err;

	if (!id_is_service(service->name))
		return reason_set(why, ERR_INVALID, "service_name must be a service's name");
	err = load_state(store, service->node ? service->node : "", &state, why);
	buf_free(&state);
	if (err != ERR_NONE)
		return err;
	json_open(&json, '{');
	json_put_text(&json, "node_id", service->node);
	json_put_text(&json, "service_name", service->name);
	json_put_raw(&json, "actions", "", 0);
	err = audit_of_service(store, service->node, service->name, limit, out);
	json_close(&json, '}');
	return err;
}

enum err overview_clear_history(struct store *store, const char *node, struct buf *out, struct reason *why)
{
	struct json_out json = {.buf = out};
	struct buf state = {0};
	int64_t cleared = 0;
	enum err err = node ? load_state(store, node, &state, why) : ERR_NONE;

	buf_free(&state);
	if (err != ERR_NONE)
		return err;
	err = history_clear(store, node, &cleared);
	if (err != ERR_NONE)
		return err;
	json_open(&json, '{');
	json_put_bool(&json, "success", true);
	if (node)
		json_put_text(&json, "node_id", node);
	json_put_integer(&json, "cleared_records", cleared);
	json_close(&json, '}');
	return ERR_NONE;
}

enum err overview_reporter_of_cron(struct store *store, const char *node, struct buf *out, bool *told,
				   struct reason *why)
{
	struct span mode, reporter;
	struct buf state = {0};
	enum err err = load_state(store, node, &state, why);

	*told = false;
	if (err != ERR_NONE)
		return err;
	if (json_scan_find(state.data, state.len, "mode", &mode) && span_is(mode, "\"cron\"") &&
	    json_scan_find(state.data, state.len, "reporter", &reporter)) {
		buf_append(out, reporter.data, reporter.len);
		*told = true;
	}
	buf_free(&state);
	return ERR_NONE;
}
