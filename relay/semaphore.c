/* Counts and queues. Knows nothing of what is done in a turn. */
#include "relay/semaphore.h"

#include <assert.h>

void semaphore_init(struct semaphore *turns, size_t at_once)
{
	turns->left = at_once;
	TAILQ_INIT(&turns->waiting);
}

static void hold(struct semaphore *turns, struct turn *turn)
{
	turns->left--;
	turn->state = TURN_HELD;
	turn->begin(turn->context);
}

void turn_take(struct semaphore *turns, struct turn *turn)
{
	assert(turn->state == TURN_NONE);
	if (turns->left) {
		hold(turns, turn);
		return;
	}
	turn->state = TURN_AWAITED;
	TAILQ_INSERT_TAIL(&turns->waiting, turn, link);
}

void turn_end(struct semaphore *turns, struct turn *turn)
{
	enum turn_state was = turn->state;
	struct turn *next;

	turn->state = TURN_NONE;
	if (was == TURN_AWAITED)
		TAILQ_REMOVE(&turns->waiting, turn, link);
	if (was != TURN_HELD)
		return;
	turns->left++;
	next = TAILQ_FIRST(&turns->waiting);
	if (!next)
		return;
	TAILQ_REMOVE(&turns->waiting, next, link);
	hold(turns, next);
}
