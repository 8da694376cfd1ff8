/*
 * The order in which a follower learns what is. It is the same for all parts (struct sync_part
 * below), of which the feed's own is one: channels first, then questions, then what was published
 * meanwhile.
 */
#ifndef FEED_SYNC_H
#define FEED_SYNC_H

#include "feed/redis_link.h"

#include <stdbool.h>
#include <stddef.h>

/* The steps of a sync, in this order; all parts take a step before any part takes the next one. */
enum sync_step {
	SYNC_BEGIN, /* Redis is there: forget what will be learned anew, and redis_link_follow the channels */
	SYNC_ASK,   /* the channels are followed: sync_ask what is */
	SYNC_TAKE, /* all is answered; what was published since SYNC_BEGIN comes next, and may repeat what was
		      asked */
	SYNC_DONE, /* that was all; from here on everything is new */
	SYNC_LOST  /* Redis has gone; may come at any point after SYNC_BEGIN */
};

/* A part of the sync, by which a follower learns what the feed does not tell. `step` may be called anew from
 * SYNC_BEGIN at any time after SYNC_LOST. */
struct sync_part {
	const char *channels[8]; /* how the names of its channels begin; NULL behind the last */
	bool immediate;		 /* its messages do not wait for SYNC_TAKE */
	void (*step)(void *context, enum sync_step step);
	void (*message)(void *context, const char *channel, const char *payload, size_t len);

	/* Redis has confirmed that the channel is followed, so no later message is missed. May be NULL. */
	void (*followed)(void *context, const char *channel);
};

struct sync;

/* Begins to connect to Redis. *link, whose events the sync alone is told, is the caller's to free, before the
 * sync. All that is pointed to outlives both. */
struct sync *sync_new(struct ev_loop *loop, const struct redis_address *address, struct redis_tls *tls,
		      struct redis_link **link);
void sync_free(struct sync *sync); /* NULL is nothing */

/* Parts are called in the order in which they joined. `part` and `context` outlive the sync. */
void sync_join(struct sync *sync, const struct sync_part *part, void *context);

/* Asks what the sync that is going on has to wait for: from within SYNC_ASK, or from within an answer to such
 * a question. With an answer of NULL the sync begins anew; `answer` gets it too, and has nothing to do but to
 * free what is its own. */
void sync_ask(struct sync *sync, const char *const *words, reply_handler *answer, void *context);

/* The same for what takes several questions: the sync waits until sync_answered has been called as often.
 * `good` says whether it could be had. */
void sync_expect(struct sync *sync);
void sync_answered(struct sync *sync, bool good);

#endif
