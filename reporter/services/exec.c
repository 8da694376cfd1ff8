/*
 * The exec driver: services that programs of the administrator's look at and act on. Their argv comes from
 * the worker's configuration alone; nothing from outside ever reaches a command line. How a program is run is
 * child.c's.
 *
 * The state is what the exit status of the status program says; it runs every five seconds. While an action
 * runs its programs nothing is looked at, since a service in the middle of a restart would look stopped. The
 * look after the last program belongs to the action, whose result says how the service is then.
 */
#include "reporter/services/driver.h"

#include "common/clock.h"
#include "common/mem.h"
#include "reporter/base/child.h"
#include "reporter/services/driver_result.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS	  5000
#define STEPS_MAX 2 /* a restart without a program of its own: stop, then start */

/* A status program's exit statuses; any other is an error. Linux Standard Base 3.1, "Init Script Actions". */
#define LSB_RUNNING 0
#define LSB_STOPPED 3

struct driver_link {
	struct children *children;
	struct loop *loop;
};

enum action_state {
	ACTION_NONE,
	ACTION_STEPS,	/* a program of it runs */
	ACTION_LOOKING, /* its programs are done; what became of the service is looked at */
};

struct driver_service {
	struct driver_link *link;
	const struct config_service *config;
	struct driver_events events;
	struct service_state state;
	struct child *status;
	struct timer *poll;

	enum action_state acting;
	enum service_action action;
	const struct config_list *steps[STEPS_MAX]; /* the one that runs, and those after it; NULL: no more */
	struct child *step;
	int64_t deadline_ms; /* monotonic, for all steps together */
	struct driver_result result;
};

static void action_move(struct driver_service *service, enum action_state to)
{
	static const enum action_state AFTER[] = {[ACTION_NONE] = ACTION_STEPS,
						  [ACTION_STEPS] = ACTION_LOOKING,
						  [ACTION_LOOKING] = ACTION_NONE};

	assert(to == AFTER[service->acting]);
	service->acting = to;
}

/* --- looking ------------------------------------------------------------------------------------ */

/* What the end of the status program says, but for the time since when the service runs. */
static struct service_state judge(const struct driver_service *service, const struct child_end *end)
{
	struct service_state state = {.status = SERVICE_ERROR, .installed = end->error != ENOENT};
	const char *program = service->config->status.items[0];

	if (end->error) {
		snprintf(state.trouble, sizeof(state.trouble), "the status program %.200s cannot be run: %s",
			 program, strerror(end->error));
	} else if (end->timed_out) {
		snprintf(state.trouble, sizeof(state.trouble),
			 "the status program %.200s did not end within %lld s", program,
			 (long long)service->config->timeout_s);
	} else if (end->status < 0) {
		snprintf(state.detail, sizeof(state.detail), "signal %d", end->signal);
		snprintf(state.failure, sizeof(state.failure), "the status program was ended by signal %d",
			 end->signal);
	} else {
		snprintf(state.detail, sizeof(state.detail), "exit status %d", end->status);
		if (end->status == LSB_RUNNING)
			state.status = SERVICE_RUNNING;
		else if (end->status == LSB_STOPPED)
			state.status = SERVICE_STOPPED;
		else
			driver_write_failure(&state, end->output, end->output_len,
					     "the status program ended with exit status %d", end->status);
	}
	return state;
}

static void on_status(void *user, const struct child_end *end)
{
	struct driver_service *service = user;
	struct service_state state = judge(service, end);
	const struct service_state before = service->state;
	bool acted = service->acting == ACTION_LOOKING;
	bool restarted = acted && service->result.success && service->action == SERVICE_RESTART;

	service->status = NULL;
	timer_start(service->poll, POLL_MS);
	if (state.status == SERVICE_RUNNING) {
		/* A status program does not tell since when: we know it only of a beginning that we saw. */
		if (before.status == SERVICE_RUNNING && !restarted)
			state.started_ms = before.started_ms;
		else if (before.status != SERVICE_UNKNOWN || restarted)
			state.started_ms = clock_now_ms();
		state.since_ms = state.started_ms;
	}
	service->state = state;
	service->events.state(service->events.user, &state);
	if (!acted)
		return;
	action_move(service, ACTION_NONE);
	service->result.state = state;
	service->events.result(service->events.user, &service->result);
}

/* Runs the status program, anew if it is running: what it sees must be what is now. */
static void look_now(struct driver_service *service)
{
	const struct config_service *config = service->config;

	if (service->acting == ACTION_STEPS)
		return;
	timer_stop(service->poll);
	child_cancel(service->status);
	service->status = child_start(service->link->children, config->status.items, config->timeout_s * 1000,
				      on_status, service);
}

/* A status program that runs is left alone: looks come more often than a slow one ends, and it would never
 * end. */
static void exec_look(struct driver_service *service)
{
	if (!service->status)
		look_now(service);
}

static void on_poll(void *user)
{
	look_now(user);
}

/* --- acting ------------------------------------------------------------------------------------- */

static void run_step(struct driver_service *service);

/* SAMPLE start failed with exit status 7: port 80 is in use */
static void on_step(void *user, const struct child_end *end)
{
	struct driver_service *service = user;
	struct driver_result *result = &service->result;
	const char *action = service_action_name(service->action), *program = service->steps[0]->items[0];

	service->step = NULL;
	result->success = !end->error && !end->timed_out && end->status == 0;
	result->timed_out = end->timed_out;
	if (result->success)
		driver_result_say(result, "%s done", action);
	else if (end->error)
		driver_result_say(result, "%s: cannot run %s: %s", action, program, strerror(end->error));
	else if (end->timed_out)
		driver_result_say(result, "%s did not finish within %lld s and was killed", action,
				  (long long)service->config->timeout_s);
	else if (end->status < 0)
		driver_result_say(result, "%s was ended by signal %d (%s)", action, end->signal,
				  strsignal(end->signal));
	else
		driver_result_say(result, "%s failed with exit status %d", action, end->status);
	if (!result->success)
		driver_result_add_output(result, end->output, end->output_len);
	if (result->success && service->steps[1]) {
		service->steps[0] = service->steps[1];
		service->steps[1] = NULL;
		run_step(service);
		return;
	}
	action_move(service, ACTION_LOOKING);
	look_now(service);
}

static void run_step(struct driver_service *service)
{
	int64_t left_ms = service->deadline_ms - clock_monotonic_ms();

	service->step = child_start(service->link->children, service->steps[0]->items,
				    left_ms > 0 ? left_ms : 0, on_step, service);
}

static void exec_act(struct driver_service *service, enum service_action action)
{
	const struct config_list *run = service->config->run;

	action_move(service, ACTION_STEPS);
	service->action = action;
	service->result = (struct driver_result){0};
	service->deadline_ms = clock_monotonic_ms() + service->config->timeout_s * 1000;
	service->steps[0] = &run[action];
	service->steps[1] = NULL;
	if (action == SERVICE_RESTART && run[action].count == 0) {
		service->steps[0] = &run[SERVICE_STOP];
		service->steps[1] = &run[SERVICE_START];
	}
	run_step(service);
}

/* --- the driver --------------------------------------------------------------------------------- */

static struct driver_link *exec_connect(struct loop *loop)
{
	struct driver_link *link = mem_alloc(1, sizeof(*link));

	link->loop = loop;
	link->children = children_new(loop);
	return link;
}

static void exec_disconnect(struct driver_link *link)
{
	if (!link)
		return;
	children_free(link->children);
	free(link);
}

static struct driver_service *exec_open(struct driver_link *link, const struct config_service *config,
					const struct driver_events *events)
{
	struct driver_service *service = mem_alloc(1, sizeof(*service));

	*service = (struct driver_service){.link = link, .config = config, .events = *events};
	service->poll = loop_timer(link->loop, on_poll, service);
	look_now(service);
	return service;
}

static void exec_close(struct driver_service *service)
{
	if (!service)
		return;
	child_cancel(service->status);
	child_cancel(service->step);
	timer_free(service->poll);
	free(service);
}

const struct driver driver_exec = {
	.name = "exec",
	.connect = exec_connect,
	.disconnect = exec_disconnect,
	.open = exec_open,
	.look = exec_look,
	.act = exec_act,
	.close = exec_close,
};
