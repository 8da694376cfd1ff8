/*
 * The workers' event streams (docs/PROTOCOL.md, "Commands"): what the coordinator wants a worker to do, as
 * server-sent events. A node has one stream; a second one takes its place, so that a command goes one way
 * only.
 */
#ifndef RELAY_STREAM_H
#define RELAY_STREAM_H

#include "feed/feed.h"
#include "relay/ws.h"

struct streams;

/* Joins the feed's sync, whose part it is until the feed is freed. */
struct streams *streams_new(struct feed *feed);
void streams_free(
	struct streams *streams); /* after the feed, when all connections are gone; NULL is nothing */

/* The relay ends: from now on streams end because of that, and no worker counts as lost. */
void streams_stop(struct streams *streams);

/* What the endpoint's table row needs; its `service` is the streams. */
extern const struct session_operations STREAM_OPERATIONS;

#endif
