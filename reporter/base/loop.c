/*
 * The event loop. It owns the reporter's only sleep, and does not know what any descriptor means.
 *
 * libcurl decides itself which of its sockets it waits for and when it wants to be woken, and its
 * curl_multi_poll is the one call that waits for all of that. So we do not wait beside it but inside it: our
 * descriptors live in an epoll, and the epoll is itself a descriptor, which curl_multi_poll takes as an extra
 * one. Timers are a plain list. There are a few dozen of them, so that looking through all of them once a
 * turn costs less than keeping them in order would.
 *
 * A callback may free any watch or timer, also its own and also one whose event is already in the array that
 * epoll_wait has filled. Therefore freeing only marks: `dead` is set, nobody calls it any more, and the
 * memory goes at the end of the turn (bury). This is what must stay true: within a turn no pointer that the
 * loop holds may become invalid.
 */
#include "reporter/base/loop.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/http_client.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_A_TURN = 32, WAIT_MAX_MS = 60 * 60 * 1000 };

struct watch {
	struct loop *loop;
	struct watch *next_dead;
	int fd;
	bool dead;
	watch_fn ready;
	void *user;
};

struct timer {
	struct loop *loop;
	struct timer *next;
	int64_t due_ms; /* monotonic; -1: at rest */
	bool dead;
	timer_fn expired;
	void *user;
};

struct loop {
	int epoll;
	bool stopped;
	struct http_client *http;
	struct timer *timers;
	struct watch *dead_watches; /* freed in this turn; epoll may have reported them already */
	bool dead_timers;
};

struct loop *loop_new(void)
{
	struct loop *loop = mem_alloc(1, sizeof(*loop));

	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	assert(loop->epoll >= 0);
	loop->http = http_client_new();
	return loop;
}

/* Frees what was given up during this turn. */
static void bury(struct loop *loop)
{
	while (loop->dead_watches) {
		struct watch *watch = loop->dead_watches;

		loop->dead_watches = watch->next_dead;
		free(watch);
	}
	if (!loop->dead_timers)
		return;
	loop->dead_timers = false;
	for (struct timer **link = &loop->timers; *link;) {
		struct timer *timer = *link;

		if (timer->dead) {
			*link = timer->next;
			free(timer);
		} else {
			link = &timer->next;
		}
	}
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	http_client_free(loop->http);
	bury(loop);
	assert(!loop->timers); /* their owners free them before the loop */
	close(loop->epoll);
	free(loop);
}

struct http_client *loop_http_client(struct loop *loop)
{
	return loop->http;
}

/* How long the loop may sleep: until the first timer is due. */
static int64_t time_to_sleep_ms(const struct loop *loop)
{
	int64_t now = clock_monotonic_ms(), idle = WAIT_MAX_MS;

	for (const struct timer *timer = loop->timers; timer; timer = timer->next) {
		if (timer->due_ms >= 0 && timer->due_ms - now < idle)
			idle = timer->due_ms - now;
	}
	return idle < 0 ? 0 : idle;
}

/*
 * One turn sleeps, moves the transfers on, calls the descriptors that are ready, then the timers that are
 * due. Timers come last, so that a callback can start a timer without a delay and it still expires in this
 * turn.
 */
void loop_run(struct loop *loop)
{
	struct epoll_event events[EVENTS_A_TURN];

	loop->stopped = false;
	while (!loop->stopped) {
		int count;
		int64_t now;

		http_client_turn(loop->http, loop->epoll, time_to_sleep_ms(loop));
		count = epoll_wait(loop->epoll, events, EVENTS_A_TURN, 0);
		for (int i = 0; i < count; i++) {
			struct watch *watch = events[i].data.ptr;

			if (!watch->dead)
				watch->ready(watch->user, events[i].events);
		}
		now = clock_monotonic_ms();
		for (struct timer *timer = loop->timers; timer; timer = timer->next) {
			if (timer->due_ms < 0 || timer->due_ms > now)
				continue;
			timer->due_ms = -1; /* before the callback, which may start it again */
			timer->expired(timer->user);
		}
		bury(loop);
	}
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

struct watch *loop_watch(struct loop *loop, int fd, uint32_t events, watch_fn ready, void *user)
{
	struct watch *watch = mem_alloc(1, sizeof(*watch));
	struct epoll_event event = {.events = events, .data.ptr = watch};

	/* A failure is a fault of ours (a closed descriptor, a regular file): it is logged, and the owner
	 * gets a watch that is never called rather than one more error to pass on. */
	*watch = (struct watch){.loop = loop, .fd = fd, .ready = ready, .user = user};
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		log_error("loop", "cannot watch a descriptor fd=%d error=%s", fd, strerror(errno));
	return watch;
}

void watch_change(struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (epoll_ctl(watch->loop->epoll, EPOLL_CTL_MOD, watch->fd, &event) < 0)
		log_error("loop", "cannot change a watch fd=%d error=%s", watch->fd, strerror(errno));
}

void watch_free(struct watch *watch)
{
	if (!watch || watch->dead)
		return;
	epoll_ctl(watch->loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->dead = true;
	watch->next_dead = watch->loop->dead_watches;
	watch->loop->dead_watches = watch;
}

struct timer *loop_timer(struct loop *loop, timer_fn expired, void *user)
{
	struct timer *timer = mem_alloc(1, sizeof(*timer));

	*timer = (struct timer){
		.loop = loop, .next = loop->timers, .due_ms = -1, .expired = expired, .user = user};
	loop->timers = timer;
	return timer;
}

void timer_start(struct timer *timer, int64_t delay_ms)
{
	timer->due_ms = clock_monotonic_ms() + (delay_ms > 0 ? delay_ms : 0);
}

void timer_stop(struct timer *timer)
{
	timer->due_ms = -1;
}

bool timer_is_started(const struct timer *timer)
{
	return timer->due_ms >= 0;
}

void timer_free(struct timer *timer)
{
	if (!timer)
		return;
	timer->due_ms = -1;
	timer->dead = true;
	timer->loop->dead_timers = true;
}
