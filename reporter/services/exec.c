/*
 * Services that programs of the administrator's look at and act on. Their argv comes from the worker's
 * configuration alone; nothing from outside ever reaches a command line.
 */
#include "reporter/services/driver.h"

#include "common/clock.h"
#include "common/mem.h"
#include "reporter/base/child.h"
#include "reporter/services/driver_result.h"
#include "reporter/services/state_notifier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS	    5000
#define STEPS_MAX   2 /* a restart without a program of its own: stop, then start */
#define LSB_RUNNING 0 /* what a status program's exit status means (Linux Standard Base) */
#define LSB_STOPPED 3

struct driver_link {
	struct children *children;
	struct loop *loop;
};

struct driver_service {
	struct driver_link *link;
	const struct config_service *config;
	struct state_notifier told;
	struct child *status;
	struct timer *poll;

	/* The action under way; `done` NULL: none. */
	driver_result_fn done;
	void *done_user;
	const struct config_list *steps[STEPS_MAX]; /* still to run; NULL: no more */
	struct child *step;
	int64_t deadline_ms; /* monotonic, for all steps together */
	enum service_action action;
	struct driver_result result;
};

static void start_look(struct driver_service *service);

/* --- looking ------------------------------------------------------------------------------------ */

static struct service_state read_status(const struct driver_service *service, const struct child_end *end)
{
	struct service_state state = {.status = SERVICE_ERROR, .installed = end->error != ENOENT};

	if (end->error || end->timed_out)
		return state;
	if (end->status == LSB_RUNNING)
		state.status = SERVICE_RUNNING;
	else if (end->status == LSB_STOPPED)
		state.status = SERVICE_STOPPED;
	/* A status program does not tell since when; what we saw begin, we know. */
	if (state.status == SERVICE_RUNNING && service->told.known)
		state.started_ms = service->told.now.status == SERVICE_RUNNING ? service->told.now.started_ms
									       : clock_now_ms();
	return state;
}

static void finish_action(struct driver_service *service)
{
	driver_result_fn done = service->done;

	service->done = NULL;
	service->result.state = service->told.now;
	done(service->done_user, &service->result);
}

static void on_status(void *user, const struct child_end *end)
{
	struct driver_service *service = user;
	struct service_state state = read_status(service, end);
	bool acted = service->done && !service->step;

	service->status = NULL;
	timer_start(service->poll, POLL_MS);
	/* A restarted service has another beginning, though it was never seen stopped. */
	if (acted && service->result.success && service->action == SERVICE_RESTART &&
	    state.status == SERVICE_RUNNING)
		state.started_ms = clock_now_ms();
	state_notifier_set(&service->told, &state);
	if (acted)
		finish_action(service);
}

static void start_look(struct driver_service *service)
{
	const struct config_service *config = service->config;

	timer_stop(service->poll);
	child_cancel(service->status);
	service->status = child_start(service->link->children, config->status.items, config->timeout_s * 1000,
				      on_status, service);
}

/* While an action runs, its own look at the end is the one that counts. */
static void on_poll(void *user)
{
	struct driver_service *service = user;

	if (!service->step)
		start_look(service);
}

/* --- acting ------------------------------------------------------------------------------------- */

static void describe_end(struct driver_service *service, const char *program, const struct child_end *end)
{
	struct driver_result *result = &service->result;
	const char *action = service_action_name(service->action);

	result->success = !end->error && !end->timed_out && end->status == 0;
	result->timed_out = end->timed_out;
	if (end->error)
		driver_result_say(result, "%s: cannot run %s: %s", action, program, strerror(end->error));
	else if (end->timed_out)
		driver_result_say(result, "%s did not finish within %lld s and was killed", action,
				  (long long)service->config->timeout_s);
	else if (end->status < 0)
		driver_result_say(result, "%s was ended by signal %d (%s)", action, end->signal,
				  strsignal(end->signal));
	else if (end->status > 0)
		driver_result_say(result, "%s failed with exit status %d", action, end->status);
	else
		driver_result_say(result, "%s done", action);
	if (!result->success)
		driver_result_add_output(result, end->output, end->output_len);
}

static void run_step(struct driver_service *service);

static void on_step(void *user, const struct child_end *end)
{
	struct driver_service *service = user;

	service->step = NULL;
	describe_end(service, service->steps[0]->items[0], end);
	service->steps[0] = service->steps[1];
	service->steps[1] = NULL;
	if (service->result.success && service->steps[0])
		run_step(service);
	else
		start_look(service);
}

static void run_step(struct driver_service *service)
{
	int64_t left_ms = service->deadline_ms - clock_monotonic_ms();

	service->step = child_start(service->link->children, service->steps[0]->items,
				    left_ms > 0 ? left_ms : 0, on_step, service);
}

static void exec_act(struct driver_service *service, enum service_action action, driver_result_fn done,
		     void *user)
{
	const struct config_list *run = service->config->run;

	service->action = action;
	service->done = done;
	service->done_user = user;
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
					driver_state_fn state, void *user)
{
	struct driver_service *service = mem_alloc(1, sizeof(*service));

	service->link = link;
	service->config = config;
	service->told = (struct state_notifier){.changed = state, .user = user};
	service->poll = loop_timer(link->loop, on_poll, service);
	start_look(service);
	return service;
}

static void exec_look(struct driver_service *service)
{
	service->told.asked = true;
	if (!service->step)
		start_look(service);
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
