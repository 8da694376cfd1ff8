/*
 * The life of a connection, and its reads and writes. This file knows neither paths nor roles, nor what is
 * said.
 *
 * A frame is sent at once, from wherever it was published, if nothing waits for this client and its socket
 * takes it. libwebsockets wants writes in its WRITEABLE callback only, which would cost a turn of the loop
 * for every client: with a thousand browsers the last one would get a line almost twice as late. Writing at
 * once is sound as long as the library holds nothing of ours back and no frame is partly sent.
 * `lws_send_pipe_choked` covers the library's own rest of a short write, `partial` covers ours. What cannot
 * be sent at once is queued by the hub, and goes on in connection_writable.
 *
 * Frames are shared by all clients, and libwebsockets writes its header into the bytes before the text. For
 * the first piece that is the frame's headroom; in the middle of a frame these bytes are text, which is put
 * back at once.
 *
 * A connection that is no longer open cannot be freed where that is found out, since the library and the hub
 * are at work with it. It is marked, and ws_tick has the library drop it if it does not go by itself.
 */
#include "relay/connection.h"

#include "common/clock.h"
#include "common/mem.h"

#include <assert.h>
#include <errno.h>
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CLOSE_WITHIN_MS 300

static_assert(FRAME_HEADROOM >= LWS_PRE, "room for the transport's header");

/* The one place where the state changes; it never goes back. */
static void set_state(struct connection *connection, enum connection_state state)
{
	static const bool MOVES[CONNECTION_STATES][CONNECTION_STATES] = {
		[CONNECTION_ACCEPTED] =
			{[CONNECTION_OPEN] = true, [CONNECTION_CLOSING] = true, [CONNECTION_GONE] = true},
		[CONNECTION_OPEN] =
			{[CONNECTION_CLOSING] = true, [CONNECTION_CLOSED] = true, [CONNECTION_GONE] = true},
		[CONNECTION_CLOSING] = {[CONNECTION_CLOSED] = true, [CONNECTION_GONE] = true},
		[CONNECTION_CLOSED] = {[CONNECTION_GONE] = true}};

	assert(MOVES[connection->state][state]);
	if (connection->state <= CONNECTION_OPEN)
		connection->close_by_ms = clock_monotonic_ms() + CLOSE_WITHIN_MS;
	connection->state = state;
}

/* --- for sessions ------------------------------------------------------------------------------------- */

struct subscriber *connection_subscriber(struct connection *connection)
{
	return connection->subscriber;
}

void connection_close(struct connection *connection, enum ws_close code, const char *reason)
{
	if (connection->state > CONNECTION_OPEN)
		return;
	set_state(connection, CONNECTION_CLOSING);
	connection->close_code = code;
	connection->close_reason = reason;
	lws_callback_on_writable(connection->wsi);
}

/* --- writing ------------------------------------------------------------------------------------------ */

/* Writes the next piece of a frame from connection->sent on. False: the connection is of no use any more. */
static bool write_piece(struct connection *connection, struct frame *frame)
{
	size_t from = connection->sent, left = frame->len - from;
	size_t len = left < CONNECTION_CHUNK ? left : CONNECTION_CHUNK;
	char *piece = frame_text(frame) + from, before[LWS_PRE];
	int mode = from ? LWS_WRITE_CONTINUATION : LWS_WRITE_TEXT, written;

	if (len < left)
		mode |= LWS_WRITE_NO_FIN;
	if (connection->endpoint->kind == ENDPOINT_EVENTS)
		mode = LWS_WRITE_HTTP;
	memcpy(before, piece - LWS_PRE, LWS_PRE);
	written = lws_write(connection->wsi, (unsigned char *)piece, len, (enum lws_write_protocol)mode);
	memcpy(piece - LWS_PRE, before, LWS_PRE);
	if (written < (int)len) {
		set_state(connection, CONNECTION_CLOSED);
		return false;
	}
	connection->sent = from + len;
	return true;
}

/* Writes what is left of the partly sent frame, as far as the socket takes it without waiting. */
static void write_rest(struct connection *connection)
{
	struct frame *frame = connection->partial;

	while (connection->sent < frame->len && !lws_send_pipe_choked(connection->wsi))
		if (!write_piece(connection, frame))
			return;
	if (connection->sent < frame->len) {
		lws_callback_on_writable(connection->wsi);
		return;
	}
	connection->partial = NULL;
	frame_release(frame);
}

/* The hub's: sends a frame now, or says that it has to wait. What nobody will read counts as sent. */
static bool on_send(void *owner, struct frame *frame)
{
	struct connection *connection = owner;

	if (connection->state != CONNECTION_OPEN)
		return true;
	if (connection->partial || lws_send_pipe_choked(connection->wsi))
		return false;
	connection->sent = 0;
	if (!write_piece(connection, frame))
		return true;
	if (connection->sent < frame->len) {
		connection->partial = frame_share(frame);
		write_rest(connection);
	}
	return true;
}

/* The hub's: something waits, so ask to be told when the socket takes more. */
static void on_wait(void *owner)
{
	struct connection *connection = owner;

	if (connection->state == CONNECTION_OPEN)
		lws_callback_on_writable(connection->wsi);
}

/* The hub's: the queue is full, or has run empty again. What that means is the service's business. */
static void on_overflow(void *owner)
{
	struct connection *connection = owner;

	if (connection->endpoint->operations->overflow)
		connection->endpoint->operations->overflow(connection->session);
}

static void on_drained(void *owner, size_t dropped)
{
	struct connection *connection = owner;

	if (connection->endpoint->operations->drained)
		connection->endpoint->operations->drained(connection->session, dropped);
}

bool connection_writable(struct connection *connection)
{
	switch (connection->state) {
	case CONNECTION_ACCEPTED:
		return true;
	case CONNECTION_OPEN:
		if (connection->partial)
			write_rest(connection);
		if (!connection->partial)
			hub_flush(connection->subscriber);
		return true;
	case CONNECTION_CLOSING:
		set_state(connection, CONNECTION_CLOSED);
		if (connection->endpoint->kind == ENDPOINT_WEBSOCKET)
			lws_close_reason(connection->wsi, (enum lws_close_status)connection->close_code,
					 (unsigned char *)(uintptr_t)connection->close_reason,
					 strlen(connection->close_reason));
		return false;
	default:
		return false;
	}
}

/* --- reading ------------------------------------------------------------------------------------------ */

void connection_receive(struct connection *connection, const char *piece, size_t len)
{
	struct buf *incoming = &connection->incoming;

	if (lws_frame_is_binary(connection->wsi))
		connection_close(connection, WS_TEXT_ONLY, "text_only");
	else if (incoming->len + len > WS_MESSAGE_MAX)
		connection_close(connection, WS_TOO_LARGE, "message_too_large");
	if (connection->state != CONNECTION_OPEN)
		return;
	buf_append(incoming, piece, len);
	if (!lws_is_final_fragment(connection->wsi) || lws_remaining_packet_payload(connection->wsi))
		return;
	if (connection->endpoint->operations->receive)
		connection->endpoint->operations->receive(connection->session, buf_string(incoming),
							  incoming->len);
	buf_free(incoming); /* clients write seldom: hold no memory in between */
}

/* Whoever listens to an event stream has nothing to say, so the end of what he says is the end of the stream.
 * Should something be said all the same, it is read and ignored. */
static void on_stream_readable(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct connection *connection = watcher->data;
	char ignored[256];
	ssize_t got = recv(watcher->fd, ignored, sizeof(ignored), MSG_DONTWAIT);

	(void)loop;
	(void)events;
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

/* --- its life ----------------------------------------------------------------------------------------- */

void connection_new(struct connections *all, struct lws *wsi, const struct endpoint *endpoint,
		    const struct token_claims *claims)
{
	struct connection *connection = mem_alloc(1, sizeof(*connection));

	connection->all = all;
	connection->wsi = wsi;
	connection->endpoint = endpoint;
	connection->claims = *claims;
	LIST_INSERT_HEAD(&all->list, connection, link);
	all->count++;
	ev_init(&connection->hang_up, on_stream_readable);
	connection->hang_up.data = connection;
	lws_set_opaque_user_data(wsi, connection);
}

void connection_open(struct connection *connection)
{
	static const struct hub_outlet OUTLET = {
		.send = on_send, .wait = on_wait, .overflow = on_overflow, .drained = on_drained};
	const struct endpoint *endpoint = connection->endpoint;

	if (connection->state != CONNECTION_ACCEPTED)
		return;
	set_state(connection, CONNECTION_OPEN);
	connection->subscriber = hub_join(connection->all->hub, &OUTLET, connection);
	connection->session = endpoint->operations->open(endpoint->service, connection, &connection->claims);
	if (endpoint->kind != ENDPOINT_EVENTS)
		return;
	/* The library (4.1) does not close an event stream whose client hangs up: it is told of that again
	 * and again, until something is written. So it is told nothing, and we look ourselves. */
	(void)lws_rx_flow_control(connection->wsi, 0);
	ev_io_set(&connection->hang_up, lws_get_socket_fd(connection->wsi), EV_READ);
	ev_io_start(connection->all->loop, &connection->hang_up);
}

void connection_free(struct connection *connection)
{
	if (!connection)
		return;
	lws_set_opaque_user_data(connection->wsi, NULL);
	set_state(connection, CONNECTION_GONE);
	ev_io_stop(connection->all->loop, &connection->hang_up);
	if (connection->subscriber)
		connection->endpoint->operations->closed(connection->session);
	hub_leave(connection->subscriber);
	frame_release(connection->partial);
	buf_free(&connection->incoming);
	LIST_REMOVE(connection, link);
	connection->all->count--;
	free(connection);
}

void connection_tick(struct connection *connection, int64_t monotonic_ms)
{
	if (connection->state == CONNECTION_OPEN && connection->endpoint->operations->tick)
		connection->endpoint->operations->tick(connection->session, monotonic_ms);
	else if (connection->state > CONNECTION_OPEN && connection->close_by_ms <= monotonic_ms)
		lws_set_timeout(connection->wsi, PENDING_TIMEOUT_LAGGING, LWS_TO_KILL_SYNC);
}
