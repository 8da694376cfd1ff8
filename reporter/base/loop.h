/*
 * The reporter's event loop: descriptors, timers and HTTP exchanges, all waited for in one curl_multi_poll.
 * There is one thread, and every callback runs from loop_run. A callback may free anything, also the watch or
 * the timer it was called for.
 */
#ifndef REPORTER_BASE_LOOP_H
#define REPORTER_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct http_client;
struct loop;

/* The caller frees it. Running out of descriptors here ends the process. */
struct loop *loop_new(void);

/* Ends the HTTP exchanges that are on their way. All timers must have been freed before; NULL is nothing. */
void loop_free(struct loop *loop);

/* Waits and calls back until loop_stop; may be called again afterwards. */
void loop_run(struct loop *loop);

/* Makes loop_run return at the end of this turn: other callbacks that are ready now are still called. */
void loop_stop(struct loop *loop);

/* The HTTP client that this loop drives (reporter/base/http_client.h); it lives as long as the loop. */
struct http_client *loop_http_client(struct loop *loop);

/* --- descriptors -------------------------------------------------------------------------------- */

struct watch;

/* `events` are those of epoll: EPOLLIN, EPOLLOUT, EPOLLPRI; EPOLLERR and EPOLLHUP come unasked. */
typedef void (*watch_fn)(void *user, uint32_t events);

/*
 * Calls `ready` in each turn in which `fd` is ready (level-triggered). The descriptor stays the caller's, who
 * frees the watch before closing it. Regular files cannot be watched: that is logged, and `ready` is never
 * called.
 */
struct watch *loop_watch(struct loop *loop, int fd, uint32_t events, watch_fn ready, void *user);

/* Waits for other events from now on; 0 waits for errors and hang-ups only. */
void watch_change(struct watch *watch, uint32_t events);

/* `ready` is not called any more, even if the descriptor is ready in this turn. NULL is nothing. */
void watch_free(struct watch *watch);

/* --- timers ------------------------------------------------------------------------------------- */

struct timer;

typedef void (*timer_fn)(void *user);

/* A timer at rest, which calls `expired` once each time it was started and its delay is over. */
struct timer *loop_timer(struct loop *loop, timer_fn expired, void *user);

/*
 * Starts it, or replaces the time it was started with. The delay runs on the monotonic clock; with a delay of
 * 0 or less the timer expires in this turn of the loop, after the descriptors that were ready (in the next
 * turn, without sleeping, if another timer's callback starts it).
 */
void timer_start(struct timer *timer, int64_t delay_ms);

void timer_stop(struct timer *timer);		  /* puts it at rest */
bool timer_is_started(const struct timer *timer); /* false again as soon as `expired` is called */
void timer_free(struct timer *timer);		  /* NULL is nothing */

#endif
