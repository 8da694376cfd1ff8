/* A whole follower: prints what it hears, a line an event, until it is told to end. `print ADDRESS` */
#include "feed/feed.h"

#include <ev.h>
#include <inttypes.h>
#include <stdio.h>

static void on_phase(void *context, enum feed_phase phase)
{
	static const char *const NAMES[] = {"away", "learning", "catching up", "following"};

	(void)context;
	printf("%s\n", NAMES[phase]);
}

static void on_node(void *context, enum node_news news, const struct known_node *node,
		    const struct node_report *report)
{
	static const char *const NEWS[] = {"loaded", "report", "status", "history cleared", "removed"};

	(void)context;
	printf("%s %s %s points=%zu", NEWS[news], node->id, node_status_name(node->status),
	       node->points_count);
	printf(" %.*s\n", report ? (int)report->summary.len : 0, report ? report->summary.data : "");
}

static void on_lines(void *context, struct log_entry *const *entries, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++)
		printf("line %s %s\n", entries[i]->node, entries[i]->json);
}

static void on_gap(void *context, int64_t after, int64_t before)
{
	(void)context;
	printf("gap %" PRId64 " %" PRId64 "\n", after, before);
}

static void on_log_cleared(void *context, const char *node)
{
	(void)context;
	printf("log cleared %s\n", node ? node : "*");
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
	(void)watcher;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

int main(int argc, char **argv)
{
	static const struct feed_events EVENTS = {.phase = on_phase,
						  .node = on_node,
						  .lines = on_lines,
						  .gap = on_gap,
						  .log_cleared = on_log_cleared};
	struct ev_loop *loop = ev_default_loop(EVFLAG_AUTO);
	struct redis_address address;
	struct reason why;
	ev_signal terminate;
	struct feed *feed;

	if (argc != 2 || redis_address_parse(argv[1], &address, &why) != ERR_NONE)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	feed = feed_new(loop, &(struct feed_options){.address = &address, .lines_each = 10});
	known_listen(&feed->known, &EVENTS, NULL);
	ev_signal_init(&terminate, on_signal, SIGTERM);
	ev_signal_start(loop, &terminate);
	ev_run(loop, 0);
	feed_free(feed);
	ev_loop_destroy(loop);
	return 0;
}
