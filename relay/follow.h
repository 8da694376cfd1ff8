/* What is published on the channels (docs/ARCHITECTURE.md, "Redis"), taken apart and passed on. */
#ifndef RELAY_FOLLOW_H
#define RELAY_FOLLOW_H

#include "relay/access.h"
#include "relay/feed.h"
#include "relay/lines.h"

#include <stddef.h>

struct follower {
	struct feed *feed;
	struct lines *lines;
	struct access *access;
};

/* A message of one of the cluster's channels; one of another shape is logged and ignored. */
void follow_message(const struct follower *follower, const char *channel, const char *payload, size_t len);

#endif
