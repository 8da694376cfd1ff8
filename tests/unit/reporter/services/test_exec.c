/* Services that are scripts: those that work, fail, hang, talk too much, or leave children behind. */
#include "common/buf.h"
#include "common/clock.h"
#include "common/mem.h"
#include "reporter/services/driver.h"
#include "tests/unit/cm.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEADLINE_MS 60000 /* a bound for the broken case */

struct bench {
	char folder[64];
	struct loop *loop;
	struct config_service config;
	struct driver_link *link;
	struct driver_service *service;
	struct timer *deadline;
	bool late;
	int states; /* how often the state was told */
	struct service_state state;
	int results;
	struct driver_result result;
};

/* --- the far side ------------------------------------------------------------------------------- */

static void on_state(void *user, const struct service_state *state)
{
	struct bench *bench = user;

	bench->states++;
	bench->state = *state;
	loop_stop(bench->loop);
}

static void on_result(void *user, const struct driver_result *result)
{
	struct bench *bench = user;

	bench->results++;
	bench->result = *result;
	loop_stop(bench->loop);
}

static void on_deadline(void *user)
{
	struct bench *bench = user;

	bench->late = true;
	loop_stop(bench->loop);
}

static void wait_for_state(struct bench *bench)
{
	int before = bench->states;

	timer_start(bench->deadline, DEADLINE_MS);
	while (bench->states == before && !bench->late)
		loop_run(bench->loop);
	assert_false(bench->late);
}

static void act(struct bench *bench, enum service_action action)
{
	int before = bench->results;

	driver_exec.act(bench->service, action, on_result, bench);
	timer_start(bench->deadline, DEADLINE_MS);
	while (bench->results == before && !bench->late)
		loop_run(bench->loop);
	assert_false(bench->late);
	assert_int_equal(bench->results, before + 1);
}

/* --- scripts ------------------------------------------------------------------------------------ */

static void write_script(struct bench *bench, const char *name, const char *body)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", bench->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\ncd %s\n%s\n", bench->folder, body);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static struct config_list argv_of(const struct bench *bench, const char *name)
{
	struct config_list list = {.items = mem_alloc(2, sizeof(char *)), .count = 1};

	assert_true(asprintf(&list.items[0], "%s/%s", bench->folder, name) > 0);
	return list;
}

static void free_argv(struct config_list *list)
{
	if (list->count)
		free(list->items[0]);
	free(list->items);
	*list = (struct config_list){0};
}

static bool has_file(const struct bench *bench, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", bench->folder, name);
	return access(path, F_OK) == 0;
}

static pid_t pid_in(const struct bench *bench, const char *name)
{
	char path[128];
	FILE *file;
	int pid = 0;

	snprintf(path, sizeof(path), "%s/%s", bench->folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	fclose(file);
	return pid;
}

/* Whether it runs; one that waits for init to take notice of its end does not. */
static bool is_alive(pid_t pid)
{
	char path[64], state = 'X';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
	fclose(file);
	return state != 'Z' && state != 'X';
}

/* A service whose being up is a file; its start and stop can be replaced by a test. */
static int set_up(void **state)
{
	struct bench *bench = mem_alloc(1, sizeof(*bench));
	static char name[] = "legacy", description[] = "";

	snprintf(bench->folder, sizeof(bench->folder), "/tmp/p2pdash-exec-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	write_script(bench, "start", "touch up");
	write_script(bench, "stop", "rm -f up");
	write_script(bench, "status", "test -e broken && exit 1; test -e up || exit 3");
	bench->config = (struct config_service){.name = name,
						.description = description,
						.driver = DRIVER_EXEC,
						.actions = 7,
						.timeout_s = 25,
						.run = {argv_of(bench, "start"), argv_of(bench, "stop")},
						.status = argv_of(bench, "status")};
	bench->loop = loop_new();
	bench->deadline = loop_timer(bench->loop, on_deadline, bench);
	bench->link = driver_exec.connect(bench->loop);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;
	char command[96];

	driver_exec.close(bench->service);
	driver_exec.disconnect(bench->link);
	timer_free(bench->deadline);
	loop_free(bench->loop);
	for (int action = 0; action < SERVICE_ACTION_COUNT; action++)
		free_argv(&bench->config.run[action]);
	free_argv(&bench->config.status);
	snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

static void open_service(struct bench *bench)
{
	bench->service = driver_exec.open(bench->link, &bench->config, on_state, bench);
	wait_for_state(bench);
}

/* --- the tests ---------------------------------------------------------------------------------- */

static void exit_statuses_of_the_status_program_are_states(void **state)
{
	struct bench *bench = *state;

	open_service(bench);
	assert_int_equal(bench->state.status, SERVICE_STOPPED);
	assert_true(bench->state.installed);
	write_script(bench, "status", "exit 0");
	driver_exec.look(bench->service);
	wait_for_state(bench);
	assert_int_equal(bench->state.status, SERVICE_RUNNING);
	write_script(bench, "status", "exit 1");
	driver_exec.look(bench->service);
	wait_for_state(bench);
	assert_int_equal(bench->state.status, SERVICE_ERROR);
}

static void a_look_tells_the_state_even_if_it_is_the_same(void **state)
{
	struct bench *bench = *state;

	open_service(bench);
	driver_exec.look(bench->service);
	wait_for_state(bench);
	assert_int_equal(bench->states, 2);
}

static void a_missing_program_is_not_installed(void **state)
{
	struct bench *bench = *state;

	free_argv(&bench->config.status);
	bench->config.status = argv_of(bench, "missing");
	open_service(bench);
	assert_int_equal(bench->state.status, SERVICE_ERROR);
	assert_false(bench->state.installed);
}

static void start_and_stop_do_what_they_say(void **state)
{
	struct bench *bench = *state;
	int64_t before = clock_now_ms();

	open_service(bench);
	act(bench, SERVICE_START);
	assert_true(bench->result.success);
	assert_int_equal(bench->result.state.status, SERVICE_RUNNING);
	assert_true(bench->result.state.started_ms >= before);
	assert_int_equal(bench->state.status, SERVICE_RUNNING);
	act(bench, SERVICE_STOP);
	assert_true(bench->result.success);
	assert_int_equal(bench->result.state.status, SERVICE_STOPPED);
}

static void a_restart_without_a_program_stops_and_starts(void **state)
{
	struct bench *bench = *state;

	open_service(bench);
	write_script(bench, "stop", "echo stop >>order");
	write_script(bench, "start", "echo start >>order; touch up");
	write_script(bench, "status", "test \"$(tr '\\n' ' ' <order)\" = 'stop start '");
	act(bench, SERVICE_RESTART);
	assert_true(bench->result.success);
	assert_int_equal(bench->result.state.status, SERVICE_RUNNING);
}

static void a_failed_stop_ends_a_restart(void **state)
{
	struct bench *bench = *state;

	open_service(bench);
	write_script(bench, "stop", "exit 4");
	act(bench, SERVICE_RESTART);
	assert_false(bench->result.success);
	assert_string_equal(bench->result.message, "restart failed with exit status 4");
	assert_false(has_file(bench, "up"));
}

static void a_failure_tells_exit_status_and_the_end_of_stderr(void **state)
{
	struct bench *bench = *state;

	open_service(bench);
	write_script(bench, "start", "echo noise; echo 'port 80 is in use' >&2; exit 7");
	act(bench, SERVICE_START);
	assert_false(bench->result.success);
	assert_false(bench->result.timed_out);
	assert_string_equal(bench->result.message, "start failed with exit status 7: port 80 is in use");
	write_script(bench, "start", "echo only here; exit 7");
	act(bench, SERVICE_START);
	assert_string_equal(bench->result.message, "start failed with exit status 7: only here");
	write_script(bench, "start", "kill -SEGV $$");
	act(bench, SERVICE_START);
	assert_non_null(strstr(bench->result.message, "signal 11"));
}

static void a_program_that_cannot_be_run_is_told(void **state)
{
	struct bench *bench = *state;

	open_service(bench);
	free_argv(&bench->config.run[SERVICE_START]);
	bench->config.run[SERVICE_START] = argv_of(bench, "missing");
	act(bench, SERVICE_START);
	assert_false(bench->result.success);
	assert_non_null(strstr(bench->result.message, "No such file or directory"));
}

static void megabytes_of_output_neither_block_nor_grow(void **state)
{
	struct bench *bench = *state;

	open_service(bench);
	write_script(bench, "start",
		     "head -c 20000000 /dev/zero | tr '\\0' x; head -c 20000000 /dev/zero | tr '\\0' "
		     "'\\377' >&2; echo >&2; echo the end >&2; exit 1");
	act(bench, SERVICE_START);
	assert_int_equal(strncmp(bench->result.message, "start failed with exit status 1: ", 33), 0);
	assert_string_equal(bench->result.message + strlen(bench->result.message) - 7, "the end");
	assert_true(strlen(bench->result.message) < DRIVER_MESSAGE_SIZE);
}

static void a_program_that_hangs_is_killed_with_its_children(void **state)
{
	struct bench *bench = *state;

	open_service(bench);
	bench->config.timeout_s = 3;
	write_script(bench, "start",
		     "trap '' TERM; (trap '' TERM; sleep 100) & echo $! >child; echo waiting >&2; wait");
	act(bench, SERVICE_START);
	assert_false(bench->result.success);
	assert_true(bench->result.timed_out);
	assert_string_equal(bench->result.message, "start did not finish within 3 s and was killed: waiting");
	for (int i = 0; i < 60000 && is_alive(pid_in(bench, "child")); i++)
		usleep(1000); /* the signal is on its way */
	assert_false(is_alive(pid_in(bench, "child")));
}

static void a_daemon_that_keeps_the_output_open_lives_and_nobody_waits_for_it(void **state)
{
	struct bench *bench = *state;
	pid_t daemon;

	open_service(bench);
	write_script(bench, "start",
		     "touch up; (i=0; while [ $i -lt 200 ]; do echo more || exit 1; echo more >&2 || exit 1; "
		     "i=$((i+1)); "
		     "done; touch survived; exec sleep 100) & echo $! >daemon");
	act(bench, SERVICE_START);
	assert_true(bench->result.success); /* it would be too late if the daemon had been waited for */
	daemon = pid_in(bench, "daemon");
	assert_true(is_alive(daemon));
	while (!has_file(bench, "survived")) {
		driver_exec.look(bench->service);
		wait_for_state(bench);
		assert_true(is_alive(daemon));
	}
	kill(daemon, SIGKILL);
}

static void children_inherit_nothing_but_the_three(void **state)
{
	struct bench *bench = *state;
	const char *ignored;

	open_service(bench);
	signal(SIGPIPE, SIG_IGN);
	write_script(bench, "start",
		     "ls /proc/self/fd | wc -l >&2; grep SigIgn /proc/self/status >&2; exit 1");
	act(bench, SERVICE_START);
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
	struct bench *bench = *state;

	open_service(bench);
	write_script(bench, "start", "sleep 100");
	driver_exec.act(bench->service, SERVICE_START, on_result, bench);
	driver_exec.close(bench->service);
	bench->service = NULL;
	timer_start(bench->deadline, 100);
	loop_run(bench->loop);
	assert_int_equal(bench->results, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(exit_statuses_of_the_status_program_are_states),
		TEST(a_look_tells_the_state_even_if_it_is_the_same),
		TEST(a_missing_program_is_not_installed),
		TEST(start_and_stop_do_what_they_say),
		TEST(a_restart_without_a_program_stops_and_starts),
		TEST(a_failed_stop_ends_a_restart),
		TEST(a_failure_tells_exit_status_and_the_end_of_stderr),
		TEST(a_program_that_cannot_be_run_is_told),
		TEST(megabytes_of_output_neither_block_nor_grow),
		TEST(a_program_that_hangs_is_killed_with_its_children),
		TEST(a_daemon_that_keeps_the_output_open_lives_and_nobody_waits_for_it),
		TEST(children_inherit_nothing_but_the_three),
		TEST(a_closed_service_calls_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
