/*
 * The way to Redis: one connection that follows channels, and one that asks, since Redis answers no questions
 * on a connection that follows channels. Both are up or neither is. When one is lost the other is closed, and
 * both are made again after a pause, which grows from 50 ms to 2 s while that fails.
 */
#ifndef FEED_REDIS_LINK_H
#define FEED_REDIS_LINK_H

#include "common/redis_address.h"
#include "common/redis_tls.h"
#include "feed/question.h"

#include <stddef.h>
#include <stdint.h>

struct ev_loop;
struct redis_link;

struct redis_link_events {
	void (*up)(void *context);   /* both connections stand; no channel is followed yet */
	void (*lost)(void *context); /* every question has been answered with NULL */
	void (*followed)(void *context, const char *channel); /* Redis has confirmed redis_link_follow */
	void (*marked)(void *context, uint64_t mark);	      /* see redis_link_mark */
	void (*message)(void *context, const char *channel, const char *payload, size_t len);
};

/* Begins to connect; the first event comes from the loop. All that is pointed to outlives the link, also
 * `tls`, which is NULL for an address without TLS. */
struct redis_link *redis_link_new(struct ev_loop *loop, const struct redis_address *address,
				  struct redis_tls *tls, const struct redis_link_events *events,
				  void *context);

/* Open questions are answered with NULL, from within this call; no event comes any more. NULL is nothing. */
void redis_link_free(struct redis_link *link);

/* Channels are followed until the connection is lost; `up` is the time to follow them again. While the link
 * is down these do nothing. */
void redis_link_follow(struct redis_link *link, const char *channel);
void redis_link_unfollow(struct redis_link *link, const char *channel);

/* Puts a mark into the stream of messages and returns its number, 0 while the link is down. When the event
 * `marked` brings the number back, everything that was published before this call has been told. */
uint64_t redis_link_mark(struct redis_link *link);

/* What was asked for cannot be had: end both connections after the pause, and connect anew. */
void redis_link_restart(struct redis_link *link);

/* The connections serve their purpose: the next pause is the shortest again. */
void redis_link_is_well(struct redis_link *link);

/* Asks on both connections whether Redis is there. If the call before has not been answered yet on both, the
 * link is lost. To be called every few seconds. */
void redis_link_check(struct redis_link *link);

/* Asks a command, REDIS_WORDS("GET", key), whose words are copied. `answer` is called exactly once and never
 * from within this call, also while the link is down; the handle is valid until then. */
struct question *redis_link_ask(struct redis_link *link, const char *const *words, reply_handler *answer,
				void *context);

#endif
