/*
 * The head of a node's stored state: written with the state, read back by whoever shows it. Which other
 * members a state has is the report's concern (fcgi/report).
 *
 * The state is written once a report, and its `fresh_until` counts from there. Whatever is heard of the node
 * afterwards moves that time by as much as it came later. So one rule serves daemons, which beat, and cron
 * workers, which do not, and nothing has to be written to a state between two reports.
 */
#include "common/node.h"

#include "common/clock.h"
#include "common/json_scan.h"
#include "common/limits.h"

#define OVERDUE_FACTOR_MS 1500 /* 1.5 x, in ms a second of interval */
#define OVERDUE_GRACE_MS  10000

const char *node_status_name(enum node_status status)
{
	static const char *const NAMES[] = {"online", "stale", "offline"};

	return NAMES[status];
}

int64_t node_heard_at(const struct node_head *head, const struct node_presence *presence)
{
	return presence->heard_ms ? presence->heard_ms : head->reported_at_ms;
}

int64_t node_fresh_until(const struct node_head *head, const struct node_presence *presence)
{
	if (!head->reported_at_ms)
		return head->fresh_until_ms;
	return head->fresh_until_ms + (node_heard_at(head, presence) - head->reported_at_ms);
}

bool node_is_lost(const struct node_head *head, const struct node_presence *presence)
{
	return !head->offline && presence->stream_lost_ms &&
	       presence->stream_lost_ms >= node_heard_at(head, presence);
}

enum node_status node_status_at(const struct node_head *head, const struct node_presence *presence,
				int64_t now_ms)
{
	if (head->offline)
		return NODE_OFFLINE;
	if (node_is_lost(head, presence))
		return NODE_STALE;
	return now_ms <= node_fresh_until(head, presence) ? NODE_ONLINE : NODE_STALE;
}

int64_t node_missing_since(const struct node_head *head, const struct node_presence *presence)
{
	int64_t silent_ms = node_heard_at(head, presence) + LIMIT_SILENCE_S * 1000;
	int64_t stale_ms = head->offline ? 0 : node_fresh_until(head, presence);

	return silent_ms > stale_ms ? silent_ms : stale_ms;
}

bool node_is_missing(const struct node_head *head, const struct node_presence *presence, int64_t now_ms)
{
	return node_heard_at(head, presence) && now_ms > node_missing_since(head, presence);
}

int64_t node_overdue_at(int64_t reported_at_ms, int64_t interval_s)
{
	return reported_at_ms + interval_s * OVERDUE_FACTOR_MS + OVERDUE_GRACE_MS;
}

void node_open(struct json_out *out, const char *node, const struct node_head *head)
{
	json_open(out, '{');
	json_put_text(out, "status", node_status_name(head->offline ? NODE_OFFLINE : NODE_ONLINE));
	json_put_time(out, "fresh_until", head->fresh_until_ms);
	json_put_integer(out, "services_total", head->services_total);
	json_put_integer(out, "services_running", head->services_running);
	json_put_text(out, "node_id", node);
	json_put_time(out, "timestamp", head->reported_at_ms);
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

/* SAMPLE "2025-11-17T10:30:55.123Z" */
static bool read_time(struct span value, int64_t *out)
{
	struct span text = json_scan_text(value);

	return text.len == CLOCK_ISO_LEN && clock_parse_iso(text.data, text.len, out) == ERR_NONE;
}

/* Reads the head; *rest is what stands behind `fresh_until`, to the state's end. */
static enum err read_head(struct span state, struct node_head *out, struct span *rest)
{
	struct json_scan scan = json_scan_open(state.data, state.len);
	struct span status, fresh_until, total, running, value;
	struct node_head head = {0};

	if (!json_scan_expect(&scan, "status", &status) ||
	    !json_scan_expect(&scan, "fresh_until", &fresh_until) ||
	    !json_scan_expect(&scan, "services_total", &total) ||
	    !json_scan_expect(&scan, "services_running", &running))
		return ERR_MALFORMED;
	head.offline = span_is(status, "\"offline\"");
	if (!head.offline && !span_is(status, "\"online\""))
		return ERR_MALFORMED;
	if (!read_time(fresh_until, &head.fresh_until_ms) || !read_count(total, &head.services_total) ||
	    !read_count(running, &head.services_running))
		return ERR_MALFORMED;
	if (json_scan_expect(&scan, "node_id", &value) && json_scan_expect(&scan, "timestamp", &value))
		(void)read_time(value, &head.reported_at_ms); /* without it nothing moves fresh_until */
	rest->data = fresh_until.data + fresh_until.len;
	rest->len = (size_t)(state.data + state.len - rest->data);
	*out = head;
	return ERR_NONE;
}

enum err node_head_read(const char *state, size_t len, struct node_head *out)
{
	struct span rest;

	return read_head((struct span){state, len}, out, &rest);
}

/* What a state and a summary begin with when they are served. */
static void put_presence(struct json_out *json, const struct node_head *head,
			 const struct node_presence *presence, int64_t now_ms)
{
	json_put_text(json, "status", node_status_name(node_status_at(head, presence, now_ms)));
	if (node_heard_at(head, presence))
		json_put_time(json, "last_heard", node_heard_at(head, presence));
	else
		json_put_null(json, "last_heard");
}

void node_write(struct buf *out, struct span state, const struct node_presence *presence, const char *extra,
		int64_t now_ms)
{
	struct json_out json = {.buf = out};
	struct node_head head;
	struct span rest;

	if (read_head(state, &head, &rest) != ERR_NONE || state.data[state.len - 1] != '}') {
		buf_text(out, "null");
		return;
	}
	json_open(&json, '{');
	put_presence(&json, &head, presence, now_ms);
	if (node_is_lost(&head, presence))
		json_put_time(&json, "stream_lost", presence->stream_lost_ms);
	json_put_time(&json, "fresh_until", node_fresh_until(&head, presence));
	buf_append(out, rest.data, rest.len - 1);
	if (extra) {
		buf_char(out, ',');
		buf_text(out, extra);
	}
	buf_char(out, '}');
}

void node_write_summary(struct buf *out, struct span summary, const struct node_head *head,
			const struct node_presence *presence, int64_t now_ms)
{
	struct json_out json = {.buf = out};
	struct span fresh_until;

	json_open(&json, '{');
	put_presence(&json, head, presence, now_ms);
	if (node_is_lost(head, presence))
		json_put_time(&json, "stream_lost", presence->stream_lost_ms);
	else
		json_put_null(&json, "stream_lost");
	if (summary.len <= strlen("{}") || summary.data[0] != '{' || summary.data[summary.len - 1] != '}') {
		json_close(&json, '}');
		return;
	}
	buf_char(out, ',');
	if (json_scan_find(summary.data, summary.len, "fresh_until", &fresh_until)) {
		const char *behind = fresh_until.data + fresh_until.len;

		buf_append(out, summary.data + 1, (size_t)(fresh_until.data - summary.data) - 1);
		json.comma = false;
		json_put_time(&json, NULL, node_fresh_until(head, presence));
		buf_append(out, behind, (size_t)(summary.data + summary.len - behind));
	} else {
		buf_append(out, summary.data + 1, summary.len - 1);
	}
}
