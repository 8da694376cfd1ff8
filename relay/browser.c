/* What a browser says and is told first; what it is told later comes through the topics it follows. */
#include "relay/browser.h"

#include "common/clock.h"
#include "common/limits.h"
#include "common/mem.h"
#include "relay/backlog.h"
#include "relay/subscription.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SILENCE_MS	  10000 /* after which, and every which, an update comes unasked */
#define BACKLOG_ALL_NODES 200	/* entries of each node */
#define PONG		  "{\"type\":\"pong\"}"

enum browser_mode { MODE_DEFAULT, MODE_DELTA };

struct browser {
	const struct browsers *browsers;
	struct subscriber *subscriber;
	enum browser_mode mode;
	int64_t update_ms; /* MODE_DEFAULT: when the next update is due */

	/* MODE_DELTA: */
	char (*nodes)[ID_NODE_SIZE]; /* subscribed */
	size_t nodes_count;
	struct entry_filter filter;
	struct log_watch *watch; /* NULL: no lines are wanted, or those missed are still being read */
	struct backlog *backlog;
	int64_t resume_seq; /* lines after it were asked for */
};

static void send_last(struct browser *browser, struct frame *frame)
{
	hub_send_last(browser->subscriber, frame);
}

/* --- default protocol --------------------------------------------------------------------------------- */

static void send_update(struct browser *browser)
{
	/* Who has not taken the last one yet does not need another. */
	if (hub_is_idle(browser->subscriber))
		send_last(browser, feed_update(browser->browsers->feed));
	browser->update_ms = clock_monotonic_ms() + SILENCE_MS;
}

/* --- delta protocol: nodes ---------------------------------------------------------------------------- */

static void send_nodes(struct browser *browser)
{
	for (size_t i = 0; i < browser->nodes_count; i++)
		send_last(browser, feed_node(browser->browsers->feed, browser->nodes[i]));
}

static void forget_nodes(struct browser *browser)
{
	for (size_t i = 0; i < browser->nodes_count; i++)
		hub_unsubscribe(browser->subscriber, feed_topic_of_node(browser->nodes[i]).name);
	free(browser->nodes);
	browser->nodes = NULL;
	browser->nodes_count = 0;
}

static void subscribe_nodes(struct browser *browser, const struct subscription_request *request)
{
	forget_nodes(browser);
	browser->nodes_count = request->ids_count;
	browser->nodes = mem_alloc(request->ids_count + 1, sizeof(*browser->nodes));
	memcpy(browser->nodes, request->ids, request->ids_count * sizeof(*browser->nodes));
	for (size_t i = 0; i < browser->nodes_count; i++)
		hub_subscribe(browser->subscriber, feed_topic_of_node(browser->nodes[i]).name);
	send_nodes(browser);
}

/* --- delta protocol: log lines ------------------------------------------------------------------------ */

static void watch(struct browser *browser)
{
	browser->watch = feed_watch(browser->browsers->feed, browser->subscriber, &browser->filter);
}

static void forget_logs(struct browser *browser)
{
	backlog_cancel(browser->backlog);
	browser->backlog = NULL;
	if (browser->watch)
		feed_unwatch(browser->browsers->feed, browser->subscriber, browser->watch);
	browser->watch = NULL;
}

static void send_gap(struct browser *browser, int64_t after, int64_t before)
{
	if (before > after + 1)
		send_last(browser,
			  compose_printf("{\"type\":\"gap\",\"after\":%" PRId64 ",\"before\":%" PRId64 "}",
					 after, before));
}

static void send_entries(struct browser *browser, struct log_entry *const *entries, size_t count)
{
	struct frame *frame = compose_logs(entries, count, &browser->filter, clock_now_ms());

	if (frame)
		send_last(browser, frame);
}

/* The older lines are here, or cannot be had: join them with those the relay has, and go on live. */
static void on_backlog(void *context, struct recent *older)
{
	struct browser *browser = context;
	int64_t seq = browser->resume_seq;
	struct log_entry *const *entries;
	size_t count;
	struct recent nothing = {.complete_from = feed_told_seq(browser->browsers->feed) + 1};
	struct recent *all = older ? older : &nothing;

	browser->backlog = NULL;
	if (feed_entries(browser->browsers->feed, seq, &entries, &count) != ERR_NONE && !older && count)
		nothing.complete_from = entries[0]->seq;
	for (size_t i = 0; i < count; i++)
		recent_insert(all, entries[i]->node, entries[i]->json, entries[i]->len);
	send_gap(browser, seq, all->complete_from);
	entries = recent_after(all, seq, &count);
	while (count && entries[count - 1]->seq > feed_told_seq(browser->browsers->feed))
		count--;
	send_entries(browser, entries, count);
	recent_free(&nothing);
	watch(browser);
}

static void resume(struct browser *browser, int64_t seq)
{
	const char *node = *browser->filter.node ? browser->filter.node : NULL;
	struct log_entry *const *entries;
	size_t count;

	if (feed_entries(browser->browsers->feed, seq, &entries, &count) == ERR_NONE) {
		send_entries(browser, entries, count);
		watch(browser);
		return;
	}
	browser->resume_seq = seq;
	browser->backlog =
		backlog_read(browser->browsers->bus, node,
			     node ? LIMIT_LOG_ENTRIES_A_NODE : BACKLOG_ALL_NODES, on_backlog, browser);
}

static void subscribe_logs(struct browser *browser, const struct subscription_request *request)
{
	bool wanted = request->logs == WISH_THIS ||
		      (request->logs == WISH_UNCHANGED && (browser->watch || browser->backlog));

	if (request->logs == WISH_UNCHANGED && !request->has_log_seq)
		return;
	forget_logs(browser);
	if (!wanted)
		return;
	if (request->logs == WISH_THIS)
		browser->filter = request->filter;
	if (request->has_log_seq)
		resume(browser, request->log_seq);
	else
		watch(browser);
}

static void subscribe(struct browser *browser, const char *text, size_t len)
{
	struct subscription_request request;
	struct reason why;
	enum err err = subscription_read(text, len, &request, &why);

	if (err != ERR_NONE) {
		send_last(browser, compose_error(ERR_INVALID, &why));
		return;
	}
	send_last(browser, compose_printf("{\"type\":\"subscribed\",\"log_seq\":%" PRId64 "}",
					  feed_told_seq(browser->browsers->feed)));
	if (request.nodes != WISH_UNCHANGED)
		subscribe_nodes(browser, &request);
	subscribe_logs(browser, &request);
}

/* --- the connection ----------------------------------------------------------------------------------- */

static void *on_open(void *service, struct connection *connection, const struct token_claims *claims,
		     const char *mode)
{
	struct browser *browser = mem_alloc(1, sizeof(*browser));

	(void)claims;
	browser->browsers = service;
	browser->subscriber = connection_subscriber(connection);
	browser->mode = strcmp(mode, "delta") == 0 ? MODE_DELTA : MODE_DEFAULT;
	if (browser->mode == MODE_DELTA) {
		send_last(browser, feed_snapshot(browser->browsers->feed));
		hub_subscribe(browser->subscriber, TOPIC_DELTA);
	} else {
		feed_welcome(browser->browsers->feed, browser->subscriber);
		browser->update_ms = clock_monotonic_ms() + SILENCE_MS;
	}
	return browser;
}

static void on_receive(void *session, const char *text, size_t len)
{
	struct browser *browser = session;

	if (strcmp(text, "ping") == 0) {
		send_last(browser, frame_of_text(PONG));
		if (browser->mode == MODE_DEFAULT)
			send_update(browser);
	} else if (browser->mode == MODE_DELTA) {
		subscribe(browser, text, len);
	}
}

static void on_tick(void *session, int64_t monotonic_ms)
{
	struct browser *browser = session;

	if (browser->mode == MODE_DEFAULT && browser->update_ms <= monotonic_ms)
		send_update(browser);
}

static void on_overflow(void *session)
{
	(void)session; /* it is told how much when it has taken what waits */
}

static void on_drained(void *session, size_t dropped)
{
	struct browser *browser = session;

	send_last(browser, compose_printf("{\"type\":\"lagged\",\"dropped\":%zu}", dropped));
	if (browser->mode != MODE_DELTA)
		return;
	send_last(browser, feed_snapshot(browser->browsers->feed));
	send_nodes(browser);
}

static void on_closed(void *session)
{
	struct browser *browser = session;

	forget_logs(browser);
	forget_nodes(browser);
	free(browser);
}

const struct session_operations BROWSER_OPERATIONS = {.open = on_open,
						      .receive = on_receive,
						      .tick = on_tick,
						      .overflow = on_overflow,
						      .drained = on_drained,
						      .closed = on_closed};
