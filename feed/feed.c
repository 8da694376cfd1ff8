/* The door: puts the parts of the feed together, and runs its clocks. What happens is decided in sync.c and
 * known.c. */
#include "feed/feed.h"

#include "common/mem.h"
#include "feed/load.h"

#include <stdlib.h>

#define CHECK_S 2.0 /* how often Redis is asked whether it is there, and for what it has counted */

static void on_clock(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct feed *feed = timer->data;

	(void)loop;
	(void)events;
	known_look_at_clock(&feed->known);
}

static void on_check(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct feed *feed = timer->data;

	(void)loop;
	(void)events;
	redis_link_check(feed->link);
	load_refresh_totals(feed->load);
}

struct feed *feed_new(struct ev_loop *loop, const struct feed_options *options)
{
	struct feed *feed = mem_alloc(1, sizeof(*feed));

	feed->loop = loop;
	feed->sync = sync_new(loop, options->address, options->tls, &feed->link);
	feed->load = load_new(feed->link, feed->sync, &feed->known, options->lines_each);
	sync_join(feed->sync, &LOAD_PART, feed->load);
	backlogs_init(&feed->backlogs, feed->link);
	ev_timer_init(&feed->clock, on_clock, FEED_CLOCK_MS / 1000.0, FEED_CLOCK_MS / 1000.0);
	ev_timer_init(&feed->check, on_check, CHECK_S, CHECK_S);
	feed->clock.data = feed->check.data = feed;
	ev_timer_start(loop, &feed->clock);
	ev_timer_start(loop, &feed->check);
	return feed;
}

/* The link first: whoever still waits for an answer gets NULL while everything is there. */
void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	ev_timer_stop(feed->loop, &feed->clock);
	ev_timer_stop(feed->loop, &feed->check);
	redis_link_free(feed->link);
	load_free(feed->load);
	sync_free(feed->sync);
	known_free(&feed->known);
	free(feed);
}
