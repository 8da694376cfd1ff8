/* Turns at what only so many may do at once. Who comes later waits, and is served in the order of coming. */
#ifndef NODE_FEED_SEMAPHORE_H
#define NODE_FEED_SEMAPHORE_H

#include <stddef.h>
#include <sys/queue.h>

enum turn_state { TURN_NONE, TURN_AWAITED, TURN_HELD };

/* Somebody's turn; part of whoever takes it. All but `begin` and `context` is private. */
struct turn {
	void (*begin)(void *context);
	void *context;
	enum turn_state state;
	TAILQ_ENTRY(turn) link; /* TURN_AWAITED */
};

struct semaphore {
	size_t left; /* how many can be held beside those that are */
	TAILQ_HEAD(turn_queue, turn) waiting;
};

void semaphore_init(struct semaphore *turns, size_t at_once);

/* `begin` is called when it is held: from within turn_take, or from within another's turn_end. */
void turn_take(struct semaphore *turns, struct turn *turn); /* which is in state TURN_NONE */

/* No longer held or awaited; the next one's begins. TURN_NONE is nothing. */
void turn_end(struct semaphore *turns, struct turn *turn);

#endif
