/*
 * The workers' event streams: what the coordinator wants a worker to do, as server-sent events. A node has
 * one stream; a second one takes its place, so that a command goes one way only.
 */
#ifndef RELAY_STREAM_H
#define RELAY_STREAM_H

#include "relay/redis_link.h"
#include "relay/ws.h"

struct streams;

struct streams *streams_new(struct redis_link *redis); /* which outlives the last connection */
void streams_free(struct streams *streams);	       /* all connections are gone */

/* What the endpoint's table row needs; its `service` is the streams. */
extern const struct session_operations STREAM_OPERATIONS;

/* --- from the bus ------------------------------------------------------------------------------------- */

void streams_follow(struct streams *streams); /* the bus is up: every stream's channel */
void streams_followed(struct streams *streams, const char *node);
void streams_command(struct streams *streams, const char *node, const char *stored, size_t len);

#endif
