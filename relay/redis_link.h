/*
 * The way to Redis: one connection that follows channels, one that asks. Both are up or neither is; lost
 * ones are made again with a growing pause. hiredis is seen nowhere else.
 */
#ifndef NODE_FEED_REDIS_LINK_H
#define NODE_FEED_REDIS_LINK_H

#include "common/redis_address.h"
#include "common/redis_tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ev_loop;
struct redis_link;

struct redis_link_events {
	void (*up)(void *context);   /* both connections stand; nothing is followed yet */
	void (*lost)(void *context); /* what had been asked has been answered with NULL */
	void (*followed)(void *context, const char *channel); /* Redis confirms redis_link_follow */
	void (*message)(void *context, const char *channel, const char *payload, size_t len);
};

/* Begins to connect. `address`, `tls` (NULL: none), `events` and `context` outlive it. */
struct redis_link *redis_link_new(struct ev_loop *loop, const struct redis_address *address,
				  struct redis_tls *tls, const struct redis_link_events *events,
				  void *context);
void redis_link_free(
	struct redis_link *redis); /* questions are answered with NULL; no event comes any more */

/* What is followed ends with the connection; `up` is the time to follow again. Nothing happens while the bus
 * is down. */
void redis_link_follow(struct redis_link *redis, const char *channel);
void redis_link_unfollow(struct redis_link *redis, const char *channel);

/* What was loaded is no use: connect anew after a pause. And: all is well, the pause is short again. */
void redis_link_restart(struct redis_link *redis);
void redis_link_is_well(struct redis_link *redis);

/* Asks Redis whether it is there (CHANNEL_REVOKED is followed once more for it); two calls without an answer
 * in between end the connections. */
void redis_link_check(struct redis_link *redis);

/* --- questions ---------------------------------------------------------------------------------------- */

struct reply; /* a reply of Redis; lives as long as the callback runs */

size_t reply_count(const struct reply *reply); /* elements; 0 if it is no array */
const struct reply *reply_at(const struct reply *reply, size_t index);
const char *reply_text(const struct reply *reply,
		       size_t *len);		  /* NULL if it is no string; `len` may be NULL */
int64_t reply_integer(const struct reply *reply); /* also of a string of digits; else 0 */

/* `reply` is NULL if the bus was lost, or Redis answered with an error (which has been logged). */
typedef void redis_link_answer(void *context, const struct reply *reply);

struct question;

/* Asks a command given as words, ended by NULL. `answer` is called exactly once, never from within
 * redis_link_ask; the handle is valid until then. */
struct question *redis_link_ask(struct redis_link *redis, redis_link_answer *answer, void *context, ...)
	__attribute__((sentinel));

/* Whoever asked is gone: `answer` will not be called. NULL is nothing. */
void question_cancel(struct question *question);

#endif
