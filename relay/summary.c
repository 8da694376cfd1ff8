/*
 * The one place of the relay that parses stored JSON: two summaries, which are small and flat, for each node
 * that changed in the 50 ms of a delta. What is sent to every client for hours is worth that.
 */
#include "relay/summary.h"

#include "common/json.h"

#include <string.h>

void summary_write(struct buf *out, struct span summary, enum node_status status)
{
	buf_printf(out, "{\"status\":\"%s\"", node_status_name(status));
	buf_char(out, summary.len > 2 ? ',' : '}');
	if (summary.len > 2)
		buf_append(out, summary.data + 1, summary.len - 1);
}

static bool equal(const struct json *a, const struct json *b)
{
	struct buf text_a = {0}, text_b = {0};
	bool result;

	json_write(&text_a, a);
	json_write(&text_b, b);
	result = strcmp(buf_string(&text_a), buf_string(&text_b)) == 0;
	buf_free(&text_a);
	buf_free(&text_b);
	return result;
}

bool summary_write_changes(struct buf *out, struct span before, enum node_status status_before,
			   struct span after, enum node_status status_after)
{
	struct json *old = NULL, *new = NULL;
	struct json_out json = {.buf = out};
	size_t start = out->len, empty;
	bool changed;

	/* A summary that cannot be read (the API wrote it, so it can) counts as one without members. */
	if (json_parse(before.data, before.len, &old, NULL) != ERR_NONE)
		old = NULL;
	if (json_parse(after.data, after.len, &new, NULL) != ERR_NONE)
		new = NULL;
	json_open(&json, '{');
	empty = out->len;
	if (status_before != status_after)
		json_put_text(&json, "status", node_status_name(status_after));
	for (const struct json *member = json_first(new); member; member = json_next(member)) {
		const struct json *known = json_get(old, json_key(member));

		if (!known || !equal(known, member))
			json_put_value(&json, json_key(member), member);
	}
	json_free(old);
	json_free(new);
	changed = out->len > empty;
	if (changed)
		json_close(&json, '}');
	else
		buf_truncate(out, start);
	return changed;
}
