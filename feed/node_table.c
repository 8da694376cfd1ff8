/*
 * The table of nodes: a sorted array of pointers, since it is read in order far more often than nodes come
 * and go. It knows neither where reports come from nor who is told of them.
 */
#include "feed/node_table.h"

#include "common/json_scan.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- texts -------------------------------------------------------------------------------------------- */

void text_set(struct text *text, struct span span)
{
	free(text->data);
	*text = (struct text){0};
	if (span.data)
		*text = (struct text){.data = mem_copy(span.data, span.len), .len = span.len};
}

struct span text_span(const struct text *text)
{
	return (struct span){text->data, text->len};
}

/* SAMPLE {"timestamp":"2025-11-17T10:30:00.123Z","cpu_percent":1.5,"memory_percent":40,"disk_percent":71.2} */
struct span timestamp_of(struct span flat)
{
	struct json_scan scan = json_scan_open(flat.data, flat.len);
	struct span timestamp;

	if (!json_scan_expect(&scan, "timestamp", &timestamp) || *timestamp.data != '"')
		return (struct span){0};
	return json_scan_text(timestamp);
}

/* --- the table ---------------------------------------------------------------------------------------- */

void known_node_free(struct known_node *node)
{
	if (!node)
		return;
	text_set(&node->state, (struct span){0});
	text_set(&node->summary, (struct span){0});
	text_set(&node->certificates, (struct span){0});
	text_set(&node->points, (struct span){0});
	free(node);
}

void node_table_free(struct node_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		known_node_free(table->list[i]);
	free(table->list);
	*table = (struct node_table){0};
}

/* Where the node is in the list, or where it would be. */
static size_t position_of(const struct node_table *table, const char *id)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(table->list[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct known_node *node_table_get(const struct node_table *table, const char *id)
{
	size_t at = position_of(table, id);

	return at < table->count && strcmp(table->list[at]->id, id) == 0 ? table->list[at] : NULL;
}

static struct known_node *insert(struct node_table *table, const char *id)
{
	size_t at = position_of(table, id);
	struct known_node *node = mem_alloc(1, sizeof(*node));

	if (table->count == table->capacity) {
		table->capacity = table->capacity ? table->capacity * 2 : 64;
		table->list = mem_resize(table->list, table->capacity, sizeof(struct known_node *));
	}
	memmove(table->list + at + 1, table->list + at, (table->count - at) * sizeof(struct known_node *));
	table->list[at] = node;
	table->count++;
	memcpy(node->id, id, strlen(id) + 1);
	return node;
}

struct known_node *node_table_report(struct node_table *table, const char *id,
				     const struct node_report *report)
{
	struct known_node *node;
	struct node_head head;

	if (node_head_read(report->state.data, report->state.len, &head) != ERR_NONE ||
	    report->summary.len < 2 || report->summary.data[0] != '{') {
		log_error("node_table",
			  "cannot read what Redis holds of a node; does an API of another version write it? "
			  "node=%s",
			  id);
		return NULL;
	}
	node = node_table_get(table, id);
	if (!node)
		node = insert(table, id);
	node->head = head;
	text_set(&node->state, report->state);
	text_set(&node->summary, report->summary);
	if (report->certificates.data)
		text_set(&node->certificates, report->certificates);
	return node;
}

struct known_node *node_table_take(struct node_table *table, const char *id)
{
	size_t at = position_of(table, id);
	struct known_node *node;

	if (at == table->count || strcmp(table->list[at]->id, id) != 0)
		return NULL;
	node = table->list[at];
	table->count--;
	memmove(table->list + at, table->list + at + 1, (table->count - at) * sizeof(struct known_node *));
	return node;
}

struct cluster_node *node_table_for_cluster(const struct node_table *table)
{
	struct cluster_node *nodes = mem_alloc(table->count + 1, sizeof(*nodes));

	for (size_t i = 0; i < table->count; i++)
		nodes[i] = (struct cluster_node){.id = table->list[i]->id,
						 .state = text_span(&table->list[i]->state),
						 .head = table->list[i]->head,
						 .presence = table->list[i]->presence,
						 .summary = text_span(&table->list[i]->summary)};
	return nodes;
}

/* --- points ------------------------------------------------------------------------------------------- */

static void drop_oldest_point(struct known_node *node)
{
	struct text *points = &node->points;
	struct json_scan scan = json_scan_elements(points->data, points->len);
	size_t gone = points->len;
	struct span none, point;

	/* The oldest point goes with the comma behind it, or, if it is the only one, alone. */
	(void)json_scan_next(&scan, &none, &point);
	if (json_scan_next(&scan, &none, &point))
		gone = (size_t)(point.data - points->data);
	points->len -= gone;
	memmove(points->data, points->data + gone, points->len);
	node->points_count--;
}

void known_node_append_point(struct known_node *node, struct span point)
{
	struct text *points = &node->points;
	size_t comma;

	if (node->points_count == LIMIT_HISTORY_POINTS_PUSHED)
		drop_oldest_point(node);
	comma = node->points_count ? 1 : 0;
	points->data = mem_resize(points->data, points->len + comma + point.len + 1, 1);
	memcpy(points->data + points->len, ",", comma);
	memcpy(points->data + points->len + comma, point.data, point.len);
	points->len += comma + point.len;
	points->data[points->len] = '\0';
	node->points_count++;
}

void known_node_set_points(struct known_node *node, const struct span *points, size_t count)
{
	text_set(&node->points, (struct span){0});
	node->points_count = 0;
	for (size_t i = 0; i < count; i++)
		known_node_append_point(node, points[i]);
}

/* Points are flat objects, and their texts hold no braces, so the last brace opens the newest one. */
bool known_node_has_point(const struct known_node *node, struct span point)
{
	const struct text *points = &node->points;
	const char *newest = node->points_count ? memrchr(points->data, '{', points->len) : NULL;
	struct span known, given = timestamp_of(point);

	if (!newest || !given.data)
		return false;
	known = timestamp_of((struct span){newest, points->len - (size_t)(newest - points->data)});
	return known.data && known.len == given.len && memcmp(known.data, given.data, given.len) >= 0;
}
