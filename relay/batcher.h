/* A window in time: the first touch flushes at once, those until its end are flushed together at its end. */
#ifndef RELAY_BATCHER_H
#define RELAY_BATCHER_H

#include <ev.h>
#include <stdbool.h>

struct batcher {
	struct ev_loop *loop;
	ev_timer timer; /* runs while the window is open */
	bool touched;	/* since the last flush */
	void (*flush)(void *context);
	void *context;
};

void batcher_init(struct batcher *window, struct ev_loop *loop, int length_ms, void (*flush)(void *context),
		  void *context);
void batcher_touch(struct batcher *window);
void batcher_stop(struct batcher *window);

#endif
