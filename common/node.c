/* The head of a node's stored state. */
#include "common/node.h"

#include "common/clock.h"

#include <stdlib.h>
#include <string.h>

#define STATUS_MARK	"{\"status\":\""
#define FRESH_MARK	"\",\"fresh_until\":\""
#define TOTAL_MARK	"\",\"services_total\":"
#define RUNNING_MARK	",\"services_running\":"
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

static bool skip(const char **at, const char *end, const char *mark)
{
	size_t len = strlen(mark);

	if ((size_t)(end - *at) < len || memcmp(*at, mark, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool take_count(const char **at, const char *end, int *out)
{
	const char *first = *at;
	int value = 0;

	for (; *at < end && **at >= '0' && **at <= '9' && *at - first < 6; (*at)++)
		value = value * 10 + (**at - '0');
	*out = value;
	return *at > first && *at < end;
}

/* Where the status word ends is returned in *rest, so that it can be written anew. */
static enum err read_head(const char *state, size_t len, struct node_head *out, const char **rest)
{
	const char *at = state, *end = state + len;
	struct node_head head = {0};

	if (!skip(&at, end, STATUS_MARK))
		return ERR_MALFORMED;
	head.offline = skip(&at, end, "offline");
	if (!head.offline && !skip(&at, end, "online"))
		return ERR_MALFORMED;
	*rest = at;
	if (!skip(&at, end, FRESH_MARK) || end - at < CLOCK_ISO_LEN ||
	    clock_parse_iso(at, CLOCK_ISO_LEN, &head.fresh_until_ms) != ERR_NONE)
		return ERR_MALFORMED;
	at += CLOCK_ISO_LEN;
	if (!skip(&at, end, TOTAL_MARK) || !take_count(&at, end, &head.services_total) ||
	    !skip(&at, end, RUNNING_MARK) || !take_count(&at, end, &head.services_running))
		return ERR_MALFORMED;
	*out = head;
	return ERR_NONE;
}

enum err node_head_read(const char *state, size_t len, struct node_head *out)
{
	const char *rest;

	return read_head(state, len, out, &rest);
}

void node_write(struct buf *out, const char *state, size_t len, const char *extra, int64_t now_ms)
{
	struct node_head head;
	const char *rest;

	if (read_head(state, len, &head, &rest) != ERR_NONE || state[len - 1] != '}') {
		buf_text(
			out,
			"null"); /* a foreign hand wrote into Redis: the rest of the cluster stays readable */
		return;
	}
	buf_text(out, STATUS_MARK);
	buf_text(out, node_status_name(node_status_at(&head, now_ms)));
	buf_append(out, rest, len - (size_t)(rest - state) - 1);
	if (extra) {
		buf_char(out, ',');
		buf_text(out, extra);
	}
	buf_char(out, '}');
}
