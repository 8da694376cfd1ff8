/*
 * Compares summaries member by member where they stand, without parsing them: both were written by the API's
 * one writer, so an equal value is an equal text.
 */
#include "relay/summary.h"

#include "common/json.h"
#include "common/json_scan.h"

#include <stdio.h>
#include <string.h>

void summary_write(struct buf *out, struct span summary, enum node_status status)
{
	buf_printf(out, "{\"status\":\"%s\"", node_status_name(status));
	buf_char(out, summary.len > 2 ? ',' : '}');
	if (summary.len > 2)
		buf_append(out, summary.data + 1, summary.len - 1);
}

/* Members are looked up by name, since another version of the API may write them in another order. */
bool summary_write_changes(struct buf *out, struct span before, enum node_status status_before,
			   struct span after, enum node_status status_after)
{
	struct json_scan scan = json_scan_open(after.data, after.len);
	struct json_out json = {.buf = out};
	size_t start = out->len, empty;
	struct span name, value, known;

	json_open(&json, '{');
	empty = out->len;
	if (status_before != status_after)
		json_put_text(&json, "status", node_status_name(status_after));
	while (json_scan_next(&scan, &name, &value)) {
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)name.len, name.data);
		if (!json_scan_find(before.data, before.len, key, &known) || known.len != value.len ||
		    memcmp(known.data, value.data, value.len) != 0)
			json_put_raw(&json, key, value.data, value.len);
	}
	if (out->len == empty) {
		buf_truncate(out, start);
		return false;
	}
	json_close(&json, '}');
	return true;
}
