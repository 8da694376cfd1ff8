/* What changed between two summaries. */
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

/* Puts the members of `after` that `before` (may be NULL) has not, or has otherwise. */
static void put_changes(struct json_out *out, const struct json *before, const struct json *after)
{
	for (const struct json *member = json_first(after); member; member = json_next(member)) {
		const struct json *old = json_get(before, json_key(member));

		if (!old || !equal(old, member))
			json_put_value(out, json_key(member), member);
	}
}

bool summary_write_changes(struct buf *out, struct span before, enum node_status status_before,
			   struct span after, enum node_status status_after)
{
	struct json *old = NULL, *new = NULL;
	struct json_out json = {.buf = out};
	size_t start = out->len, empty;

	/* One that cannot be read (the API wrote it, so it can) is told as nothing, or whole. */
	if (json_parse(before.data, before.len, &old, NULL) != ERR_NONE)
		old = NULL;
	if (json_parse(after.data, after.len, &new, NULL) != ERR_NONE)
		new = NULL;
	json_open(&json, '{');
	empty = out->len;
	if (status_before != status_after)
		json_put_text(&json, "status", node_status_name(status_after));
	put_changes(&json, old, new);
	json_free(old);
	json_free(new);
	if (out->len == empty) {
		buf_truncate(out, start);
		return false;
	}
	json_close(&json, '}');
	return true;
}
