/*
 * What a client of the delta protocol says, and what it is told first; what it is told later comes through
 * the topics that it follows.
 *
 * A client that comes back asks for the log lines after the last `seq` it has seen. What the feed keeps of
 * them is sent at once. Older lines are read from Redis (feed/backlog.h); meanwhile the client follows
 * nothing, and when they are here they are joined with the lines that came since, so that it gets all of them
 * once and in order.
 */
#include "relay/delta_protocol.h"

#include "common/clock.h"
#include "common/limits.h"
#include "common/mem.h"
#include "feed/backlog.h"
#include "relay/message.h"
#include "relay/rate_limit.h"
#include "relay/subscription.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BACKLOG_LINES_EACH 200 /* of each node, where lines of all nodes are wanted */

/* One session: what the client has asked for. */
struct delta_client {
	const struct delta_protocol *protocol;
	struct connection *connection;
	struct subscriber *subscriber;
	struct rate_limit requests;

	char (*nodes)[ID_NODE_SIZE]; /* subscribed */
	size_t nodes_count;

	struct entry_filter filter;
	struct log_watch *watch; /* NULL: no lines are wanted; followed once the older ones have been sent */
	struct backlog *backlog;
	int64_t resume_seq; /* lines after it were asked for */
};

/* --- nodes -------------------------------------------------------------------------------------------- */

/* Each subscribed node whole: after it was subscribed to, and after anything that breaks the line of its
 * points. */
static void send_nodes(struct delta_client *client)
{
	for (size_t i = 0; i < client->nodes_count; i++)
		hub_send_last(client->subscriber, node_feed_node(client->protocol->nodes, client->nodes[i]));
}

static void forget_nodes(struct delta_client *client)
{
	for (size_t i = 0; i < client->nodes_count; i++)
		hub_unsubscribe(client->subscriber, node_feed_topic(client->nodes[i]).name);
	free(client->nodes);
	client->nodes = NULL;
	client->nodes_count = 0;
}

/* The request's nodes take the place of those subscribed so far. */
static void subscribe_nodes(struct delta_client *client, const struct subscription_request *request)
{
	forget_nodes(client);
	client->nodes_count = request->ids_count;
	client->nodes = mem_alloc(request->ids_count + 1, sizeof(*client->nodes));
	memcpy(client->nodes, request->ids, request->ids_count * sizeof(*client->nodes));
	for (size_t i = 0; i < client->nodes_count; i++)
		hub_subscribe(client->subscriber, node_feed_topic(client->nodes[i]).name);
	send_nodes(client);
}

/* --- log lines ---------------------------------------------------------------------------------------- */

/* Ends the watch, and the reading before it. */
static void forget_logs(struct delta_client *client)
{
	backlog_cancel(client->backlog);
	if (client->watch)
		log_watch_end(client->watch, client->subscriber);
	client->watch = NULL;
}

/* Sends lines that were asked for, of which those before `complete_from` may be missing, and follows the log.
 */
static void resume(struct delta_client *client, struct log_entry *const *entries, size_t count,
		   int64_t complete_from)
{
	struct frame *frame = log_watch_lines(client->watch, entries, count);

	if (complete_from > client->resume_seq + 1)
		hub_send_last(client->subscriber,
			      log_watch_gap(client->watch, client->resume_seq, complete_from));
	if (frame)
		hub_send_last(client->subscriber, frame);
	log_watch_follow(client->watch, client->subscriber);
}

/* The older lines are here, or, with NULL, cannot be had. */
static void on_backlog(void *context, struct log_ring *older)
{
	struct delta_client *client = context;
	const struct delta_protocol *protocol = client->protocol;
	int64_t told_seq = protocol->lines->told_seq;
	size_t count;
	struct log_entry *const *entries = log_feed_after(protocol->lines, client->resume_seq, &count);

	if (!older) {
		resume(client, entries, count, protocol->feed->known.log.ring.complete_from);
		return;
	}
	for (size_t i = 0; i < count; i++)
		log_ring_insert(older, entries[i]->node, entries[i]->json, entries[i]->len);
	entries = log_ring_after(older, client->resume_seq, &count);
	while (count && entries[count - 1]->seq > told_seq)
		count--;
	resume(client, entries, count, older->complete_from);
}

/*
 * Ends what the request puts an end to, and takes the watch it asks for. From here on no line of an earlier
 * filter is sent, so the answer that names the new watch can go out. False: nothing is to be sent or
 * followed anew.
 */
static bool choose_logs(struct delta_client *client, const struct subscription_request *request)
{
	bool wanted = request->logs == WISH_THIS || (request->logs == WISH_UNCHANGED && client->watch);

	if (request->logs == WISH_UNCHANGED && !request->has_log_seq)
		return false;
	forget_logs(client);
	if (!wanted)
		return false;
	if (request->logs == WISH_THIS)
		client->filter = request->filter;
	client->watch = log_watch_take(client->protocol->watches, &client->filter);
	return true;
}

/* Begins the chosen watch: with the lines after a seq if the request names one. */
static void start_logs(struct delta_client *client, const struct subscription_request *request)
{
	const struct delta_protocol *protocol = client->protocol;
	const char *node = client->filter.node;
	struct log_entry *const *entries;
	size_t count;

	if (!request->has_log_seq) {
		log_watch_follow(client->watch, client->subscriber);
		return;
	}
	client->resume_seq = request->log_seq;
	if (client->resume_seq + 1 >= protocol->feed->known.log.ring.complete_from) {
		entries = log_feed_after(protocol->lines, client->resume_seq, &count);
		resume(client, entries, count, 0);
	} else if (*node) {
		backlog_read(client->backlog, node, LIMIT_LOG_ENTRIES_A_NODE);
	} else {
		backlog_read(client->backlog, NULL, BACKLOG_LINES_EACH);
	}
}

/* --- what a client says ------------------------------------------------------------------------------- */

/* Ends an answer to a request: with the request's id, if it has one. */
static void send_answer(struct delta_client *client, struct json_out *json,
			const struct subscription_request *request)
{
	if (*request->id)
		json_put_raw(json, "id", request->id, strlen(request->id));
	hub_send_last(client->subscriber, message_end(json));
}

static void subscribe(struct delta_client *client, const char *text, size_t len)
{
	struct subscription_request request;
	struct buf buf = {0};
	struct json_out json;
	struct reason why;
	bool starts;

	/* A subscription costs the relay more than the client: it may make every node and many lines be sent.
	 */
	if (!rate_limit_take(&client->requests, clock_monotonic_ms())) {
		connection_close(client->connection, WS_TOO_MANY_REQUESTS, "too_many_requests");
		return;
	}
	if (subscription_read(text, len, &request, &why) != ERR_NONE) {
		json = message_begin(&buf, "error");
		json_put_text(&json, "error", why.text);
		json_put_text(&json, "code", err_code(ERR_INVALID));
		send_answer(client, &json, &request);
		return;
	}
	starts = choose_logs(client, &request);
	json = message_begin(&buf, "subscribed");
	json_put_integer(&json, "log_seq", client->protocol->lines->told_seq);
	if (client->watch)
		json_put_integer(&json, "subscription", log_watch_number(client->watch));
	else
		json_put_null(&json, "subscription");
	send_answer(client, &json, &request);
	if (request.nodes != WISH_UNCHANGED)
		subscribe_nodes(client, &request);
	if (starts)
		start_logs(client, &request);
}

/* `ping`, or a JSON object that says what the client wants. */
static void on_receive(void *session, const char *text, size_t len)
{
	struct delta_client *client = session;

	if (strcmp(text, "ping") == 0)
		hub_send_last(client->subscriber, frame_of_text("{\"type\":\"pong\"}"));
	else
		subscribe(client, text, len);
}

/* --- the session -------------------------------------------------------------------------------------- */

/* The snapshot comes first; the deltas after it begin with the next seq. */
static void *on_open(void *service, struct connection *connection, const struct token_claims *claims)
{
	const struct delta_protocol *protocol = service;
	struct delta_client *client = mem_alloc(1, sizeof(*client));

	(void)claims;
	client->protocol = protocol;
	client->connection = connection;
	client->subscriber = connection_subscriber(connection);
	client->backlog = backlog_new(&protocol->feed->backlogs, on_backlog, client);
	hub_send_last(client->subscriber, node_feed_snapshot(protocol->nodes));
	hub_subscribe(client->subscriber, TOPIC_DELTA);
	return client;
}

/* Frames were dropped: everything but the log begins anew. The client asks for the lines that it has missed.
 */
static void on_drained(void *session, size_t dropped)
{
	struct delta_client *client = session;

	hub_send_last(client->subscriber, message_printf("{\"type\":\"lagged\",\"dropped\":%zu}", dropped));
	hub_send_last(client->subscriber, node_feed_snapshot(client->protocol->nodes));
	hub_send_last(client->subscriber, node_feed_database(client->protocol->nodes));
	send_nodes(client);
}

static void on_closed(void *session)
{
	struct delta_client *client = session;

	forget_logs(client);
	forget_nodes(client);
	backlog_free(client->backlog);
	free(client);
}

const struct session_operations DELTA_PROTOCOL_OPERATIONS = {
	.open = on_open, .receive = on_receive, .drained = on_drained, .closed = on_closed};
