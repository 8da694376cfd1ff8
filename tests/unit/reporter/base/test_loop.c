/* The loop and its HTTP client: order, freeing from callbacks, and failures that arrive as answers. */
#include "common/clock.h"
#include "reporter/base/http_client.h"
#include "reporter/base/loop.h"
#include "tests/unit/cm.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct bench {
	struct loop *loop;
	struct timer *timers[3];
	struct watch *watches[2];
	int pipes[2][2];
	int calls, awaited; /* 0: the loop does not end by their number */
	char order[16];
	int status;
	char error[256];
};

static void note(struct bench *bench, char what)
{
	bench->order[bench->calls++] = what;
	if (bench->calls == bench->awaited)
		loop_stop(bench->loop);
}

static void on_a(void *user)
{
	note(user, 'a');
}

static void on_b(void *user)
{
	note(user, 'b');
}

static void on_end(void *user)
{
	struct bench *bench = user;

	note(bench, '.');
	loop_stop(bench->loop);
}

/* Those that are due in the same turn fire in any order, so on a loaded machine no order is sure. */
static void timers_fire_once_and_not_before_their_time(void **state)
{
	struct bench bench = {.loop = loop_new(), .awaited = 2};
	int64_t begin_ms = clock_monotonic_ms();

	(void)state;
	bench.timers[0] = loop_timer(bench.loop, on_b, &bench);
	bench.timers[1] = loop_timer(bench.loop, on_a, &bench);
	bench.timers[2] = loop_timer(bench.loop, on_end, &bench);
	timer_start(bench.timers[0], 20);
	timer_start(bench.timers[1], 5);
	assert_true(timer_is_started(bench.timers[0]));
	loop_run(bench.loop);
	assert_true(clock_monotonic_ms() - begin_ms >= 20);
	assert_true(strchr(bench.order, 'a') && strchr(bench.order, 'b'));
	assert_false(timer_is_started(bench.timers[0]));
	timer_start(bench.timers[0], 5);
	timer_stop(bench.timers[0]);
	timer_start(bench.timers[2], 10);
	loop_run(bench.loop);
	assert_string_equal(bench.order + 2, ".");
	for (int i = 0; i < 3; i++)
		timer_free(bench.timers[i]);
	loop_free(bench.loop);
}

/* Whichever of the two is ready first frees both. */
static void on_ready(void *user, uint32_t events)
{
	struct bench *bench = user;

	assert_true(events & EPOLLIN);
	note(bench, 'w');
	for (int i = 0; i < 2; i++) {
		watch_free(bench->watches[i]);
		bench->watches[i] = NULL;
	}
	timer_start(bench->timers[0], 10);
}

static void a_watch_that_was_freed_is_not_called_though_it_was_ready(void **state)
{
	struct bench bench = {.loop = loop_new()};

	(void)state;
	bench.timers[0] = loop_timer(bench.loop, on_end, &bench);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe2(bench.pipes[i], O_CLOEXEC), 0);
		bench.watches[i] = loop_watch(bench.loop, bench.pipes[i][0], EPOLLIN, on_ready, &bench);
		assert_int_equal(write(bench.pipes[i][1], "x", 1), 1);
	}
	loop_run(bench.loop);
	assert_string_equal(bench.order, "w.");
	for (int i = 0; i < 2; i++) {
		close(bench.pipes[i][0]);
		close(bench.pipes[i][1]);
	}
	timer_free(bench.timers[0]);
	loop_free(bench.loop);
}

static void on_hang_up(void *user, uint32_t events)
{
	struct bench *bench = user;

	assert_true(events & EPOLLHUP);
	loop_stop(bench->loop);
}

static void a_hang_up_is_told(void **state)
{
	struct bench bench = {.loop = loop_new()};

	(void)state;
	assert_int_equal(pipe2(bench.pipes[0], O_CLOEXEC), 0);
	bench.watches[0] = loop_watch(bench.loop, bench.pipes[0][0], EPOLLIN, on_hang_up, &bench);
	close(bench.pipes[0][1]);
	loop_run(bench.loop);
	watch_free(bench.watches[0]);
	close(bench.pipes[0][0]);
	loop_free(bench.loop);
}

static void on_done(void *user, const struct http_answer *answer)
{
	struct bench *bench = user;

	note(bench, 'd');
	bench->status = answer->status;
	snprintf(bench->error, sizeof(bench->error), "%s", answer->error ? answer->error : "");
	loop_stop(bench->loop);
}

static void a_refused_connection_is_an_answer_without_status(void **state)
{
	struct bench bench = {.loop = loop_new()};
	struct http_request request = {
		.method = "GET", .url = "http://127.0.0.1:1/", .done = on_done, .user = &bench};

	(void)state;
	http_client_start(loop_http_client(bench.loop), &request);
	assert_int_equal(bench.calls, 0);
	loop_run(bench.loop);
	assert_int_equal(bench.calls, 1);
	assert_int_equal(bench.status, 0);
	assert_non_null(strstr(bench.error, "127.0.0.1"));
	loop_free(bench.loop);
}

static void a_cancelled_request_is_never_answered(void **state)
{
	struct bench bench = {.loop = loop_new()};
	struct http_request request = {
		.method = "GET", .url = "http://127.0.0.1:1/", .done = on_done, .user = &bench};

	(void)state;
	http_client_cancel(http_client_start(loop_http_client(bench.loop), &request));
	bench.timers[0] = loop_timer(bench.loop, on_end, &bench);
	timer_start(bench.timers[0], 20);
	loop_run(bench.loop);
	assert_string_equal(bench.order, ".");
	http_client_start(loop_http_client(bench.loop), &request); /* ended with the loop */
	timer_free(bench.timers[0]);
	loop_free(bench.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_once_and_not_before_their_time),
		cmocka_unit_test(a_watch_that_was_freed_is_not_called_though_it_was_ready),
		cmocka_unit_test(a_hang_up_is_told),
		cmocka_unit_test(a_refused_connection_is_an_answer_without_status),
		cmocka_unit_test(a_cancelled_request_is_never_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
