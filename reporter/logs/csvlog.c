/*
 * Reads PostgreSQL's csvlog. A line belongs to it if it begins with a time and a comma and its third and
 * fourth cells are where they should be; that is enough, since no logger of prose writes so.
 */
#include "reporter/logs/csvlog.h"

#include "reporter/logs/scan.h"

#include <string.h>

/* Places in a record. Newer versions add cells at its end. */
enum { TIME_MIN = 19, RECORD_MIN = 40 }; /* bytes of a time without a fraction, and of that and some cells */
enum { CELL_SEVERITY = 11, CELL_MESSAGE = 13, CELLS_MIN = 14, CELLS_MAX = 26 };

static const int KEPT[CSVLOG_CELLS] = {1, 2, 3, 12, 14, 15, 19, 22};
const char *const csvlog_names[CSVLOG_CELLS] = {"user",	  "database", "pid",   "sqlstate",
						"detail", "hint",     "query", "application"};

/* SAMPLE 2025-11-17 10:30:00.123 UTC,"app","shop",4711,"10.0.0.5:53412",… */
static bool begins_record(const char *line, size_t len, struct timestamp *time, size_t *time_len)
{
	size_t used = timestamp_match(line, len, time);
	size_t zone = 0;

	if (used == 0)
		return false;
	if (used + 1 < len && line[used] == ' ') {
		zone = timestamp_match_zone(line + used + 1, len - used - 1, time);
		if (zone)
			used += 1 + zone;
	}
	if (used + 1 >= len || line[used] != ',' || (line[used + 1] != '"' && line[used + 1] != ','))
		return false;
	*time_len = used;
	return true;
}

/* Whether the text leaves a quote open, or closes the one that is. */
static bool toggles_quote(const char *text, size_t len)
{
	const char *end = text + len;
	bool odd = false;

	while ((text = memchr(text, '"', (size_t)(end - text)))) {
		odd = !odd;
		text++;
	}
	return odd;
}

bool csvlog_takes(const struct csvlog *csv, const char *line, size_t len)
{
	struct timestamp time;
	const char *comma;
	size_t time_len;

	if (csv->open)
		return true;
	/* Most lines end here, before the time is read. */
	if (len < RECORD_MIN || line[4] != '-')
		return false;
	comma = memchr(line + TIME_MIN, ',', RECORD_MIN - TIME_MIN - 1);
	return comma && (comma[1] == '"' || comma[1] == ',') && begins_record(line, len, &time, &time_len);
}

bool csvlog_add(struct csvlog *csv, const char *line, size_t len, size_t max)
{
	size_t room;

	if (!csv->open)
		buf_clear(&csv->record);
	else
		buf_char(&csv->record, '\n');
	room = csv->record.len < max ? max - csv->record.len : 0;
	buf_append(&csv->record, line, len < room ? len : room);
	csv->open ^= toggles_quote(line, len);
	if (csv->record.len >= max)
		csv->open = false;
	return !csv->open;
}

/* Copies a cell without its quotes and steps behind its comma. */
static void take_cell(struct scan *scan, struct buf *out)
{
	bool quoted = scan_char(scan, '"');

	for (; scan->at < scan->end; scan->at++) {
		if (quoted && *scan->at == '"') {
			if (scan_left(scan) < 2 || scan->at[1] != '"') {
				quoted = false;
				continue;
			}
			scan->at++;
		} else if (!quoted && *scan->at == ',') {
			break;
		}
		buf_char(out, *scan->at);
	}
	scan_char(scan, ',');
	buf_char(out, '\0');
}

bool csvlog_read(struct csvlog *csv, const char *record, size_t len, struct csvlog_record *out)
{
	struct scan scan = {record, record + len};
	size_t starts[CELLS_MAX] = {0}, time_len;
	const char *severity;
	int count = 0;

	if (!begins_record(record, len, &out->time, &time_len))
		return false;
	buf_clear(&csv->cells);
	for (; count < CELLS_MAX && scan.at < scan.end; count++) {
		starts[count] = csv->cells.len;
		take_cell(&scan, &csv->cells);
	}
	if (count < CELLS_MIN)
		return false;
	severity = csv->cells.data + starts[CELL_SEVERITY];
	if (level_parse(severity, strlen(severity), &out->level) != ERR_NONE)
		out->level = strncmp(severity, "DEBUG", 5) == 0 ? LEVEL_DEBUG : LEVEL_INFO;
	out->message = csv->cells.data + starts[CELL_MESSAGE];
	out->message_len = strlen(out->message);
	for (int i = 0; i < CSVLOG_CELLS; i++)
		out->cells[i] = KEPT[i] < count ? csv->cells.data + starts[KEPT[i]] : "";
	return true;
}

void csvlog_free(struct csvlog *csv)
{
	buf_free(&csv->record);
	buf_free(&csv->cells);
}
