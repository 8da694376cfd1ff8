/* Gathers what comes close together, without delaying what comes alone. */
#include "relay/batcher.h"

static void on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct batcher *window = timer->data;

	(void)events;
	if (!window->touched) {
		ev_timer_stop(loop, timer);
		return;
	}
	window->touched = false;
	window->flush(window->context);
}

void batcher_init(struct batcher *window, struct ev_loop *loop, int length_ms, void (*flush)(void *context),
		  void *context)
{
	*window = (struct batcher){.loop = loop, .flush = flush, .context = context};
	ev_timer_init(&window->timer, on_end, length_ms / 1000.0, length_ms / 1000.0);
	window->timer.data = window;
}

void batcher_touch(struct batcher *window)
{
	if (ev_is_active(&window->timer)) {
		window->touched = true;
		return;
	}
	ev_now_update(window->loop);
	ev_timer_again(window->loop, &window->timer);
	window->flush(window->context);
}

void batcher_stop(struct batcher *window)
{
	ev_timer_stop(window->loop, &window->timer);
}
