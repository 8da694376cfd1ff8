/*
 * At the start, and whenever Redis is there again: first the channels are followed, then everything is
 * loaded, then what was published meanwhile is applied. What arrives next may still be older than what was
 * loaded (two connections have no common order), so a second confirmation on the follower's connection marks
 * the point from which all is new.
 */
#ifndef RELAY_LOAD_H
#define RELAY_LOAD_H

#include "relay/bus.h"
#include "relay/follow.h"
#include "relay/stream.h"

struct loader;

/* All three outlive it. */
struct loader *loader_new(struct bus *bus, const struct follower *follower, struct streams *streams);
void loader_free(struct loader *loader); /* after bus_free */

/* --- from the bus ------------------------------------------------------------------------------------- */

void loader_up(struct loader *loader);
void loader_lost(struct loader *loader);
void loader_followed(struct loader *loader, const char *channel);
void loader_message(struct loader *loader, const char *channel, const char *payload, size_t len);

/* Reads the counters again that no channel tells of; to be called every few seconds. */
void loader_refresh(struct loader *loader);

#endif
