/*
 * Compares summaries member by member where they stand, without parsing them: both were written by the one
 * writer, so an equal value is an equal text.
 */
#include "relay/summary.h"

#include "common/json.h"
#include "common/json_scan.h"

#include <stdio.h>
#include <string.h>

void summary_write(struct buf *out, const struct shown_summary *shown)
{
	node_write_summary(out, shown->summary, &shown->head, &shown->presence, shown->at_ms);
}

/* Appends the members of one object that the other has not, or has with another value. */
static void put_changes(struct json_out *json, const struct buf *before, const struct buf *after)
{
	struct json_scan scan = json_scan_open(after->data, after->len);
	struct span name, value, known;

	while (json_scan_next(&scan, &name, &value)) {
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)name.len, name.data);
		if (!json_scan_find(before->data, before->len, key, &known) || known.len != value.len ||
		    memcmp(known.data, value.data, value.len) != 0)
			json_put_raw(json, key, value.data, value.len);
	}
}

bool summary_write_changes(struct buf *out, const struct shown_summary *before,
			   const struct shown_summary *after)
{
	struct buf texts[2] = {{0}};
	struct json_out json = {.buf = out};
	size_t start = out->len, empty;

	summary_write(&texts[0], before);
	summary_write(&texts[1], after);
	json_open(&json, '{');
	empty = out->len;
	put_changes(&json, &texts[0], &texts[1]);
	buf_free(&texts[0]);
	buf_free(&texts[1]);
	if (out->len == empty) {
		buf_truncate(out, start);
		return false;
	}
	json_close(&json, '}');
	return true;
}
