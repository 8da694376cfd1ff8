/*
 * A batcher: what comes alone is let through at once, what comes close together is gathered. The first touch
 * flushes and opens a batch; touches while it is open are flushed together at its end, which opens the next
 * one.
 */
#ifndef RELAY_BATCHER_H
#define RELAY_BATCHER_H

#include <ev.h>
#include <stdbool.h>

/* Part of whoever gathers. All members are the batcher's own. */
struct batcher {
	struct ev_loop *loop;
	ev_timer timer; /* runs while a batch is open */
	bool touched;	/* since the last flush */
	void (*flush)(void *context);
	void *context;
};

/* `flush` sends what has been gathered; it may find nothing. */
void batcher_init(struct batcher *batcher, struct ev_loop *loop, int length_ms, void (*flush)(void *context),
		  void *context);

/* Something has come. Flushes from within this call if no batch is open. */
void batcher_touch(struct batcher *batcher);

/* Flushes no more, until the next touch. */
void batcher_stop(struct batcher *batcher);

#endif
