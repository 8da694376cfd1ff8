/* Pipes of programs that are gone: whoever still writes to one is neither stopped nor killed. */
#include "reporter/base/drain.h"
#include "tests/unit/cm.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MORE_THAN_A_PIPE (1024 * 1024)

struct bench {
	struct loop *loop;
	struct drain *drain;
	struct timer *deadline;
	int writing; /* what a service would hold */
};

static void on_deadline(void *user)
{
	struct bench *bench = user;

	loop_stop(bench->loop);
}

static int set_up(void **state)
{
	static struct bench bench;
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	bench.loop = loop_new();
	bench.deadline = loop_timer(bench.loop, on_deadline, &bench);
	bench.drain = drain_new(bench.loop);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	drain_take(bench.drain, ends[0], "service");
	bench.writing = ends[1];
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	drain_free(bench->drain);
	timer_free(bench->deadline);
	loop_free(bench->loop);
	return 0;
}

/* Writes as a service does that never looks at what it writes to; false if nobody reads it any more. */
static bool write_much(struct bench *bench, bool in_loop)
{
	static const char TEXT[4096];

	for (size_t written = 0; written < MORE_THAN_A_PIPE;) {
		struct pollfd ready = {.fd = bench->writing, .events = POLLOUT};
		ssize_t got = write(bench->writing, TEXT, sizeof(TEXT));

		written += got > 0 ? (size_t)got : 0;
		if (got > 0)
			continue;
		if (in_loop) {
			timer_start(bench->deadline, 1);
			loop_run(bench->loop);
		}
		if (poll(&ready, 1, in_loop ? 0 : 60000) < 0 || ready.revents & POLLERR)
			return false;
	}
	return true;
}

static void a_writer_goes_on_while_the_loop_runs(void **state)
{
	struct bench *bench = *state;

	assert_true(write_much(bench, true));
	close(bench->writing);
}

static void a_writer_goes_on_after_the_end_of_the_drain(void **state)
{
	struct bench *bench = *state;

	drain_free(bench->drain);
	bench->drain = NULL;
	assert_true(write_much(bench, false));
	close(bench->writing);
}

static void the_process_that_is_left_behind_holds_nothing_else(void **state)
{
	struct bench *bench = *state;
	int lock[2];
	char byte;

	assert_int_equal(pipe(lock), 0);
	drain_free(bench->drain);
	bench->drain = NULL;
	close(lock[1]);
	/* The end of a pipe arrives when the last who could write is gone: so nobody else holds it. */
	assert_int_equal(read(lock[0], &byte, 1), 0);
	close(lock[0]);
	close(bench->writing);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_writer_goes_on_while_the_loop_runs),
		TEST(a_writer_goes_on_after_the_end_of_the_drain),
		TEST(the_process_that_is_left_behind_holds_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
