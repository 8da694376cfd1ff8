/* What a browser says and is told first; what it is told later comes through the topics it follows. */
#include "relay/browser.h"

#include "common/clock.h"
#include "common/limits.h"
#include "common/mem.h"
#include "relay/rate_limit.h"
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
	struct connection *connection;
	struct subscriber *subscriber;
	enum browser_mode mode;
	int64_t update_ms; /* MODE_DEFAULT: when the next update is due */

	/* MODE_DELTA: */
	struct rate_limit requests;
	char (*nodes)[ID_NODE_SIZE]; /* subscribed */
	size_t nodes_count;
	struct entry_filter filter;
	struct log_watch *watch; /* NULL: no lines are wanted, or those missed are still being read */
	struct backlog *backlog; /* those missed */
	int64_t resume_seq;	 /* lines after it were asked for */
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
		send_last(browser, node_feed_update(browser->browsers->feed));
	browser->update_ms = clock_monotonic_ms() + SILENCE_MS;
}

/* --- delta protocol: nodes ---------------------------------------------------------------------------- */

static void send_nodes(struct browser *browser)
{
	for (size_t i = 0; i < browser->nodes_count; i++)
		send_last(browser, node_feed_node(browser->browsers->feed, browser->nodes[i]));
}

static void forget_nodes(struct browser *browser)
{
	for (size_t i = 0; i < browser->nodes_count; i++)
		hub_unsubscribe(browser->subscriber, node_feed_topic_of_node(browser->nodes[i]).name);
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
		hub_subscribe(browser->subscriber, node_feed_topic_of_node(browser->nodes[i]).name);
	send_nodes(browser);
}

/* --- delta protocol: log lines ------------------------------------------------------------------------ */

static void watch(struct browser *browser)
{
	browser->watch = log_feed_watch(browser->browsers->lines, browser->subscriber, &browser->filter);
}

static void forget_logs(struct browser *browser)
{
	backlog_cancel(browser->backlog);
	if (browser->watch)
		log_feed_unwatch(browser->browsers->lines, browser->subscriber, browser->watch);
	browser->watch = NULL;
}

static void send_entries(struct browser *browser, struct log_entry *const *entries, size_t count)
{
	struct frame *frame = compose_logs(entries, count, &browser->filter, clock_now_ms());

	if (frame)
		send_last(browser, frame);
}

/* What is known after `seq` from `complete_from` on; then what comes. */
static void go_on(struct browser *browser, struct log_entry *const *entries, size_t count, int64_t seq,
		  int64_t complete_from)
{
	if (complete_from > seq + 1)
		send_last(browser, compose_gap(seq, complete_from));
	send_entries(browser, entries, count);
	watch(browser);
}

/* The older lines are here, or cannot be had: joined with those the relay keeps. */
static void on_backlog(void *context, struct log_ring *older)
{
	struct browser *browser = context;
	const struct log_feed *lines = browser->browsers->lines;
	int64_t seq = browser->resume_seq;
	size_t count;
	struct log_entry *const *entries = log_feed_after(lines, seq, &count);

	if (!older) {
		go_on(browser, entries, count, seq, log_feed_complete_from(lines));
		return;
	}
	for (size_t i = 0; i < count; i++)
		log_ring_insert(older, entries[i]->node, entries[i]->json, entries[i]->len);
	entries = log_ring_after(older, seq, &count);
	while (count && entries[count - 1]->seq > log_feed_told_seq(lines))
		count--;
	go_on(browser, entries, count, seq, older->complete_from);
}

static void resume(struct browser *browser, int64_t seq)
{
	const struct log_feed *lines = browser->browsers->lines;
	const char *node = *browser->filter.node ? browser->filter.node : NULL;
	size_t count;
	struct log_entry *const *entries = log_feed_after(lines, seq, &count);

	if (seq + 1 >= log_feed_complete_from(lines)) {
		go_on(browser, entries, count, seq, 0);
		return;
	}
	browser->resume_seq = seq;
	backlog_read(browser->backlog, node, node ? LIMIT_LOG_ENTRIES_A_NODE : BACKLOG_ALL_NODES);
}

static void subscribe_logs(struct browser *browser, const struct subscription_request *request)
{
	bool wanted = request->logs == WISH_THIS || (request->logs == WISH_UNCHANGED &&
						     (browser->watch || backlog_is_wanted(browser->backlog)));

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
	enum err err;

	/* What is wanted anew each time costs more than it takes to say. */
	if (!rate_limit_take(&browser->requests, clock_monotonic_ms())) {
		connection_close(browser->connection, WS_TOO_MANY_REQUESTS, "too_many_requests");
		return;
	}
	err = subscription_read(text, len, &request, &why);
	if (err != ERR_NONE) {
		send_last(browser, compose_error(ERR_INVALID, &why));
		return;
	}
	send_last(browser, compose_printf("{\"type\":\"subscribed\",\"log_seq\":%" PRId64 "}",
					  log_feed_told_seq(browser->browsers->lines)));
	if (request.nodes != WISH_UNCHANGED)
		subscribe_nodes(browser, &request);
	subscribe_logs(browser, &request);
}

/* --- the connection ----------------------------------------------------------------------------------- */

static void *on_open(void *service, struct connection *connection, const struct token_claims *claims,
		     const char *mode)
{
	struct browser *browser = mem_alloc(1, sizeof(*browser));
	int64_t seq;

	(void)claims;
	browser->browsers = service;
	browser->connection = connection;
	browser->subscriber = connection_subscriber(connection);
	browser->mode = strcmp(mode, "delta") == 0 ? MODE_DELTA : MODE_DEFAULT;
	if (browser->mode == MODE_DELTA) {
		browser->backlog = backlog_new(browser->browsers->backlogs, on_backlog, browser);
		send_last(browser, node_feed_snapshot(browser->browsers->feed));
		hub_subscribe(browser->subscriber, TOPIC_DELTA);
	} else {
		send_last(browser,
			  node_feed_initial(browser->browsers->feed, browser->browsers->lines, &seq));
		log_feed_follow(browser->browsers->lines, browser->subscriber, seq);
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
	send_last(browser, node_feed_snapshot(browser->browsers->feed));
	send_last(browser, node_feed_database(browser->browsers->feed));
	send_nodes(browser);
}

static void on_closed(void *session)
{
	struct browser *browser = session;

	forget_logs(browser);
	forget_nodes(browser);
	backlog_free(browser->backlog);
	free(browser);
}

const struct session_operations BROWSER_OPERATIONS = {.open = on_open,
						      .receive = on_receive,
						      .tick = on_tick,
						      .overflow = on_overflow,
						      .drained = on_drained,
						      .closed = on_closed};
