/* What is published on the channels (docs/ARCHITECTURE.md, "Redis"), taken apart and passed on. */
#ifndef NODE_FEED_CHANNELS_H
#define NODE_FEED_CHANNELS_H

#include "relay/access.h"
#include "relay/log_feed.h"
#include "relay/node_feed.h"

#include <stddef.h>

struct follower {
	struct node_feed *feed;
	struct log_feed *lines;
	struct access *access;
};

/* A message of one of the cluster's channels; one of another shape is logged and ignored. */
void channels_message(const struct follower *follower, const char *channel, const char *payload, size_t len);

#endif
