/* Writes events as text. What the numbers of a report look like is up to the tests. */
#include "tests/unit/feed/heard.h"

#include "common/clock.h"

#include <inttypes.h>

static void on_phase(void *context, enum feed_phase phase)
{
	static const char *const NAMES[] = {"away", "learning", "catching up", "following"};

	buf_printf(context, "%s;", NAMES[phase]);
}

static void on_node(void *context, enum node_news news, const struct known_node *node,
		    const struct node_report *report)
{
	static const char *const NEWS[] = {"loaded", "reported", "status", "history cleared", "removed"};

	buf_printf(context, "%s %s%s", NEWS[news], node->id, report && report->point.data ? " point" : "");
	if (news == NODE_STATUS)
		buf_printf(context, " %s", node_status_name(node->status));
	buf_char(context, ';');
}

static void on_heard(void *context, const struct known_node *node)
{
	buf_printf(context, "heard %s;", node->id);
}

static void on_lines(void *context, struct log_entry *const *entries, size_t count)
{
	buf_text(context, "lines");
	for (size_t i = 0; i < count; i++)
		buf_printf(context, " %" PRId64, entries[i]->seq);
	buf_char(context, ';');
}

static void on_gap(void *context, int64_t after, int64_t before)
{
	buf_printf(context, "gap %" PRId64 " %" PRId64 ";", after, before);
}

static void on_log_restarted(void *context, int64_t complete_from)
{
	buf_printf(context, "restarted %" PRId64 ";", complete_from);
}

static void on_log_cleared(void *context, const char *node)
{
	buf_printf(context, "log cleared %s;", node ? node : "*");
}

const struct feed_events HEARD_EVENTS = {.phase = on_phase,
					 .node = on_node,
					 .heard = on_heard,
					 .lines = on_lines,
					 .gap = on_gap,
					 .log_restarted = on_log_restarted,
					 .log_cleared = on_log_cleared};

void heard_write_report(struct buf *out, const char *node, int number)
{
	char fresh_until[CLOCK_ISO_SIZE];

	clock_format_iso(clock_now_ms() + 60000, fresh_until);
	buf_printf(out,
		   "%s\n{\"status\":\"online\",\"fresh_until\":\"%s\",\"services_total\":0,"
		   "\"services_running\":0,\"node_id\":\"%s\"}\n{\"timestamp\":\"%03d\",\"cpu_percent\":%d}\n"
		   "{\"timestamp\":\"%03d\",\"cpu_percent\":%d}",
		   node, fresh_until, node, number, number, number, number);
}

void heard_write_entry(struct buf *out, const char *node, int seq)
{
	buf_printf(out,
		   "{\"timestamp\":\"2025-11-17T10:30:00.123Z\",\"node_id\":\"%s\",\"level\":\"INFO\","
		   "\"logger_name\":\"app\",\"message\":\"m\",\"seq\":%d}",
		   node, seq);
}
