/*
 * The server: one address, one libwebsockets context on the program's libev loop, and the table of endpoints
 * by which a request is let in or refused. What then happens on a connection is in connection.c; the words of
 * HTTP are in ws_http.c. These three files are the only ones that know libwebsockets.
 *
 * A request comes as one of two events, depending on whether it asks for an upgrade. In both cases it is
 * judged by the table before anything is answered. An upgrade that is let in is answered by the library,
 * which tells us when that is done; for an event stream we answer ourselves, and it is open at once.
 */
#include "relay/ws.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "relay/connection.h"
#include "relay/ws_http.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SOCKET_MODE 0660

struct ws {
	const struct ws_options *options;
	struct lws_context *context;
	struct connections connections;
	bool stopping; /* nobody is let in any more */
};

/* --- requests ----------------------------------------------------------------------------------------- */

enum admission {
	LET_IN,	 /* it is a connection now, which is not open yet */
	REFUSED, /* the refusal has been sent */
	HANG_UP
};

static enum admission let_in(struct ws *ws, struct lws *wsi, const char *upgrade)
{
	struct connect_request request = {.upgrade = upgrade};
	const struct endpoint *endpoint = NULL;
	struct token_claims claims = {.subject = ""};
	struct reason why = {.text = ""};
	enum err err;

	ws_http_read(wsi, &request);
	if (ws->stopping)
		err = reason_set(&why, ERR_BACKEND_AWAY, "the relay is shutting down");
	else
		err = endpoint_admit(&ws->options->table, &request, clock_now_ms(), &endpoint, &claims, &why);
	if (err != ERR_NONE)
		return ws_http_refuse(wsi, err, &why) ? REFUSED : HANG_UP;
	connection_new(&ws->connections, wsi, endpoint, &claims);
	return LET_IN;
}

/* A request without an upgrade. 0, or -1 to have the library close the socket. */
static int on_http(struct ws *ws, struct lws *wsi)
{
	switch (let_in(ws, wsi, "")) {
	case LET_IN:
		if (!ws_http_begin_events(wsi))
			return -1;
		connection_open(lws_get_opaque_user_data(wsi));
		return 0;
	case REFUSED:
		return lws_http_transaction_completed(wsi) == 0 ? 0 : -1;
	default:
		return -1;
	}
}

/* All that the library tells. A value other than 0 has it close the socket. */
static int on_event(struct lws *wsi, enum lws_callback_reasons event, void *unused, void *data, size_t len)
{
	struct ws *ws = lws_context_user(lws_get_context(wsi));
	struct connection *connection = lws_get_opaque_user_data(wsi);

	(void)unused;
	switch (event) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return ws->stopping;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return let_in(ws, wsi, data) != LET_IN;
	case LWS_CALLBACK_HTTP:
		return on_http(ws, wsi);
	case LWS_CALLBACK_ESTABLISHED:
		connection_open(connection);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		connection_receive(connection, data, len);
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return connection && !connection_writable(connection) ? -1 : 0;
	case LWS_CALLBACK_CLOSED:
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_WSI_DESTROY:
		connection_free(connection);
		return 0;
	default:
		return 0;
	}
}

/* --- the whole ---------------------------------------------------------------------------------------- */

static void on_log(int level, const char *line)
{
	(level & LLL_ERR ? log_error : log_warning)("lws", "%.*s", (int)strcspn(line, "\n"), line);
}

/* What tx_packet_size does not cover would be copied aside by the library. */
static const struct lws_protocols PROTOCOLS[] = {
	{.name = "p2pdash", .callback = on_event, .rx_buffer_size = 4096, .tx_packet_size = CONNECTION_CHUNK},
	{.name = NULL}};

/* A peer that answers no ping is gone. */
static const lws_retry_bo_t LIVENESS = {.secs_since_valid_ping = 30, .secs_since_valid_hangup = 75};

enum err ws_new(struct ev_loop *loop, const struct ws_options *options, struct ws **out, struct reason *why)
{
	const struct listen_address *address = &options->listen;
	struct ws *ws = mem_alloc(1, sizeof(*ws));
	struct lws_context_creation_info info = {
		.iface = *address->path ? address->path : address->host,
		.port = address->port,
		.protocols = PROTOCOLS,
		.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS |
			   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND | LWS_SERVER_OPTION_VALIDATE_UTF8,
		.foreign_loops = (void *[]){loop},
		.user = ws,
		.max_http_header_data = 2 * ENDPOINT_HEADER_MAX,
		.retry_and_idle_policy = &LIVENESS,
		.ka_time = 60,
		.ka_probes = 3,
		.ka_interval = 10,
	};
	enum err err = listen_address_try(address, why);
	mode_t mask;

	if (err != ERR_NONE)
		goto free_ws;
	ws->options = options;
	ws->connections = (struct connections){.loop = loop, .hub = options->hub};
	if (*address->path)
		info.options |= LWS_SERVER_OPTION_UNIX_SOCK;
	else if (!strchr(address->host, ':'))
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
	mask = umask(0777 & ~SOCKET_MODE); /* the socket's file never exists with another mode */
	ws->context = lws_create_context(&info);
	(void)umask(mask);
	if (!ws->context) {
		err = reason_set(why, ERR_SYSTEM, "cannot listen there: the lines of lws above say why");
		goto free_ws;
	}
	*out = ws;
	return ERR_NONE;
free_ws:
	free(ws);
	return err;
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
	for (struct connection *at = LIST_FIRST(&ws->connections.list); at; at = next) {
		const char *ended = access_ended(ws->options->table.access, &at->claims, now_ms);

		next = LIST_NEXT(at, link);
		if (ended)
			connection_close(at, WS_SESSION_ENDED, ended);
		connection_tick(at, monotonic_ms); /* may be the end of it */
	}
}

void ws_stop(struct ws *ws)
{
	struct connection *connection;

	ws->stopping = true;
	LIST_FOREACH(connection, &ws->connections.list, link)
	connection_close(connection, WS_GOING_AWAY, "shutting_down");
}

size_t ws_count(const struct ws *ws)
{
	return ws->connections.count;
}
