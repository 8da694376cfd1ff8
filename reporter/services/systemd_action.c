/*
 * What becomes of an action on a unit. Which properties a unit has, how it is asked for and which state the
 * dashboard shows is not known here.
 *
 * For systemd a job is "done" as soon as it has started a program. A program that cannot be executed, or that
 * ends at once because its port is taken, fails after that, and whoever pressed "start" would be told of a
 * success. So after a start or a restart the unit must stay up for half a second before the action counts as
 * done; a job that failed, and a stop, need no such wait. Either way the action ends with a look at the unit
 * that began after everything else: it says how the service is now and, if it failed, why.
 */
#include "reporter/services/systemd_action.h"

#include "common/buf.h"
#include "common/mem.h"
#include "reporter/services/driver_result.h"
#include "reporter/services/journal_tail.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define SETTLE_MS     500
#define JOURNAL_LINES 6

enum action_state {
	ACTION_JOB,	 /* systemd works on it */
	ACTION_SETTLING, /* the job is done; does the unit stay up? */
	ACTION_ENDING,	 /* the last look is under way */
};

struct systemd_action {
	enum action_state state;
	enum service_action what;
	const struct config_service *config;
	struct systemd_action_events events;
	struct systemd_job *job;
	struct timer *settle;
	struct driver_result result;
};

static const char *const METHODS[SERVICE_ACTION_COUNT] = {
	[SERVICE_START] = "StartUnit",
	[SERVICE_STOP] = "StopUnit",
	[SERVICE_RESTART] = "RestartUnit",
};

void systemd_action_drop(struct systemd_action *action)
{
	if (!action)
		return;
	systemd_job_drop(action->job);
	timer_free(action->settle);
	free(action);
}

static void finish(struct systemd_action *action)
{
	action->events.done(action->events.user, &action->result);
	systemd_action_drop(action);
}

static void move(struct systemd_action *action, enum action_state to)
{
	assert(action->state == ACTION_JOB || (action->state == ACTION_SETTLING && to == ACTION_ENDING));
	action->state = to;
	if (to == ACTION_SETTLING)
		timer_start(action->settle, action->what == SERVICE_STOP ? 0 : SETTLE_MS);
	if (to == ACTION_ENDING) {
		timer_stop(action->settle);
		action->events.look(action->events.user);
	}
}

static void on_settled(void *user)
{
	move(user, ACTION_ENDING);
}

/* SAMPLE start of web.service failed, job result: dependency */
static void on_job_end(void *user, const struct systemd_job_end *end)
{
	struct systemd_action *action = user;
	struct driver_result *result = &action->result;
	const char *what = service_action_name(action->what), *unit = action->config->unit;

	action->job = NULL;
	result->timed_out = end->timed_out;
	if (!end->result) {
		driver_result_say(result, "%s of %s failed", what, unit);
		driver_result_add_output(result, end->why, strlen(end->why));
		finish(action);
		return;
	}
	result->success = strcmp(end->result, "done") == 0 || strcmp(end->result, "skipped") == 0;
	if (result->success)
		driver_result_say(result, "%s of %s done", what, unit);
	else if (strcmp(end->result, "failed") == 0)
		driver_result_say(result, "%s of %s failed", what, unit);
	else
		driver_result_say(result, "%s of %s failed, job result: %s", what, unit, end->result);
	move(action, result->success ? ACTION_SETTLING : ACTION_ENDING);
}

/* SAMPLE start of web.service failed (exit-code, exit status 1): Started Web. … */
static void explain_failure(struct systemd_action *action, const struct systemd_unit *unit)
{
	struct buf why = {0}, lines = {0};

	if (*unit->result && strcmp(unit->result, "success") != 0)
		buf_printf(&why, ", %s", unit->result);
	if (unit->exit_code == CLD_EXITED && unit->exit_status != 0)
		buf_printf(&why, ", exit status %d", unit->exit_status);
	else if (unit->exit_code == CLD_KILLED || unit->exit_code == CLD_DUMPED)
		buf_printf(&why, ", signal %d", unit->exit_status);
	if (why.len)
		driver_result_say(&action->result, "%s (%s)", action->result.message, why.data + 2);
	journal_tail(&lines, action->config->unit, JOURNAL_LINES);
	driver_result_add_output(&action->result, buf_string(&lines), lines.len);
	buf_free(&why);
	buf_free(&lines);
}

void systemd_action_seen(struct systemd_action *action, const struct systemd_unit *unit)
{
	if (!action || action->state == ACTION_JOB)
		return;
	if (unit && action->state == ACTION_SETTLING) {
		if (systemd_unit_state(unit).status != SERVICE_ERROR)
			return;
		action->result.success = false;
		driver_result_say(&action->result, "%s of %s failed right after it was done",
				  service_action_name(action->what), action->config->unit);
		move(action, ACTION_ENDING);
		return;
	}
	if (unit && !action->result.success)
		explain_failure(action, unit);
	finish(action);
}

bool systemd_action_needs_all(const struct systemd_action *action)
{
	return action && action->state == ACTION_ENDING && !action->result.success;
}

struct systemd_action *systemd_action_start(struct loop *loop, struct systemd_jobs *jobs,
					    const struct config_service *config, enum service_action what,
					    const struct systemd_action_events *events)
{
	struct systemd_action *action = mem_alloc(1, sizeof(*action));

	*action = (struct systemd_action){.what = what, .config = config, .events = *events};
	action->settle = loop_timer(loop, on_settled, action);
	action->job = systemd_job_start(jobs, METHODS[what], config->unit, config->timeout_s * 1000,
					on_job_end, action);
	return action;
}
