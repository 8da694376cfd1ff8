/*
 * One connection from outside, from the moment it is let in until libwebsockets has let go of it. Private to
 * ws.c; what services may do with a connection is in ws.h.
 */
#ifndef RELAY_CONNECTION_H
#define RELAY_CONNECTION_H

#include "common/buf.h"
#include "relay/ws.h"

#include <ev.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define CONNECTION_CHUNK (64 * 1024) /* of a large frame, written at a time */

struct lws;

enum connection_state {
	CONNECTION_ACCEPTED, /* let in; the answer is on its way, so there is no session yet */
	CONNECTION_OPEN,
	CONNECTION_CLOSING, /* the close frame waits for the socket */
	CONNECTION_CLOSED,  /* left to the library, which has to let go of it by close_by_ms */
	CONNECTION_GONE,    /* being freed */
	CONNECTION_STATES
};

LIST_HEAD(connection_list, connection);

/* All connections, and what they have in common. */
struct connections {
	struct ev_loop *loop;
	struct hub *hub;
	struct connection_list list;
	size_t count;
};

struct connection {
	enum connection_state state;
	struct connections *all;
	LIST_ENTRY(connection) link;
	struct lws *wsi;
	const struct endpoint *endpoint;
	struct token_claims claims;
	struct subscriber *subscriber; /* NULL: it was never opened, so there is no session either */
	void *session;

	struct frame *partial; /* partly sent; NULL: none */
	size_t sent;	       /* of it */
	struct buf incoming;   /* fragments of the client's message */
	struct ev_io hang_up;  /* of an event stream's client */

	enum ws_close close_code;
	const char *close_reason;
	int64_t close_by_ms; /* monotonic; since it is no longer open */
};

/* A connection that was let in; the library's `wsi` leads to it from now on. */
void connection_new(struct connections *all, struct lws *wsi, const struct endpoint *endpoint,
		    const struct token_claims *claims);

/* The answer has gone out: the session begins, unless the connection was closed meanwhile. */
void connection_open(struct connection *connection);

/* Ends the session, and takes the connection off the list. NULL is nothing. */
void connection_free(struct connection *connection);

/* A piece of what a WebSocket's client sends. */
void connection_receive(struct connection *connection, const char *piece, size_t len);

/* The socket takes more. False: the library has to close it. */
bool connection_writable(struct connection *connection);

/* Lets the session look at the clock, or has a connection dropped that does not close. */
void connection_tick(struct connection *connection, int64_t monotonic_ms);

#endif
