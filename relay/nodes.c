/* The nodes and their JSON. Knows neither who reads it nor where it came from. */
#include "relay/nodes.h"

#include "common/json_scan.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

static void text_set(struct text *text, struct span span)
{
	free(text->data);
	*text = (struct text){.data = mem_copy(span.data, span.len), .len = span.len};
}

static void text_drop(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

static void node_free(struct node *node)
{
	text_drop(&node->state);
	text_drop(&node->summary);
	text_drop(&node->certificates);
	text_drop(&node->points);
	text_drop(&node->told);
	free(node);
}

void nodes_free(struct nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++)
		node_free(nodes->list[i]);
	free(nodes->list);
	*nodes = (struct nodes){0};
}

/* Where `id` is in the list, or would be. */
static size_t position(const struct nodes *nodes, const char *id)
{
	size_t low = 0, high = nodes->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(nodes->list[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct node *nodes_get(const struct nodes *nodes, const char *id)
{
	size_t at = position(nodes, id);

	return at < nodes->count && strcmp(nodes->list[at]->id, id) == 0 ? nodes->list[at] : NULL;
}

static struct node *insert(struct nodes *nodes, const char *id)
{
	size_t at = position(nodes, id);
	struct node *node = mem_alloc(1, sizeof(*node));

	if (nodes->count == nodes->capacity) {
		nodes->capacity = nodes->capacity ? nodes->capacity * 2 : 64;
		nodes->list = mem_resize(nodes->list, nodes->capacity, sizeof(struct node *));
	}
	memmove(nodes->list + at + 1, nodes->list + at, (nodes->count - at) * sizeof(struct node *));
	nodes->list[at] = node;
	nodes->count++;
	memcpy(node->id, id, strlen(id) + 1);
	node->change = NODE_NEW;
	nodes->changed++;
	return node;
}

void nodes_mark(struct nodes *nodes, struct node *node)
{
	if (node->change != NODE_SETTLED)
		return;
	node->change = NODE_CHANGED;
	node->told = (struct text){.data = mem_copy(node->summary.data, node->summary.len),
				   .len = node->summary.len};
	nodes->changed++;
}

struct node *nodes_report(struct nodes *nodes, const char *id, const struct report *report)
{
	struct node *node = nodes_get(nodes, id);
	struct node_head head;

	if (node_head_read(report->state.data, report->state.len, &head) != ERR_NONE ||
	    report->summary.len < 2 || report->summary.data[0] != '{') {
		log_error("nodes",
			  "cannot read what Redis holds of a node; does an API of another version write it? "
			  "node=%s",
			  id);
		return NULL;
	}
	if (!node)
		node = insert(nodes, id);
	nodes_mark(nodes, node);
	node->head = head;
	text_set(&node->state, report->state);
	text_set(&node->summary, report->summary);
	if (report->certificates.data)
		text_set(&node->certificates, report->certificates);
	return node;
}

void nodes_remove(struct nodes *nodes, const char *id)
{
	size_t at = position(nodes, id);

	if (at == nodes->count || strcmp(nodes->list[at]->id, id) != 0)
		return;
	if (nodes->list[at]->change != NODE_SETTLED)
		nodes->changed--;
	node_free(nodes->list[at]);
	nodes->count--;
	memmove(nodes->list + at, nodes->list + at + 1, (nodes->count - at) * sizeof(struct node *));
}

/* --- points ------------------------------------------------------------------------------------------- */

static void drop_oldest_point(struct node *node)
{
	struct json_scan scan = json_scan_elements(node->points.data, node->points.len);
	size_t gone = node->points.len;
	struct span none, point;

	if (json_scan_next(&scan, &none, &point) && json_scan_next(&scan, &none, &point))
		gone = (size_t)(point.data - node->points.data);
	node->points.len -= gone;
	memmove(node->points.data, node->points.data + gone, node->points.len);
	node->points_count--;
}

void nodes_append_point(struct node *node, struct span point)
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

void nodes_set_points(struct node *node, const struct span *points, size_t count)
{
	text_drop(&node->points);
	node->points_count = 0;
	for (size_t i = 0; i < count; i++)
		nodes_append_point(node, points[i]);
}

/* SAMPLE {"timestamp":"2025-11-17T10:30:00.123Z","cpu_percent":1.5,"memory_percent":40,"disk_percent":71.2} */
struct span nodes_timestamp(struct span flat)
{
	struct json_scan scan = json_scan_open(flat.data, flat.len);
	struct span timestamp;

	if (!json_scan_expect(&scan, "timestamp", &timestamp) || *timestamp.data != '"')
		return (struct span){0};
	return json_scan_text(timestamp);
}

/* Points are flat objects without braces in their texts, so the last brace opens the newest one. */
bool nodes_has_point(const struct node *node, struct span point)
{
	const char *newest = node->points_count ? memrchr(node->points.data, '{', node->points.len) : NULL;
	struct span known, given = nodes_timestamp(point);

	if (!newest || !given.data)
		return false;
	known = nodes_timestamp(
		(struct span){newest, node->points.len - (size_t)(newest - node->points.data)});
	return known.data && known.len == given.len && memcmp(known.data, given.data, given.len) >= 0;
}

struct cluster_node *nodes_table(const struct nodes *nodes)
{
	struct cluster_node *table = mem_alloc(nodes->count + 1, sizeof(*table));

	for (size_t i = 0; i < nodes->count; i++)
		table[i] = (struct cluster_node){.id = nodes->list[i]->id,
						 .state = nodes->list[i]->state.data,
						 .state_len = nodes->list[i]->state.len};
	return table;
}
