/*
 * Connections from outside: WebSockets and event streams. They are accepted on one address, refused with
 * proper HTTP answers, and written to as their sockets take it. What is said on a connection is the business
 * of its endpoint's service, which sees the functions here and no libwebsockets.
 */
#ifndef RELAY_WS_H
#define RELAY_WS_H

#include "common/listen.h"
#include "relay/endpoint.h"
#include "relay/hub.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WS_MESSAGE_MAX (16 * 1024) /* bytes of a text frame from a client */

struct ev_loop;
struct ws;
struct connection;

/* Close codes: those of RFC 6455 section 7.4.1, and ours from 4000 on. An event stream just ends. */
enum ws_close {
	WS_GOING_AWAY = 1001,
	WS_TEXT_ONLY = 1003,
	WS_TOO_LARGE = 1009,
	WS_SESSION_ENDED = 4401,
	WS_REPLACED = 4409,
	WS_TOO_MANY_REQUESTS = 4429
};

/* What a service does with a connection. `session` is what `open` returned; whatever is sent before `open`
 * returns goes to the client too. Members that may be NULL say so. */
struct session_operations {
	/* The claims live as long as the connection. The request is not passed on: of its query, only `mode`
	 * is read, by ws_http.c for the table of endpoints. */
	void *(*open)(void *service, struct connection *connection, const struct token_claims *claims);

	/* A whole text frame of the client, with a NUL behind it. May be NULL. */
	void (*receive)(void *session, const char *text, size_t len);

	/* On every ws_tick; the time is of clock_monotonic_ms. May be NULL. */
	void (*tick)(void *session, int64_t monotonic_ms);

	/* As `overflow` and `drained` of struct hub_outlet (relay/hub.h). Both may be NULL. */
	void (*overflow)(void *session);
	void (*drained)(void *session, size_t dropped);

	/* The connection is gone; its subscriber leaves the hub after that. */
	void (*closed)(void *session);
};

struct ws_options {
	struct listen_address listen;
	struct endpoint_table table;
	struct hub *hub;
};

/* Listens; `options` and all that they point to outlive it. Errors are those of listen_address_try, with a
 * sentence; *out is untouched then. */
enum err ws_new(struct ev_loop *loop, const struct ws_options *options, struct ws **out,
		struct reason *why) MUST_CHECK;

/* Drops all connections, whose sessions are told `closed`, and removes the socket's file. NULL is nothing. */
void ws_free(struct ws *ws);

/* Closes the connections whose token has ended, drops those that do not close, and lets the sessions look at
 * the clock. To be called several times a second. */
void ws_tick(struct ws *ws);

/* Accepts no more and closes all; they are gone when ws_count is 0, which takes ws_ticks. */
void ws_stop(struct ws *ws);
size_t ws_count(const struct ws *ws);

/* --- for sessions ------------------------------------------------------------------------------------- */

struct subscriber *connection_subscriber(struct connection *connection);

/* Ends the connection soon, from the loop; what is queued for it is not sent. `reason` is static text. Once
 * it is closing, this does nothing. */
void connection_close(struct connection *connection, enum ws_close code, const char *reason);

#endif
