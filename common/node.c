/*
 * The head of a node's stored state: written with the state, read back by whoever shows it. Which other
 * members a state has is the report's concern (fcgi/report).
 */
#include "common/node.h"

#include "common/clock.h"
#include "common/json_scan.h"

#define FRESH_FACTOR_MS 1500 /* 1.5 x, in ms a second of interval */
#define FRESH_GRACE_MS	10000

const char *node_status_name(enum node_status status)
{
	static const char *const NAMES[] = {"online", "stale", "offline"};

	return NAMES[status];
}

enum node_status node_status_at(const struct node_head *head, int64_t now_ms)
{
	if (head->offline)
		return NODE_OFFLINE;
	return now_ms <= head->fresh_until_ms ? NODE_ONLINE : NODE_STALE;
}

int64_t node_fresh_until(int64_t reported_at_ms, int64_t interval_s)
{
	return reported_at_ms + interval_s * FRESH_FACTOR_MS + FRESH_GRACE_MS;
}

void node_open(struct json_out *out, const struct node_head *head)
{
	json_open(out, '{');
	json_put_text(out, "status", node_status_name(head->offline ? NODE_OFFLINE : NODE_ONLINE));
	json_put_time(out, "fresh_until", head->fresh_until_ms);
	json_put_integer(out, "services_total", head->services_total);
	json_put_integer(out, "services_running", head->services_running);
}

/* SAMPLE 12 ; six digits at most. */
static bool read_count(struct span value, int *out)
{
	int count = 0;

	if (value.len > 6)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] < '0' || value.data[i] > '9')
			return false;
		count = count * 10 + (value.data[i] - '0');
	}
	*out = count;
	return true;
}

/* Reads the head; *status is where the status stands in the text, so that it can be replaced. */
static enum err read_head(const char *state, size_t len, struct node_head *out, struct span *status)
{
	struct json_scan scan = json_scan_open(state, len);
	struct span fresh_until, total, running;
	struct node_head head = {0};

	if (!json_scan_expect(&scan, "status", status) ||
	    !json_scan_expect(&scan, "fresh_until", &fresh_until) ||
	    !json_scan_expect(&scan, "services_total", &total) ||
	    !json_scan_expect(&scan, "services_running", &running))
		return ERR_MALFORMED;
	head.offline = span_is(*status, "\"offline\"");
	if (!head.offline && !span_is(*status, "\"online\""))
		return ERR_MALFORMED;
	fresh_until = json_scan_text(fresh_until);
	if (fresh_until.len != CLOCK_ISO_LEN ||
	    clock_parse_iso(fresh_until.data, fresh_until.len, &head.fresh_until_ms) != ERR_NONE ||
	    !read_count(total, &head.services_total) || !read_count(running, &head.services_running))
		return ERR_MALFORMED;
	*out = head;
	return ERR_NONE;
}

enum err node_head_read(const char *state, size_t len, struct node_head *out)
{
	struct span status;

	return read_head(state, len, out, &status);
}

void node_write(struct buf *out, const char *state, size_t len, const char *extra, int64_t now_ms)
{
	struct node_head head;
	struct span status;
	const char *rest;

	if (read_head(state, len, &head, &status) != ERR_NONE || state[len - 1] != '}') {
		buf_text(out, "null");
		return;
	}
	rest = status.data + status.len;
	buf_printf(out, "{\"status\":\"%s\"", node_status_name(node_status_at(&head, now_ms)));
	buf_append(out, rest, len - (size_t)(rest - state) - 1);
	if (extra) {
		buf_char(out, ',');
		buf_text(out, extra);
	}
	buf_char(out, '}');
}
