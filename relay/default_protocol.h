/*
 * The default protocol (docs/PROTOCOL.md): a client gets everything in `initial`, every log line in
 * `new_logs`, and `update` whenever it says `ping`, or every 10 s when it says nothing.
 */
#ifndef RELAY_DEFAULT_PROTOCOL_H
#define RELAY_DEFAULT_PROTOCOL_H

#include "feed/known.h"
#include "relay/hub.h"
#include "relay/log_feed.h"
#include "relay/ws.h"

struct default_protocol;

/* All that is pointed to outlives it. */
struct default_protocol *default_protocol_new(struct hub *hub, struct known *known, struct log_feed *lines);
void default_protocol_free(struct default_protocol *protocol); /* all connections are gone; NULL is nothing */

/* What the endpoint's table row needs; its `service` is a struct default_protocol. */
extern const struct session_operations DEFAULT_PROTOCOL_OPERATIONS;

#endif
