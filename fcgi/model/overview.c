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

enum err overview_metrics(struct store *store, struct buf *out)
{
	struct node_list nodes;
	enum err err = nodes_load(store, &nodes);

	if (err != ERR_NONE)
		return err;
	cluster_write_metrics(out, nodes.list, nodes.count, &nodes.totals, clock_now_ms());
	node_list_free(&nodes);
	return ERR_NONE;
}

enum err overview_stats(struct store *store, struct buf *out)
{
	struct node_list nodes;
	enum err err = nodes_load(store, &nodes);

	if (err != ERR_NONE)
		return err;
	cluster_write_stats(out, nodes.list, nodes.count, &nodes.totals, clock_now_ms());
	node_list_free(&nodes);
	return ERR_NONE;
}

enum err overview_full_data(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	int64_t now_ms = clock_now_ms();
	struct node_list nodes;
	enum err err = nodes_load(store, &nodes);

	if (err != ERR_NONE)
		return err;
	json_open(&json, '{');
	json_put_time(&json, "timestamp", now_ms);
	json_put_raw(&json, "metrics", "", 0);
	cluster_write_metrics(out, nodes.list, nodes.count, &nodes.totals, now_ms);
	json_put_raw(&json, "history", "", 0);
	err = history_load_all(store, &nodes, LIMIT_HISTORY_POINTS, out);
	json_close(&json, '}');
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

enum err overview_services(struct store *store, const char *node, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct node_list all, wanted;
	enum err err = nodes_load(store, &all);

	if (err != ERR_NONE)
		return err;
	wanted = node && *node ? only(&all, node) : all;
	json_open(&json, '{');
	json_put_time(&json, "timestamp", clock_now_ms());
	json_open_member(&json, "services", '{');
	for (size_t i = 0; i < wanted.count; i++) {
		const struct cluster_node *one = &wanted.list[i];
		struct span services;

		if (json_scan_find(one->state, one->state_len, "services", &services))
			json_put_raw(&json, one->id, services.data, services.len);
	}
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
