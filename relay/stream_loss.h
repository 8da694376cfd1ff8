/*
 * Streams of workers that have ended. A worker whose stream does not come back within two seconds, on this
 * relay or on another, and that has said no goodbye, is lost: that is kept in Redis and told to everybody
 * who follows it.
 */
#ifndef RELAY_STREAM_LOSS_H
#define RELAY_STREAM_LOSS_H

#include "feed/feed.h"

struct stream_losses;

/* All that is pointed to outlives it. */
struct stream_losses *stream_losses_new(struct feed *feed);
void stream_losses_free(struct stream_losses *losses); /* after the feed's link; NULL is nothing */

/* The node's stream has ended now. */
void stream_losses_add(struct stream_losses *losses, const char *node);

/* The node has a stream here, whose channel Redis has confirmed: it is not lost any more, whoever said so. */
void stream_losses_clear(struct stream_losses *losses, const char *node);

/* From now on streams end because the relay does, and nobody is lost. */
void stream_losses_stop(struct stream_losses *losses);

#endif
