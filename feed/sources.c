/* Keeps the names as keys of two maps: loggers as they stand in JSON, so that writing them is copying. */
#include "feed/sources.h"

#include "common/json.h"
#include "common/json_scan.h"
#include "common/level.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

#define SOURCES_MAX 10000

void sources_free(struct sources *sources)
{
	map_free(&sources->nodes);
	map_free(&sources->loggers);
}

static void add(struct map *names, const char *name)
{
	static char present; /* a map's value must not be NULL */

	if (names->count < SOURCES_MAX)
		map_put(names, name, &present);
}

void sources_add(struct sources *sources, const char *node, const char *logger)
{
	struct buf quoted = {0};

	if (node)
		add(&sources->nodes, node);
	if (!logger)
		return;
	json_quote(&quoted, logger, strlen(logger));
	buf_truncate(&quoted, quoted.len - 1);
	add(&sources->loggers, quoted.data + 1);
	buf_free(&quoted);
}

/* SAMPLE {"timestamp":"…","node_id":"worker-001","level":"INFO","logger_name":"Service.app","message":… */
void sources_add_entry(struct sources *sources, const struct log_entry *entry)
{
	struct span logger;
	char *name;

	add(&sources->nodes, entry->node);
	if (!json_scan_find(entry->json, entry->len, "logger_name", &logger))
		return;
	logger = json_scan_text(logger);
	if (!logger.len)
		return;
	name = mem_copy(logger.data, logger.len);
	add(&sources->loggers, name);
	free(name);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_sorted(struct buf *out, const char *key, const struct map *names)
{
	const char **list = mem_alloc(names->count + 1, sizeof(*list));
	size_t cursor = 0, count = 0;
	void *value;

	while (map_next(names, &cursor, &list[count], &value))
		count++;
	qsort(list, count, sizeof(*list), by_text);
	buf_printf(out, "\"%s\":[", key);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s\"%s\"", i ? "," : "", list[i]);
	buf_char(out, ']');
	free(list);
}

void sources_write(struct buf *out, const struct sources *sources)
{
	buf_char(out, '{');
	write_sorted(out, "nodes", &sources->nodes);
	buf_char(out, ',');
	write_sorted(out, "loggers", &sources->loggers);
	buf_text(out, ",\"log_levels\":[");
	for (int level = 0; level < LEVEL_COUNT; level++)
		buf_printf(out, "%s\"%s\"", level ? "," : "", level_name((enum level)level));
	buf_text(out, "]}");
}
