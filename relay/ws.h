/*
 * Connections from outside: WebSockets and event streams, accepted on one address, refused with proper HTTP
 * answers, written to as their sockets take it. libwebsockets is seen nowhere else. What is said on a
 * connection is the business of its endpoint's service.
 */
#ifndef RELAY_WS_H
#define RELAY_WS_H

#include "common/listen.h"
#include "relay/endpoint.h"
#include "relay/hub.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WS_MESSAGE_MAX (16 * 1024) /* a text frame from a client */

struct ev_loop;
struct ws;
struct connection;

/* Close codes of RFC 6455 section 7.4, and ours from 4000 on. An event stream just ends. */
enum ws_close {
	WS_GOING_AWAY = 1001,
	WS_TEXT_ONLY = 1003,
	WS_TOO_LARGE = 1009,
	WS_SESSION_ENDED = 4401,
	WS_REPLACED = 4409,
	WS_TOO_MANY_REQUESTS = 4429
};

/* What a service does with a connection. `session` is what `open` returned. */
struct session_operations {
	/* The claims live as long as the connection. */
	void *(*open)(void *service, struct connection *connection, const struct token_claims *claims);
	void (*receive)(void *session, const char *text, size_t len); /* a whole text frame; may be NULL */
	void (*tick)(void *session, int64_t monotonic_ms);	      /* on every ws_tick; may be NULL */
	void (*overflow)(void *session);			      /* hub.h; may be NULL */
	void (*drained)(void *session, size_t dropped);		      /* hub.h; may be NULL */
	void (*closed)(void *session);
};

struct ws_options {
	struct listen_address listen;
	struct endpoint_table table;
	struct hub *hub;
};

/* Listens; all that `options` points to outlives it. ERR_SYSTEM with a sentence. */
enum err ws_new(struct ev_loop *loop, const struct ws_options *options, struct ws **out,
		struct reason *why) MUST_CHECK;
void ws_free(struct ws *ws);

/* Ends the connections whose token has ended, and lets the sessions look at the clock. To be called several
 * times a second, and whenever a token or a user has changed. */
void ws_tick(struct ws *ws);

/* Accepts no more and closes all; they are gone when ws_count is 0. */
void ws_stop(struct ws *ws);
size_t ws_count(const struct ws *ws);

/* --- for sessions ------------------------------------------------------------------------------------- */

struct subscriber *connection_subscriber(struct connection *connection);

/* Ends it soon, from the loop; what waits is not sent. `reason` is static text. */
void connection_close(struct connection *connection, enum ws_close code, const char *reason);

#endif
