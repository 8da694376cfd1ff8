/* Connections on libwebsockets, with ws_http.c its one home. Knows paths and roles by the table it was given,
 * and nothing of content. */
#include "relay/ws.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "relay/ws_http.h"

#include <assert.h>
#include <errno.h>
#include <ev.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define CHUNK		(64 * 1024) /* of a large frame, written at a time */
#define CLOSE_WITHIN_MS 300
#define SOCKET_MODE	0660

enum connection_state {
	CONNECTION_OPEN,
	CONNECTION_CLOSING, /* its close frame waits for the socket */
	CONNECTION_CLOSED   /* left to the library, to be gone by close_by_ms */
};

struct connection {
	enum connection_state state;
	struct ws *ws;
	struct lws *wsi;
	const struct endpoint *endpoint;
	struct token_claims claims;
	struct subscriber *subscriber;
	void *session; /* NULL until the upgrade is done */

	struct frame *partial; /* partly sent; NULL: none */
	size_t sent;	       /* of it */
	struct buf incoming;   /* fragments of the client's message */
	struct ev_io hang_up;  /* of an event stream's client */

	enum ws_close close_code;
	const char *close_reason;
	int64_t close_by_ms;

	LIST_ENTRY(connection) link;
};

struct ws {
	const struct ws_options *options;
	struct ev_loop *loop;
	struct lws_context *context;
	LIST_HEAD(connection_list, connection) connections;
	size_t count;
	bool stopping;
};

static_assert(FRAME_HEADROOM >= LWS_PRE, "room for the transport's header");

/* The one place where the state changes; it never goes back. */
static void set_state(struct connection *connection, enum connection_state state)
{
	if (connection->state == CONNECTION_OPEN)
		connection->close_by_ms = clock_monotonic_ms() + CLOSE_WITHIN_MS;
	connection->state = state;
}

struct subscriber *connection_subscriber(struct connection *connection)
{
	return connection->subscriber;
}

void connection_close(struct connection *connection, enum ws_close code, const char *reason)
{
	if (connection->state != CONNECTION_OPEN)
		return;
	set_state(connection, CONNECTION_CLOSING);
	connection->close_code = code;
	connection->close_reason = reason;
	lws_callback_on_writable(connection->wsi);
}

/* --- writing ------------------------------------------------------------------------------------------ */

static enum lws_write_protocol write_mode(const struct connection *connection, size_t from, bool last)
{
	int mode = from ? LWS_WRITE_CONTINUATION : LWS_WRITE_TEXT;

	if (connection->endpoint->kind == ENDPOINT_EVENTS)
		return LWS_WRITE_HTTP;
	return (enum lws_write_protocol)(last ? mode : mode | LWS_WRITE_NO_FIN);
}

/* Writes one piece. The library puts its header before it, which in the middle of a shared frame is other
 * text: it is put back at once. */
static bool write_piece(struct connection *connection, struct frame *frame, size_t from)
{
	size_t len = frame->len - from < CHUNK ? frame->len - from : CHUNK;
	char *piece = frame_text(frame) + from, before[LWS_PRE];
	int written;

	memcpy(before, piece - LWS_PRE, LWS_PRE);
	written = lws_write(connection->wsi, (unsigned char *)piece, len,
			    write_mode(connection, from, from + len == frame->len));
	memcpy(piece - LWS_PRE, before, LWS_PRE);
	if (written < (int)len) {
		set_state(connection, CONNECTION_CLOSED); /* ws_tick has it dropped: it is in use right now */
		return false;
	}
	connection->sent = from + len;
	return true;
}

/* Writes what is left of the partly sent frame, as far as the socket takes it without waiting. */
static void go_on(struct connection *connection)
{
	struct frame *frame = connection->partial;

	while (connection->sent < frame->len && !lws_send_pipe_choked(connection->wsi))
		if (!write_piece(connection, frame, connection->sent))
			return;
	if (connection->sent < frame->len) {
		lws_callback_on_writable(connection->wsi);
		return;
	}
	connection->partial = NULL;
	frame_release(frame);
}

/*
 * The library wants writes in its WRITEABLE callback only, which costs a turn of the loop for every client.
 * It is sound to write at once while it holds nothing of ours back (its choked test covers its own rest of a
 * short write) and no frame is partly sent.
 */
static bool send_frame(void *owner, struct frame *frame)
{
	struct connection *connection = owner;

	if (connection->state != CONNECTION_OPEN)
		return true; /* nobody will read it */
	if (connection->partial || lws_send_pipe_choked(connection->wsi))
		return false;
	if (!write_piece(connection, frame, 0))
		return true;
	if (connection->sent < frame->len) {
		connection->partial = frame_share(frame);
		go_on(connection);
	}
	return true;
}

static void wait_writable(void *owner)
{
	struct connection *connection = owner;

	if (connection->state == CONNECTION_OPEN)
		lws_callback_on_writable(connection->wsi);
}

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

/* 0, or -1 to have the library close it. */
static int on_writable(struct connection *connection)
{
	if (connection->state == CONNECTION_CLOSING) {
		set_state(connection, CONNECTION_CLOSED);
		if (connection->endpoint->kind == ENDPOINT_WEBSOCKET)
			lws_close_reason(connection->wsi, (enum lws_close_status)connection->close_code,
					 (unsigned char *)(uintptr_t)connection->close_reason,
					 strlen(connection->close_reason));
		return -1;
	}
	if (connection->state == CONNECTION_CLOSED)
		return -1;
	if (connection->partial)
		go_on(connection);
	if (!connection->partial)
		hub_flush(connection->subscriber);
	return 0;
}

/* --- reading ------------------------------------------------------------------------------------------ */

static void on_receive(struct connection *connection, const char *piece, size_t len)
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

/* Whoever listens to an event stream has nothing to say, so this is the end; what is said all the same goes
 * by. */
static void on_stream_readable(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct connection *connection = watcher->data;
	char ignored[256];
	ssize_t got = recv(watcher->fd, ignored, sizeof(ignored), MSG_DONTWAIT);

	(void)loop, (void)events;
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

/* The library does not close an event stream whose client hangs up: it is told of that again and again, until
 * something is written. */
static void watch_hang_up(struct connection *connection)
{
	(void)lws_rx_flow_control(connection->wsi, 0);
	ev_io_set(&connection->hang_up, lws_get_socket_fd(connection->wsi), EV_READ);
	ev_io_start(connection->ws->loop, &connection->hang_up);
}

/* --- the life of a connection ------------------------------------------------------------------------- */

static const struct hub_outlet OUTLET = {
	.send = send_frame, .wait = wait_writable, .overflow = on_overflow, .drained = on_drained};

static void connection_new(struct ws *ws, struct lws *wsi, const struct endpoint *endpoint,
			   const struct token_claims *claims)
{
	struct connection *connection = mem_alloc(1, sizeof(*connection));

	connection->ws = ws;
	connection->wsi = wsi;
	connection->endpoint = endpoint;
	connection->claims = *claims;
	LIST_INSERT_HEAD(&ws->connections, connection, link);
	ws->count++;
	ev_init(&connection->hang_up, on_stream_readable);
	connection->hang_up.data = connection;
	lws_set_opaque_user_data(wsi, connection);
}

static void connection_open(struct connection *connection)
{
	const struct endpoint *endpoint = connection->endpoint;

	connection->subscriber = hub_join(connection->ws->options->hub, &OUTLET, connection);
	connection->session = endpoint->operations->open(endpoint->service, connection, &connection->claims);
}

static void connection_free(struct connection *connection)
{
	if (!connection)
		return;
	lws_set_opaque_user_data(connection->wsi, NULL);
	set_state(connection, CONNECTION_CLOSED);
	ev_io_stop(connection->ws->loop, &connection->hang_up);
	if (connection->session)
		connection->endpoint->operations->closed(connection->session);
	hub_leave(connection->subscriber);
	frame_release(connection->partial);
	buf_free(&connection->incoming);
	LIST_REMOVE(connection, link);
	connection->ws->count--;
	free(connection);
}

/* --- requests ----------------------------------------------------------------------------------------- */

/* 0: it is let in, as a connection that is not open yet; more: it was answered; less: hang up. */
static int let_in(struct ws *ws, struct lws *wsi, const char *upgrade)
{
	struct request request = {.upgrade = upgrade};
	const struct endpoint *endpoint = NULL;
	struct token_claims claims = {.subject = ""};
	struct reason why = {.text = ""};
	enum err err;

	ws_http_read(wsi, &request);
	err = ws->stopping ? reason_set(&why, ERR_BACKEND_AWAY, "the relay is shutting down")
			   : endpoint_admit(&ws->options->table, &request, clock_now_ms(), &endpoint, &claims,
					    &why);
	if (err != ERR_NONE)
		return ws_http_refuse(wsi, err, &why) ? 1 : -1;
	connection_new(ws, wsi, endpoint, &claims);
	return 0;
}

static int on_http(struct ws *ws, struct lws *wsi)
{
	struct connection *connection;
	int answered = let_in(ws, wsi, "");

	if (answered)
		return answered > 0 && lws_http_transaction_completed(wsi) == 0 ? 0 : -1;
	if (!ws_http_begin_events(wsi))
		return -1;
	connection = lws_get_opaque_user_data(wsi);
	connection_open(connection);
	watch_hang_up(connection);
	return 0;
}

/* --- the library's events ----------------------------------------------------------------------------- */

static int on_event(struct lws *wsi, enum lws_callback_reasons event, void *unused, void *data, size_t len)
{
	struct ws *ws = lws_context_user(lws_get_context(wsi));
	struct connection *connection = lws_get_opaque_user_data(wsi);

	(void)unused;
	switch (event) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return ws->stopping;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return let_in(ws, wsi, data);
	case LWS_CALLBACK_HTTP:
		return on_http(ws, wsi);
	case LWS_CALLBACK_ESTABLISHED:
		connection_open(connection);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		on_receive(connection, data, len);
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return connection ? on_writable(connection) : 0;
	case LWS_CALLBACK_CLOSED:
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_WSI_DESTROY:
		connection_free(connection);
		return 0;
	default:
		return 0;
	}
}

static void on_log(int level, const char *line)
{
	(level & LLL_ERR ? log_error : log_warning)("lws", "%.*s", (int)strcspn(line, "\n"), line);
}

/* --- the whole ---------------------------------------------------------------------------------------- */

static const struct lws_protocols PROTOCOLS[] = {
	/* What tx_packet_size does not cover is copied aside by the library. */
	{.name = "p2pdash", .callback = on_event, .rx_buffer_size = 4096, .tx_packet_size = CHUNK},
	{.name = NULL}};

/* A peer that answers no ping is gone. */
static const lws_retry_bo_t LIVENESS = {.secs_since_valid_ping = 30, .secs_since_valid_hangup = 75};

static struct lws_context *listen_on(const struct listen_address *address,
				     struct lws_context_creation_info *info)
{
	struct lws_context *context;
	mode_t mask;

	info->iface = *address->path ? address->path : address->host;
	info->port = address->port;
	if (*address->path)
		info->options |= LWS_SERVER_OPTION_UNIX_SOCK;
	else if (!strchr(address->host, ':'))
		info->options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	mask = umask(0777 & ~SOCKET_MODE); /* the socket's file never exists with another mode */
	context = lws_create_context(info);
	(void)umask(mask);
	return context;
}

enum err ws_new(struct ev_loop *loop, const struct ws_options *options, struct ws **out, struct reason *why)
{
	void *loops[] = {loop};
	struct ws *ws = mem_alloc(1, sizeof(*ws));
	struct lws_context_creation_info info = {
		.protocols = PROTOCOLS,
		.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS |
			   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND | LWS_SERVER_OPTION_VALIDATE_UTF8,
		.foreign_loops = loops,
		.user = ws,
		.max_http_header_data = 2 * ENDPOINT_HEADER_MAX,
		.retry_and_idle_policy = &LIVENESS,
		.ka_time = 60,
		.ka_probes = 3,
		.ka_interval = 10,
	};

	enum err err = listen_address_try(&options->listen, why);

	ws->options = options;
	ws->loop = loop;
	lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
	if (err == ERR_NONE)
		ws->context = listen_on(&options->listen, &info);
	if (!ws->context) {
		free(ws);
		return err != ERR_NONE ? err
				       : reason_set(why, ERR_SYSTEM,
						    "cannot listen there: the lines of lws above say why");
	}
	*out = ws;
	return ERR_NONE;
}

void ws_free(struct ws *ws)
{
	if (!ws)
		return;
	lws_context_destroy(ws->context);
	if (*ws->options->listen.path)
		unlink(ws->options->listen.path);
	free(ws);
}

void ws_tick(struct ws *ws)
{
	int64_t now_ms = clock_now_ms(), monotonic_ms = clock_monotonic_ms();
	struct connection *next;

	/* The library's own timers go wrong on libev: a shorter one does not replace one that runs. Waking it
	 * has it look at them. */
	lws_cancel_service(ws->context);
	for (struct connection *at = LIST_FIRST(&ws->connections); at; at = next) {
		const char *ended = access_ended(ws->options->table.access, &at->claims, now_ms);

		next = LIST_NEXT(at, link);
		if (ended)
			connection_close(at, WS_SESSION_ENDED, ended);
		if (at->state != CONNECTION_OPEN && at->close_by_ms <= monotonic_ms)
			lws_set_timeout(at->wsi, PENDING_TIMEOUT_LAGGING, LWS_TO_KILL_SYNC);
		else if (at->state == CONNECTION_OPEN && at->session && at->endpoint->operations->tick)
			at->endpoint->operations->tick(at->session, monotonic_ms);
	}
}

void ws_stop(struct ws *ws)
{
	ws->stopping = true;
	for (struct connection *at = LIST_FIRST(&ws->connections); at; at = LIST_NEXT(at, link))
		connection_close(at, WS_GOING_AWAY, "shutting_down");
}

size_t ws_count(const struct ws *ws)
{
	return ws->count;
}
