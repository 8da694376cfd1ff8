/* The processes behind services that are scripts: those that cannot be run, hang, talk too much, or leave
 * others behind. */
#include "reporter/services/driver.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/exec_bench.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void a_program_that_cannot_be_run_is_told(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	exec_bench_free_argv(&bench->config.run[SERVICE_START]);
	bench->config.run[SERVICE_START] = exec_bench_argv(bench, "missing");
	exec_bench_act(bench, SERVICE_START);
	assert_false(bench->result.success);
	assert_non_null(strstr(bench->result.message, "No such file or directory"));
}

static void megabytes_of_output_neither_block_nor_grow(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	exec_bench_script(bench, "start",
			  "head -c 20000000 /dev/zero | tr '\\0' x; head -c 20000000 /dev/zero | tr '\\0' "
			  "'\\377' >&2; echo >&2; echo the end >&2; exit 1");
	exec_bench_act(bench, SERVICE_START);
	assert_int_equal(strncmp(bench->result.message, "start failed with exit status 1: ", 33), 0);
	assert_string_equal(bench->result.message + strlen(bench->result.message) - 7, "the end");
	assert_true(strlen(bench->result.message) < DRIVER_MESSAGE_SIZE);
}

static void a_program_that_hangs_is_killed_with_its_children(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	bench->config.timeout_s = 3;
	exec_bench_script(bench, "start",
			  "trap '' TERM; (trap '' TERM; sleep 100) & echo $! >child; echo waiting >&2; wait");
	exec_bench_act(bench, SERVICE_START);
	assert_false(bench->result.success);
	assert_true(bench->result.timed_out);
	assert_string_equal(bench->result.message, "start did not finish within 3 s and was killed: waiting");
	for (int i = 0; i < 60000 && exec_bench_is_alive(exec_bench_pid_in(bench, "child")); i++)
		usleep(1000); /* the signal is on its way */
	assert_false(exec_bench_is_alive(exec_bench_pid_in(bench, "child")));
}

static void a_daemon_that_keeps_the_output_open_lives_and_nobody_waits_for_it(void **state)
{
	struct exec_bench *bench = *state;
	pid_t daemon;

	exec_bench_open(bench);
	exec_bench_script(
		bench, "start",
		"touch up; (i=0; while [ $i -lt 200 ]; do echo more || exit 1; echo more >&2 || exit 1; "
		"i=$((i+1)); "
		"done; touch survived; exec sleep 100) & echo $! >daemon");
	exec_bench_act(bench, SERVICE_START);
	assert_true(bench->result.success); /* it would be too late if the daemon had been waited for */
	daemon = exec_bench_pid_in(bench, "daemon");
	assert_true(exec_bench_is_alive(daemon));
	while (!exec_bench_has_file(bench, "survived")) {
		driver_exec.look(bench->service);
		exec_bench_wait_for_state(bench);
		assert_true(exec_bench_is_alive(daemon));
	}
	kill(daemon, SIGKILL);
}

static void children_inherit_nothing_but_the_three(void **state)
{
	struct exec_bench *bench = *state;
	const char *ignored;

	exec_bench_open(bench);
	signal(SIGPIPE, SIG_IGN);
	exec_bench_script(bench, "start",
			  "ls /proc/self/fd | wc -l >&2; grep SigIgn /proc/self/status >&2; exit 1");
	exec_bench_act(bench, SERVICE_START);
	signal(SIGPIPE, SIG_DFL);
	/* ls has its folder open beside the three. */
	assert_non_null(strstr(bench->result.message, "exit status 1: 4\n"));
	ignored = strstr(bench->result.message, "SigIgn:\t");
	assert_non_null(ignored);
	/* Beyond the usual 31 are those that the C library keeps for itself. */
	assert_int_equal(strtoull(ignored + strlen("SigIgn:\t"), NULL, 16) & 0x7fffffff, 0);
}

static void a_closed_service_calls_nobody(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	exec_bench_script(bench, "start", "sleep 100");
	driver_exec.act(bench->service, SERVICE_START);
	driver_exec.close(bench->service);
	bench->service = NULL;
	timer_start(bench->deadline, 100);
	loop_run(bench->loop);
	assert_int_equal(bench->results, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, exec_bench_set_up, exec_bench_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_program_that_cannot_be_run_is_told),
		TEST(megabytes_of_output_neither_block_nor_grow),
		TEST(a_program_that_hangs_is_killed_with_its_children),
		TEST(a_daemon_that_keeps_the_output_open_lives_and_nobody_waits_for_it),
		TEST(children_inherit_nothing_but_the_three),
		TEST(a_closed_service_calls_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
