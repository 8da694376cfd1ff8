/* Builds frames by splicing. Knows nothing of who gets them or when. */
#include "relay/compose.h"

#include "common/json.h"
#include "common/limits.h"
#include "relay/summary.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct span span_of(const struct text *text)
{
	return (struct span){text->data, text->len};
}

static bool is_coordinator(const struct node *node)
{
	return strcmp(node->id, ID_COORDINATOR) == 0;
}

/* --- pieces ------------------------------------------------------------------------------------------- */

static void put_metrics(struct json_out *json, const struct known *known, int64_t now_ms)
{
	struct cluster_node *table = nodes_table(&known->nodes);

	json_put_raw(json, "metrics", "", 0);
	cluster_write_metrics(json->buf, table, known->nodes.count, &known->totals, now_ms);
	free(table);
}

static void put_stats(struct json_out *json, const struct known *known, int64_t now_ms)
{
	struct cluster_node *table = nodes_table(&known->nodes);

	json_put_raw(json, "stats", "", 0);
	cluster_write_stats(json->buf, table, known->nodes.count, &known->totals, now_ms);
	free(table);
}

static void put_points(struct json_out *json, const char *key, const struct node *node)
{
	json_open_member(json, key, '[');
	buf_append(json->buf, node->points.data, node->points.len);
	json_close(json, ']');
}

static void put_history(struct json_out *json, const struct known *known)
{
	json_open_member(json, "history", '{');
	for (size_t i = 0; i < known->nodes.count; i++)
		put_points(json, known->nodes.list[i]->id, known->nodes.list[i]);
	json_close(json, '}');
}

/* What stands between the brackets of a JSON array. */
static struct span elements_of(const struct text *array)
{
	return array->len > 2 ? (struct span){array->data + 1, array->len - 2} : (struct span){0};
}

static void put_certificates(struct json_out *json, const struct known *known)
{
	json_open_member(json, "certificates", '[');
	for (size_t i = 0; i < known->nodes.count; i++) {
		struct span elements = elements_of(&known->nodes.list[i]->certificates);

		if (elements.len)
			json_put_raw(json, NULL, elements.data, elements.len);
	}
	json_close(json, ']');
}

static void put_state(struct json_out *json, const struct node *node, int64_t now_ms)
{
	json_put_raw(json, "node", "", 0);
	node_write(json->buf, node->state.data, node->state.len, NULL, now_ms);
}

static struct json_out begin(struct buf *buf, const char *type)
{
	struct json_out json = {.buf = buf};

	frame_begin(buf);
	json_open(&json, '{');
	json_put_text(&json, "type", type);
	return json;
}

static struct frame *end(struct json_out *json)
{
	json_close(json, '}');
	return frame_end(json->buf);
}

/* --- default protocol --------------------------------------------------------------------------------- */

struct frame *compose_initial(const struct known *known, struct log_entry *const *entries, size_t count,
			      const struct sources *sources, int64_t now_ms)
{
	struct buf buf = {0};
	struct json_out json = begin(&buf, "initial");
	size_t skip = count > COMPOSE_INITIAL_LOGS ? count - COMPOSE_INITIAL_LOGS : 0;

	json_open_member(&json, "data", '{');
	put_metrics(&json, known, now_ms);
	put_history(&json, known);
	json_open_member(&json, "logs", '[');
	for (size_t i = skip; i < count; i++)
		json_put_raw(&json, NULL, entries[i]->json, entries[i]->len);
	json_close(&json, ']');
	json_put_raw(&json, "log_sources", "", 0);
	sources_write(&buf, sources);
	put_certificates(&json, known);
	json_close(&json, '}');
	return end(&json);
}

struct frame *compose_update(const struct known *known, int64_t now_ms)
{
	struct buf buf = {0};
	struct json_out json = begin(&buf, "update");

	json_open_member(&json, "data", '{');
	put_metrics(&json, known, now_ms);
	put_history(&json, known);
	json_close(&json, '}');
	json_put_time(&json, "timestamp", now_ms);
	return end(&json);
}

/* --- delta protocol ----------------------------------------------------------------------------------- */

static void put_summary(struct json_out *json, const char *key, const struct node *node,
			enum node_status status)
{
	json_put_raw(json, key, "", 0);
	summary_write(json->buf, span_of(&node->summary), status);
}

struct frame *compose_snapshot(const struct known *known, int64_t seq, int64_t now_ms)
{
	struct buf buf = {0};
	struct json_out json = begin(&buf, "snapshot");
	const struct node *coordinator = nodes_get(&known->nodes, ID_COORDINATOR);

	json_put_integer(&json, "seq", seq);
	json_open_member(&json, "data", '{');
	if (coordinator)
		put_summary(&json, "coordinator", coordinator, coordinator->told_status);
	else
		json_put_null(&json, "coordinator");
	json_open_member(&json, "workers", '{');
	for (size_t i = 0; i < known->nodes.count; i++)
		if (!is_coordinator(known->nodes.list[i]))
			put_summary(&json, known->nodes.list[i]->id, known->nodes.list[i],
				    known->nodes.list[i]->told_status);
	json_close(&json, '}');
	put_stats(&json, known, now_ms);
	json_close(&json, '}');
	return end(&json);
}

/* Puts what changed under `key`; the node is settled afterwards. */
static void put_change(struct json_out *json, const char *key, struct node *node, int64_t now_ms)
{
	enum node_status status = node_status_at(&node->head, now_ms);
	struct buf changes = {0};

	if (node->change == NODE_NEW)
		put_summary(json, key, node, status);
	else if (summary_write_changes(&changes, span_of(&node->told), node->told_status,
				       span_of(&node->summary), status))
		json_put_raw(json, key, changes.data, changes.len);
	buf_free(&changes);
	free(node->told.data);
	node->told = (struct text){0};
	node->told_status = status;
	node->change = NODE_SETTLED;
}

struct frame *compose_delta(struct known *known, const char *removed, int64_t seq, int64_t now_ms)
{
	struct buf buf = {0};
	struct json_out json = begin(&buf, "delta");
	struct node *coordinator = nodes_get(&known->nodes, ID_COORDINATOR);

	json_put_integer(&json, "seq", seq);
	json_open_member(&json, "data", '{');
	if (coordinator && coordinator->change != NODE_SETTLED)
		put_change(&json, "coordinator", coordinator, now_ms);
	json_open_member(&json, "workers", '{');
	for (size_t i = 0; i < known->nodes.count; i++)
		if (known->nodes.list[i]->change != NODE_SETTLED)
			put_change(&json, known->nodes.list[i]->id, known->nodes.list[i], now_ms);
	known->nodes.changed = 0;
	json_close(&json, '}');
	json_open_member(&json, "removed", '[');
	buf_text(&buf, removed);
	json_close(&json, ']');
	put_stats(&json, known, now_ms);
	json_close(&json, '}');
	return end(&json);
}

struct frame *compose_node(const char *id, const struct node *node, int64_t now_ms)
{
	static const struct node UNKNOWN;
	struct buf buf = {0};
	struct json_out json = begin(&buf, "node");
	struct span certificates = elements_of(&(node ? node : &UNKNOWN)->certificates);

	json_put_text(&json, "node_id", id);
	if (node)
		put_state(&json, node, now_ms);
	else
		json_put_null(&json, "node");
	put_points(&json, "history", node ? node : &UNKNOWN);
	json_open_member(&json, "certificates", '[');
	buf_append(&buf, certificates.data, certificates.len);
	json_close(&json, ']');
	return end(&json);
}

struct frame *compose_node_report(const struct node *node, const struct report *report, int64_t now_ms)
{
	struct buf buf = {0};
	struct json_out json = begin(&buf, "node");

	json_put_text(&json, "node_id", node->id);
	put_state(&json, node, now_ms);
	if (report && report->point.data)
		json_put_raw(&json, "point", report->point.data, report->point.len);
	if (report && report->certificates.data)
		json_put_raw(&json, "certificates", report->certificates.data, report->certificates.len);
	return end(&json);
}

/* --- both --------------------------------------------------------------------------------------------- */

static bool passes(const struct entry_filter *filter, const struct log_entry *entry)
{
	if (!filter)
		return true;
	if (*filter->node && strcmp(filter->node, entry->node) != 0)
		return false;
	if (filter->level == LEVEL_DEBUG && !*filter->logger_name && !*filter->text)
		return true; /* nothing else is asked: no need to look into it */
	return entry_matches(filter, entry->json, entry->len);
}

struct frame *compose_logs(struct log_entry *const *entries, size_t count, const struct entry_filter *filter,
			   int64_t now_ms)
{
	struct buf logs = {0}, buf = {0};
	struct json_out list = {.buf = &logs}, json;
	const char *node = NULL;
	bool several = false;

	for (size_t i = 0; i < count; i++) {
		if (!passes(filter, entries[i]))
			continue;
		several = several || (node && strcmp(node, entries[i]->node) != 0);
		node = entries[i]->node;
		json_put_raw(&list, NULL, entries[i]->json, entries[i]->len);
	}
	if (!node)
		return NULL;
	json = begin(&buf, "new_logs");
	json_put_text(&json, "node_id", several ? NULL : node);
	json_open_member(&json, "logs", '[');
	buf_append(&buf, logs.data, logs.len);
	json_close(&json, ']');
	json_put_time(&json, "timestamp", now_ms);
	buf_free(&logs);
	return end(&json);
}

struct frame *compose_gap(int64_t after, int64_t before)
{
	struct buf buf = {0};
	struct json_out json = begin(&buf, "gap");

	json_put_integer(&json, "after", after);
	json_put_integer(&json, "before", before);
	return end(&json);
}

struct frame *compose_database(bool away)
{
	struct buf buf = {0};
	struct json_out json = begin(&buf, "database");

	json_put_bool(&json, "away", away);
	return end(&json);
}

struct frame *compose_error(enum err err, const struct reason *why)
{
	struct buf buf = {0};
	struct json_out json = begin(&buf, "error");

	json_put_text(&json, "error", why->text);
	json_put_text(&json, "code", err_code(err));
	return end(&json);
}

struct frame *compose_printf(const char *format, ...)
{
	struct buf buf = {0};
	va_list args;

	frame_begin(&buf);
	va_start(args, format);
	buf_vprintf(&buf, format, args);
	va_end(args);
	return frame_end(&buf);
}
