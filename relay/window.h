/* A window in time: the first touch flushes at once, those until its end are flushed together at its end. */
#ifndef RELAY_WINDOW_H
#define RELAY_WINDOW_H

#include <ev.h>
#include <stdbool.h>

struct window {
	struct ev_loop *loop;
	ev_timer timer; /* runs while the window is open */
	bool touched;	/* since the last flush */
	void (*flush)(void *context);
	void *context;
};

void window_init(struct window *window, struct ev_loop *loop, int length_ms, void (*flush)(void *context),
		 void *context);
void window_touch(struct window *window);
void window_stop(struct window *window);

#endif
