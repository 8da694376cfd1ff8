/* Gathers what comes close together, without delaying what comes alone. */
#include "relay/window.h"

static void on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct window *window = timer->data;

	(void)events;
	if (!window->touched) {
		ev_timer_stop(loop, timer);
		return;
	}
	window->touched = false;
	window->flush(window->context);
}

void window_init(struct window *window, struct ev_loop *loop, int length_ms, void (*flush)(void *context),
		 void *context)
{
	*window = (struct window){.loop = loop, .flush = flush, .context = context};
	ev_timer_init(&window->timer, on_end, length_ms / 1000.0, length_ms / 1000.0);
	window->timer.data = window;
}

void window_touch(struct window *window)
{
	if (ev_is_active(&window->timer)) {
		window->touched = true;
		return;
	}
	ev_now_update(window->loop);
	ev_timer_again(window->loop, &window->timer);
	window->flush(window->context);
}

void window_stop(struct window *window)
{
	ev_timer_stop(window->loop, &window->timer);
}
