/*
 * The order in which a follower learns what is. It is the same for all parts (struct feed_part in
 * feed/feed.h), of which the feed's own is one: channels first, then questions, then what was published
 * meanwhile.
 */
#ifndef FEED_SYNC_H
#define FEED_SYNC_H

#include "feed/feed.h"
#include "feed/redis_link.h"

struct sync;

/* Begins to connect to Redis. *link, whose events the sync alone is told, is the caller's to free, before the
 * sync. All that the options point to outlives both. */
struct sync *sync_new(struct ev_loop *loop, const struct feed_options *options, struct redis_link **link);
void sync_free(struct sync *sync); /* NULL is nothing */

/* Parts are called in the order in which they joined. `part` and `context` outlive the sync. */
void sync_join(struct sync *sync, const struct feed_part *part, void *context);

/* Asks what the sync that is going on has to wait for: from within SYNC_ASK, or from within an answer to such
 * a question. With an answer of NULL the sync begins anew; `answer` gets it too, and has nothing to do but to
 * free what is its own. */
void sync_ask(struct sync *sync, const char *const *words, reply_handler *answer, void *context);

/* The same for what takes several questions: the sync waits until sync_answered has been called as often.
 * `good` says whether it could be had. */
void sync_expect(struct sync *sync);
void sync_answered(struct sync *sync, bool good);

#endif
