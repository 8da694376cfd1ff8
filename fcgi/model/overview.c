/* Reading the cluster, from stored JSON that is spliced and never parsed. */
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
	struct nodes nodes;
	enum err err = nodes_load(store, &nodes);

	if (err != ERR_NONE)
		return err;
	cluster_write_metrics(out, nodes.list, nodes.count, &nodes.totals, clock_now_ms());
	nodes_free(&nodes);
	return ERR_NONE;
}

enum err overview_stats(struct store *store, struct buf *out)
{
	struct nodes nodes;
	enum err err = nodes_load(store, &nodes);

	if (err != ERR_NONE)
		return err;
	cluster_write_stats(out, nodes.list, nodes.count, &nodes.totals, clock_now_ms());
	nodes_free(&nodes);
	return ERR_NONE;
}

enum err overview_history(struct store *store, const char *node, int limit, struct buf *out,
			  struct reason *why)
{
	struct json_out json = {.buf = out};
	struct buf points = {0};
	size_t count = 0;
	enum err err =
		id_is_node(node) ? history_load(store, node, limit, &points, &count) : ERR_UNKNOWN_NODE;

	if (err == ERR_UNKNOWN_NODE)
		err = reason_set(why, err, "there is no node %.64s", node);
	if (err == ERR_NONE) {
		json_open(&json, '{');
		json_put_text(&json, "node_id", node);
		json_put_raw(&json, "history", points.data, points.len);
		json_put_integer(&json, "count", (int64_t)count);
		json_close(&json, '}');
	}
	buf_free(&points);
	return err;
}

enum err overview_full_data(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	int64_t now_ms = clock_now_ms();
	struct nodes nodes;
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
	nodes_free(&nodes);
	return err;
}

/* One of the nodes as a list of its own; an empty one if it is not among them. */
static struct nodes only(const struct nodes *all, const char *node)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->list[i].id, node) == 0)
			return (struct nodes){.list = &all->list[i], .count = 1};
	return (struct nodes){.count = 0};
}

enum err overview_services(struct store *store, const char *node, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct nodes all, wanted;
	enum err err = nodes_load(store, &all);

	if (err != ERR_NONE)
		return err;
	wanted = node && *node ? only(&all, node) : all;
	json_open(&json, '{');
	json_put_time(&json, "timestamp", clock_now_ms());
	json_open_member(&json, "services", '{');
	for (size_t i = 0; i < wanted.count; i++) {
		struct span services;

		if (json_scan_find(wanted.list[i].state, wanted.list[i].state_len, "services", &services))
			json_put_raw(&json, wanted.list[i].id, services.data, services.len);
	}
	json_close(&json, '}');
	json_put_raw(&json, "last_actions", "", 0);
	err = audit_last_actions(store, &wanted, out);
	json_close(&json, '}');
	nodes_free(&all);
	return err;
}

enum err overview_certificates(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct buf certificates = {0};
	size_t count = 0;
	enum err err = nodes_certificates(store, &certificates, &count);

	if (err == ERR_NONE) {
		json_open(&json, '{');
		json_put_time(&json, "timestamp", clock_now_ms());
		json_put_raw(&json, "certificates", certificates.data, certificates.len);
		json_put_integer(&json, "total", (int64_t)count);
		json_close(&json, '}');
	}
	buf_free(&certificates);
	return err;
}

enum err overview_read_target(const struct json *body, const char **node, struct reason *why)
{
	for (const struct json *member = json_first(body); member; member = json_next(member))
		if (strcmp(json_key(member), "node_id") != 0)
			return reason_set(why, ERR_INVALID, "%.64s means nothing here: node_id does",
					  json_key(member));
	return json_optional_text(body, "", "node_id", 256, node, why);
}

enum err overview_clear_history(struct store *store, const char *node, struct buf *out, struct reason *why)
{
	struct json_out json = {.buf = out};
	struct buf state = {0};
	int64_t cleared = 0;
	enum err err = ERR_NONE;

	if (node)
		err = id_is_node(node) ? nodes_state(store, node, &state) : ERR_UNKNOWN_NODE;
	buf_free(&state);
	if (err == ERR_UNKNOWN_NODE)
		return reason_set(why, err, "there is no node %.64s", node);
	if (err == ERR_NONE)
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
	enum err err = id_is_node(node) ? nodes_state(store, node, &state) : ERR_UNKNOWN_NODE;

	if (err == ERR_UNKNOWN_NODE)
		err = reason_set(why, err, "there is no node %.64s", node);
	if (err == ERR_NONE && json_scan_find(state.data, state.len, "mode", &mode) &&
	    span_is(mode, "\"cron\"") && json_scan_find(state.data, state.len, "reporter", &reporter)) {
		buf_append(out, reporter.data, reporter.len);
		*told = true;
	}
	buf_free(&state);
	return err;
}
