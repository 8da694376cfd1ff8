/* Counts and queues. Knows nothing of what is done with a permit. */
#include "feed/semaphore.h"

#include <assert.h>

void semaphore_init(struct semaphore *semaphore, size_t permits)
{
	semaphore->left = permits;
	TAILQ_INIT(&semaphore->waiting);
}

static void give(struct semaphore *semaphore, struct permit *permit)
{
	semaphore->left--;
	permit->state = PERMIT_HELD;
	permit->acquired(permit->context);
}

void semaphore_acquire(struct semaphore *semaphore, struct permit *permit)
{
	assert(permit->state == PERMIT_NONE);
	if (semaphore->left) {
		give(semaphore, permit);
		return;
	}
	permit->state = PERMIT_AWAITED;
	TAILQ_INSERT_TAIL(&semaphore->waiting, permit, link);
}

void semaphore_release(struct semaphore *semaphore, struct permit *permit)
{
	enum permit_state was = permit->state;
	struct permit *next;

	permit->state = PERMIT_NONE;
	if (was == PERMIT_AWAITED)
		TAILQ_REMOVE(&semaphore->waiting, permit, link);
	if (was != PERMIT_HELD)
		return;
	semaphore->left++;
	next = TAILQ_FIRST(&semaphore->waiting);
	if (!next)
		return;
	TAILQ_REMOVE(&semaphore->waiting, next, link);
	give(semaphore, next);
}
