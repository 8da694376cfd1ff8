/*
 * The way to Redis: one connection that follows channels, one that asks. Both are up or neither is; lost
 * ones are made again with a growing pause. hiredis is seen nowhere else.
 */
#ifndef RELAY_BUS_H
#define RELAY_BUS_H

#include "common/redis_address.h"
#include "common/redis_tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ev_loop;
struct bus;

struct bus_events {
	void (*up)(void *context);   /* both connections stand; nothing is followed yet */
	void (*lost)(void *context); /* what had been asked has been answered with NULL */
	void (*followed)(void *context, const char *channel); /* Redis confirms bus_follow */
	void (*message)(void *context, const char *channel, const char *payload, size_t len);
};

/* Begins to connect. `address`, `tls` (NULL: none), `events` and `context` outlive it. */
struct bus *bus_new(struct ev_loop *loop, const struct redis_address *address, struct redis_tls *tls,
		    const struct bus_events *events, void *context);
void bus_free(struct bus *bus); /* questions are answered with NULL; no event comes any more */

/* What is followed ends with the connection; `up` is the time to follow again. Nothing happens while the bus
 * is down. */
void bus_follow(struct bus *bus, const char *channel);
void bus_unfollow(struct bus *bus, const char *channel);

/* What was loaded is no use: connect anew after a pause. And: all is well, the pause is short again. */
void bus_restart(struct bus *bus);
void bus_is_well(struct bus *bus);

/* Asks Redis whether it is there (CHANNEL_REVOKED is followed once more for it); two calls without an answer
 * in between end the connections. */
void bus_check(struct bus *bus);

/* --- questions ---------------------------------------------------------------------------------------- */

struct reply; /* a reply of Redis; lives as long as the callback runs */

size_t reply_count(const struct reply *reply); /* elements; 0 if it is no array */
const struct reply *reply_at(const struct reply *reply, size_t index);
const char *reply_text(const struct reply *reply,
		       size_t *len);		  /* NULL if it is no string; `len` may be NULL */
int64_t reply_integer(const struct reply *reply); /* also of a string of digits; else 0 */

/* `reply` is NULL if the bus was lost, or Redis answered with an error (which has been logged). */
typedef void bus_answer(void *context, const struct reply *reply);

struct question;

/* Asks a command given as words, ended by NULL. `answer` is called exactly once, never from within bus_ask;
 * the handle is valid until then. */
struct question *bus_ask(struct bus *bus, bus_answer *answer, void *context, ...) __attribute__((sentinel));

/* Whoever asked is gone: `answer` will not be called. NULL is nothing. */
void question_cancel(struct question *question);

#endif
