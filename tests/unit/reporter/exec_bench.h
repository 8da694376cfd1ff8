/* A service that is scripts, for tests of the exec driver: its folder, its driver and what the driver told.
 */
#ifndef TESTS_UNIT_REPORTER_EXEC_BENCH_H
#define TESTS_UNIT_REPORTER_EXEC_BENCH_H

#include "reporter/services/driver.h"

#include <stdbool.h>
#include <sys/types.h>

struct exec_bench {
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

/*
 * For cmocka. The service is up while there is a file `up` in the folder, and broken while there is one
 * `broken`; its scripts `start`, `stop` and `status` can be replaced by a test.
 */
int exec_bench_set_up(void **state);
int exec_bench_tear_down(void **state);

/* Opens the service and waits for its first state. */
void exec_bench_open(struct exec_bench *bench);

/* Waits until a state is told that was not told before the call. */
void exec_bench_wait_for_state(struct exec_bench *bench);

/* Acts and waits for the result. */
void exec_bench_act(struct exec_bench *bench, enum service_action action);

/* Writes a shell script into the folder, where it also runs. */
void exec_bench_script(struct exec_bench *bench, const char *name, const char *body);
struct config_list exec_bench_argv(const struct exec_bench *bench, const char *name);
void exec_bench_free_argv(struct config_list *list);

bool exec_bench_has_file(const struct exec_bench *bench, const char *name);
pid_t exec_bench_pid_in(const struct exec_bench *bench, const char *name); /* of a process, in a file */

/* Whether the process runs; one that waits for init to take notice of its end does
 * not. */
bool exec_bench_is_alive(pid_t pid);

#endif
