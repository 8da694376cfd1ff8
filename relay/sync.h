/*
 * At the start, and whenever Redis is there again: first the channels are followed, then everything is
 * loaded, then what was published meanwhile is applied. What arrives next may still be older than what was
 * loaded (two connections have no common order), so a second confirmation on the follower's connection marks
 * the point from which all is new.
 */
#ifndef NODE_FEED_SYNC_H
#define NODE_FEED_SYNC_H

#include "relay/channels.h"
#include "relay/redis_link.h"
#include "relay/stream.h"

struct sync;

/* All three outlive it. */
struct sync *sync_new(struct redis_link *redis, const struct follower *follower, struct streams *streams);
void sync_free(struct sync *sync); /* after redis_link_free */

/* --- from the bus ------------------------------------------------------------------------------------- */

void sync_up(struct sync *sync);
void sync_lost(struct sync *sync);
void sync_followed(struct sync *sync, const char *channel);
void sync_message(struct sync *sync, const char *channel, const char *payload, size_t len);

/* Reads the counters again that no channel tells of; to be called every few seconds. */
void sync_refresh(struct sync *sync);

#endif
