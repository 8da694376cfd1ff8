/*
 * Browsers' sessions on the dashboard's WebSocket: the default protocol and the delta protocol of
 * docs/PROTOCOL.md.
 */
#ifndef RELAY_BROWSER_H
#define RELAY_BROWSER_H

#include "relay/backlog.h"
#include "relay/node_feed.h"
#include "relay/ws.h"

/* All of these outlive every session. */
struct browsers {
	struct node_feed *feed;
	struct log_feed *lines;
	struct backlogs *backlogs;
};

/* What the endpoint's table row needs; its `service` is a struct browsers. */
extern const struct session_operations BROWSER_OPERATIONS;

#endif
