/*
 * The sessions of the delta protocol (docs/PROTOCOL.md): a client gets a snapshot and what changes of it, and
 * says which nodes and which log lines it wants besides. Its messages are made in node_feed.c and
 * log_watch.c.
 */
#ifndef RELAY_DELTA_PROTOCOL_H
#define RELAY_DELTA_PROTOCOL_H

#include "feed/feed.h"
#include "relay/log_feed.h"
#include "relay/log_watch.h"
#include "relay/node_feed.h"
#include "relay/ws.h"

/* All of these outlive every session. */
struct delta_protocol {
	struct feed *feed;
	struct node_feed *nodes;
	struct log_feed *lines;
	struct log_watches *watches;
};

/* What the endpoint's table row needs; its `service` is a struct delta_protocol. */
extern const struct session_operations DELTA_PROTOCOL_OPERATIONS;

#endif
