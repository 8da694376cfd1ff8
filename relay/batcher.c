/* A repeating timer, which ends when nothing has come for a whole batch. Knows nothing of what is gathered.
 */
#include "relay/batcher.h"

static void on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct batcher *batcher = timer->data;

	(void)events;
	if (!batcher->touched) {
		ev_timer_stop(loop, timer);
		return;
	}
	batcher->touched = false;
	batcher->flush(batcher->context);
}

void batcher_init(struct batcher *batcher, struct ev_loop *loop, int length_ms, void (*flush)(void *context),
		  void *context)
{
	*batcher = (struct batcher){.loop = loop, .flush = flush, .context = context};
	ev_timer_init(&batcher->timer, on_end, length_ms / 1000.0, length_ms / 1000.0);
	batcher->timer.data = batcher;
}

void batcher_touch(struct batcher *batcher)
{
	if (ev_is_active(&batcher->timer)) {
		batcher->touched = true;
		return;
	}
	/* The loop's idea of now is from before the events of this round, which may have taken long. */
	ev_now_update(batcher->loop);
	ev_timer_again(batcher->loop, &batcher->timer);
	batcher->flush(batcher->context);
}

void batcher_stop(struct batcher *batcher)
{
	ev_timer_stop(batcher->loop, &batcher->timer);
}
