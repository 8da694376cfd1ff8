/*
 * A counting semaphore for an event loop: only so many may hold a permit at once. Whoever comes later is
 * queued, and is called back in the order of coming.
 */
#ifndef FEED_SEMAPHORE_H
#define FEED_SEMAPHORE_H

#include <stddef.h>
#include <sys/queue.h>

enum permit_state { PERMIT_NONE, PERMIT_AWAITED, PERMIT_HELD };

/* Part of whoever acquires it. All but `acquired` and `context` is the semaphore's own. */
struct permit {
	void (*acquired)(void *context);
	void *context;
	enum permit_state state;
	TAILQ_ENTRY(permit) link; /* PERMIT_AWAITED */
};

struct semaphore {
	size_t left; /* permits that nobody holds */
	TAILQ_HEAD(permit_queue, permit) waiting;
};

void semaphore_init(struct semaphore *semaphore, size_t permits);

/* `acquired` is called when the permit is held: from within this call, or from within another's
 * semaphore_release. The permit is in the state PERMIT_NONE. */
void semaphore_acquire(struct semaphore *semaphore, struct permit *permit);

/* Gives a permit back, or stops waiting for it; the next one in the queue is acquired. PERMIT_NONE is
 * nothing. */
void semaphore_release(struct semaphore *semaphore, struct permit *permit);

#endif
