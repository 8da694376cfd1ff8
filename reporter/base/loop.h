/*
 * The reporter's event loop: descriptors, timers and HTTP exchanges, all waited for in one curl_multi_poll.
 * One thread; every callback runs from loop_run. Anything may be freed from any callback, its own included.
 */
#ifndef REPORTER_BASE_LOOP_H
#define REPORTER_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct http_client;
struct loop;

struct loop *loop_new(void);
void loop_free(struct loop *loop); /* its watches and timers must be freed before */

void loop_run(struct loop *loop);  /* until loop_stop; may be called again */
void loop_stop(struct loop *loop); /* loop_run returns once the callback that says so is done */

/* The HTTP client whose exchanges this loop drives (reporter/base/http_client.h); it lives as long as the
 * loop. */
struct http_client *loop_http_client(struct loop *loop);

/* --- descriptors -------------------------------------------------------------------------------- */

struct watch;

/* `events` are those of epoll: EPOLLIN, EPOLLOUT, EPOLLPRI; EPOLLERR and EPOLLHUP come unasked. */
typedef void (*watch_fn)(void *user, uint32_t events);

/*
 * Calls `ready` as long as `fd` is ready (level-triggered). The descriptor stays the caller's, who frees the
 * watch before closing it. Regular files cannot be watched.
 */
struct watch *loop_watch(struct loop *loop, int fd, uint32_t events, watch_fn ready, void *user);
void watch_change(struct watch *watch, uint32_t events); /* 0: only errors and hang-ups */
void watch_free(struct watch *watch);			 /* NULL is nothing; `ready` is not called any more */

/* --- timers ------------------------------------------------------------------------------------- */

struct timer;

typedef void (*timer_fn)(void *user);

/*
 * A timer at rest. Once started it calls `expired` once, `delay_ms` later on the monotonic clock; with a
 * delay of 0 still in this turn of the loop, after the descriptors that were ready. Starting it again
 * replaces the earlier time.
 */
struct timer *loop_timer(struct loop *loop, timer_fn expired, void *user);
void timer_start(struct timer *timer, int64_t delay_ms);
void timer_stop(struct timer *timer);
bool timer_is_started(const struct timer *timer);
void timer_free(struct timer *timer); /* NULL is nothing */

#endif
