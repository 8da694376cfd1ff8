/* Services that are scripts: what their exit statuses mean, and what is told of an action on them. */
#include "common/clock.h"
#include "reporter/services/driver.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/exec_bench.h"

#include <sched.h>
#include <string.h>

static void exit_statuses_of_the_status_program_are_states(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	assert_int_equal(bench->state.status, SERVICE_STOPPED);
	assert_true(bench->state.installed);
	exec_bench_script(bench, "status", "exit 0");
	driver_exec.look(bench->service);
	exec_bench_wait_for_state(bench);
	assert_int_equal(bench->state.status, SERVICE_RUNNING);
	exec_bench_script(bench, "status", "exit 1");
	driver_exec.look(bench->service);
	exec_bench_wait_for_state(bench);
	assert_int_equal(bench->state.status, SERVICE_ERROR);
}

static void a_look_tells_the_state_even_if_it_is_the_same(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	driver_exec.look(bench->service);
	exec_bench_wait_for_state(bench);
	assert_int_equal(bench->states, 2);
}

static void a_look_leaves_a_status_program_that_runs_alone(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	exec_bench_script(bench, "status",
			  "[ ! -e began ] || touch again; touch began; until [ -e go ]; do sleep 0.01; done");
	driver_exec.look(bench->service);
	while (!exec_bench_has_file(bench, "began"))
		sched_yield();
	driver_exec.look(bench->service);
	exec_bench_script(bench, "go", "");
	exec_bench_wait_for_state(bench);
	assert_int_equal(bench->state.status, SERVICE_RUNNING);
	assert_false(exec_bench_has_file(bench, "again"));
}

static void a_missing_program_is_not_installed(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_free_argv(&bench->config.status);
	bench->config.status = exec_bench_argv(bench, "missing");
	exec_bench_open(bench);
	assert_int_equal(bench->state.status, SERVICE_ERROR);
	assert_false(bench->state.installed);
}

static void start_and_stop_do_what_they_say(void **state)
{
	struct exec_bench *bench = *state;
	int64_t before = clock_now_ms();

	exec_bench_open(bench);
	exec_bench_act(bench, SERVICE_START);
	assert_true(bench->result.success);
	assert_int_equal(bench->result.state.status, SERVICE_RUNNING);
	assert_true(bench->result.state.started_ms >= before);
	assert_int_equal(bench->state.status, SERVICE_RUNNING);
	exec_bench_act(bench, SERVICE_STOP);
	assert_true(bench->result.success);
	assert_int_equal(bench->result.state.status, SERVICE_STOPPED);
}

static void a_restart_without_a_program_stops_and_starts(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	exec_bench_script(bench, "stop", "echo stop >>order");
	exec_bench_script(bench, "start", "echo start >>order; touch up");
	exec_bench_script(bench, "status", "test \"$(tr '\\n' ' ' <order)\" = 'stop start '");
	exec_bench_act(bench, SERVICE_RESTART);
	assert_true(bench->result.success);
	assert_int_equal(bench->result.state.status, SERVICE_RUNNING);
}

static void a_failed_stop_ends_a_restart(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	exec_bench_script(bench, "stop", "exit 4");
	exec_bench_act(bench, SERVICE_RESTART);
	assert_false(bench->result.success);
	assert_string_equal(bench->result.message, "restart failed with exit status 4");
	assert_false(exec_bench_has_file(bench, "up"));
}

static void a_failure_tells_exit_status_and_the_end_of_stderr(void **state)
{
	struct exec_bench *bench = *state;

	exec_bench_open(bench);
	exec_bench_script(bench, "start", "echo noise; echo 'port 80 is in use' >&2; exit 7");
	exec_bench_act(bench, SERVICE_START);
	assert_false(bench->result.success);
	assert_false(bench->result.timed_out);
	assert_string_equal(bench->result.message, "start failed with exit status 7: port 80 is in use");
	exec_bench_script(bench, "start", "echo only here; exit 7");
	exec_bench_act(bench, SERVICE_START);
	assert_string_equal(bench->result.message, "start failed with exit status 7: only here");
	exec_bench_script(bench, "start", "kill -SEGV $$");
	exec_bench_act(bench, SERVICE_START);
	assert_non_null(strstr(bench->result.message, "signal 11"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, exec_bench_set_up, exec_bench_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(exit_statuses_of_the_status_program_are_states),
		TEST(a_look_tells_the_state_even_if_it_is_the_same),
		TEST(a_look_leaves_a_status_program_that_runs_alone),
		TEST(a_missing_program_is_not_installed),
		TEST(start_and_stop_do_what_they_say),
		TEST(a_restart_without_a_program_stops_and_starts),
		TEST(a_failed_stop_ends_a_restart),
		TEST(a_failure_tells_exit_status_and_the_end_of_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
