/* The bench of the exec driver's tests. */
#include "tests/unit/reporter/exec_bench.h"

#include "common/mem.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEADLINE_MS 60000 /* a bound for the broken case */

/* --- the far side ------------------------------------------------------------------------------- */

static void on_state(void *user, const struct service_state *state)
{
	struct exec_bench *bench = user;

	bench->states++;
	bench->state = *state;
	loop_stop(bench->loop);
}

static void on_result(void *user, const struct driver_result *result)
{
	struct exec_bench *bench = user;

	bench->results++;
	bench->result = *result;
	loop_stop(bench->loop);
}

static void on_deadline(void *user)
{
	struct exec_bench *bench = user;

	bench->late = true;
	loop_stop(bench->loop);
}

void exec_bench_wait_for_state(struct exec_bench *bench)
{
	int before = bench->states;

	timer_start(bench->deadline, DEADLINE_MS);
	while (bench->states == before && !bench->late)
		loop_run(bench->loop);
	assert_false(bench->late);
}

void exec_bench_act(struct exec_bench *bench, enum service_action action)
{
	int before = bench->results;

	driver_exec.act(bench->service, action);
	timer_start(bench->deadline, DEADLINE_MS);
	while (bench->results == before && !bench->late)
		loop_run(bench->loop);
	assert_false(bench->late);
	assert_int_equal(bench->results, before + 1);
}

/* --- scripts ------------------------------------------------------------------------------------ */

void exec_bench_script(struct exec_bench *bench, const char *name, const char *body)
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

struct config_list exec_bench_argv(const struct exec_bench *bench, const char *name)
{
	struct config_list list = {.items = mem_alloc(2, sizeof(char *)), .count = 1};

	assert_true(asprintf(&list.items[0], "%s/%s", bench->folder, name) > 0);
	return list;
}

void exec_bench_free_argv(struct config_list *list)
{
	if (list->count)
		free(list->items[0]);
	free(list->items);
	*list = (struct config_list){0};
}

bool exec_bench_has_file(const struct exec_bench *bench, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", bench->folder, name);
	return access(path, F_OK) == 0;
}

pid_t exec_bench_pid_in(const struct exec_bench *bench, const char *name)
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

bool exec_bench_is_alive(pid_t pid)
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

int exec_bench_set_up(void **state)
{
	struct exec_bench *bench = mem_alloc(1, sizeof(*bench));
	static char name[] = "legacy", description[] = "";

	snprintf(bench->folder, sizeof(bench->folder), "/tmp/p2pdash-exec-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	exec_bench_script(bench, "start", "touch up");
	exec_bench_script(bench, "stop", "rm -f up");
	exec_bench_script(bench, "status", "test -e broken && exit 1; test -e up || exit 3");
	bench->config = (struct config_service){
		.name = name,
		.description = description,
		.driver = DRIVER_EXEC,
		.actions = 7,
		.timeout_s = 25,
		.run = {exec_bench_argv(bench, "start"), exec_bench_argv(bench, "stop")},
		.status = exec_bench_argv(bench, "status")};
	bench->loop = loop_new();
	bench->deadline = loop_timer(bench->loop, on_deadline, bench);
	bench->link = driver_exec.connect(bench->loop);
	*state = bench;
	return 0;
}

int exec_bench_tear_down(void **state)
{
	struct exec_bench *bench = *state;
	char command[96];

	driver_exec.close(bench->service);
	driver_exec.disconnect(bench->link);
	timer_free(bench->deadline);
	loop_free(bench->loop);
	for (int action = 0; action < SERVICE_ACTION_COUNT; action++)
		exec_bench_free_argv(&bench->config.run[action]);
	exec_bench_free_argv(&bench->config.status);
	snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

void exec_bench_open(struct exec_bench *bench)
{
	bench->service = driver_exec.open(
		bench->link, &bench->config,
		&(struct driver_events){.user = bench, .state = on_state, .result = on_result});
	exec_bench_wait_for_state(bench);
}
