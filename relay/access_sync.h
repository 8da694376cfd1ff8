/* How the relay learns what Redis says of tokens and users: a part of the feed's sync that tells struct
 * access. */
#ifndef RELAY_ACCESS_SYNC_H
#define RELAY_ACCESS_SYNC_H

#include "feed/feed.h"
#include "relay/access.h"

/* The context of the part; both outlive the feed. */
struct access_sync {
	struct feed *feed;
	struct access *access;
};

extern const struct feed_part ACCESS_PART;

#endif
