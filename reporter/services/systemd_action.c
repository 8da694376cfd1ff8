/*
 * What becomes of an action on a unit. How a unit is looked at, and which state the dashboard shows, is not
 * known here.
 *
 * An action is a job of systemd's. The manager's method answers with the job's object path, and the signal
 * JobRemoved names a path and a result. The trap is that a short job may end before the answer is read, so
 * that the signal arrives while we do not know yet which path is ours. So an action without a path keeps
 * every end that it hears of, and looks there when it gets its path.
 *
 * For systemd a job is "done" as soon as it has started a program. A program that cannot be executed, or that
 * ends at once because its port is taken, fails after that, and whoever pressed "start" would be told of a
 * success. So after a start or a restart the unit must stay up for half a second before the action counts as
 * done; after a stop, and after a job that failed, there is nothing to wait for.
 *
 * What must stay true: an action whose job has ended is over only after a look at the unit that began after
 * everything else. That look says how the service is now and, if the action failed, why.
 */
#include "reporter/services/systemd_action.h"

#include "common/buf.h"
#include "common/mem.h"
#include "reporter/services/driver_result.h"
#include "reporter/services/journal_tail.h"
#include "reporter/services/systemd_names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_MS     500
#define JOURNAL_LINES 6

enum action_state {
	ACTION_UNSENT,	 /* there is no connection; the timer tells so */
	ACTION_CALLED,	 /* the manager has not answered yet */
	ACTION_JOB,	 /* it has: systemd works on the job */
	ACTION_SETTLING, /* the job is done; does the unit stay up? */
	ACTION_ENDING,	 /* the last look is under way */
};

struct systemd_action {
	struct systemd_actions *all;
	struct systemd_action *next;
	const struct config_service *config;
	enum service_action what;
	struct systemd_action_events events;
	enum action_state state;
	sd_bus_slot *call;
	struct buf ended; /* jobs that ended while ours had no path: "PATH RESULT\n" each */
	char *path;	  /* of the job */
	struct timer *timer;
	struct driver_result result;
};

static const char *const METHODS[SERVICE_ACTION_COUNT] = {
	[SERVICE_START] = "StartUnit",
	[SERVICE_STOP] = "StopUnit",
	[SERVICE_RESTART] = "RestartUnit",
};

/* --- the end ------------------------------------------------------------------------------------ */

void systemd_action_drop(struct systemd_action *action)
{
	struct systemd_action **link;

	if (!action)
		return;
	for (link = &action->all->first; *link != action;)
		link = &(*link)->next;
	*link = action->next;
	sd_bus_slot_unref(action->call);
	timer_free(action->timer);
	buf_free(&action->ended);
	free(action->path);
	free(action);
}

static void finish(struct systemd_action *action)
{
	action->events.done(action->events.user, &action->result);
	systemd_action_drop(action);
}

/* The job has no result, and nothing is to be seen: `why` is the end of the sentence that says so. */
static void fail(struct systemd_action *action, const char *why)
{
	action->result.success = false;
	driver_result_say(&action->result, "%s of %s failed", service_action_name(action->what),
			  action->config->unit);
	driver_result_add_output(&action->result, why, strlen(why));
	finish(action);
}

/* SAMPLE start of web.service failed (exit-code, exit status 1): Started Web. … */
static void explain_failure(struct systemd_action *action, const struct systemd_unit *unit)
{
	struct buf why = {0}, lines = {0};

	systemd_unit_explain(unit, &why);
	if (why.len)
		driver_result_say(&action->result, "%s (%s)", action->result.message, why.data);
	journal_tail(&lines, action->config->unit, JOURNAL_LINES);
	driver_result_add_output(&action->result, buf_string(&lines), lines.len);
	buf_free(&why);
	buf_free(&lines);
}

/* --- on the way --------------------------------------------------------------------------------- */

/* Moves on, and does what the state begins with. A step may be left out, none is taken twice. */
static void move(struct systemd_action *action, enum action_state to)
{
	assert(to > action->state);
	action->state = to;
	if (to == ACTION_SETTLING)
		timer_start(action->timer, action->what == SERVICE_STOP ? 0 : SETTLE_MS);
	if (to == ACTION_ENDING) {
		timer_stop(action->timer);
		action->events.look(action->events.user);
	}
}

/* `how` is systemd's word: done, skipped, failed, timeout, dependency, canceled, … */
static void on_job_end(struct systemd_action *action, const char *how)
{
	const char *what = service_action_name(action->what), *unit = action->config->unit;

	action->result.success = strcmp(how, "done") == 0 || strcmp(how, "skipped") == 0;
	if (action->result.success)
		driver_result_say(&action->result, "%s of %s done", what, unit);
	else if (strcmp(how, "failed") == 0)
		driver_result_say(&action->result, "%s of %s failed", what, unit);
	else
		driver_result_say(&action->result, "%s of %s failed, job result: %s", what, unit, how);
	move(action, action->result.success ? ACTION_SETTLING : ACTION_ENDING);
}

/* JobRemoved(u id, o job, s unit, s result) */
static int on_removed(sd_bus_message *signal, void *user, sd_bus_error *error)
{
	struct systemd_actions *actions = user;
	const char *path, *unit, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(signal, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	for (struct systemd_action *action = actions->first; action; action = action->next) {
		if (action->state == ACTION_CALLED)
			buf_printf(&action->ended, "%s %s\n", path, result);
		if (action->state == ACTION_JOB && strcmp(action->path, path) == 0)
			on_job_end(action, result);
	}
	return 0;
}

/* The manager's answer: the job's path, or why there is none. */
static int on_called(sd_bus_message *reply, void *user, sd_bus_error *error)
{
	struct systemd_action *action = user;
	const sd_bus_error *refusal = sd_bus_message_get_error(reply);
	char *result = NULL;
	const char *path;
	size_t len;

	(void)error;
	if (refusal || sd_bus_message_read(reply, "o", &path) < 0) {
		fail(action, refusal && refusal->message ? refusal->message : "systemd refused it");
		return 0;
	}
	move(action, ACTION_JOB);
	action->call = sd_bus_slot_unref(action->call);
	action->path = mem_text(path);
	len = strlen(path);
	for (const char *line = buf_string(&action->ended); *line && !result;
	     line += strcspn(line, "\n") + 1) {
		if (strncmp(line, path, len) == 0 && line[len] == ' ')
			result = mem_copy(line + len + 1, strcspn(line + len + 1, "\n"));
	}
	if (result)
		on_job_end(action, result);
	free(result);
	return 0;
}

static void on_timer(void *user)
{
	struct systemd_action *action = user;

	if (action->state == ACTION_SETTLING) {
		move(action, ACTION_ENDING);
	} else if (action->state == ACTION_UNSENT) {
		fail(action, "systemd cannot be reached");
	} else {
		action->result.timed_out = true;
		fail(action, "it did not finish in time; systemd goes on with it");
	}
}

void systemd_action_seen(struct systemd_action *action, const struct systemd_unit *unit)
{
	if (!action || action->state < ACTION_SETTLING)
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

/* --- the start ---------------------------------------------------------------------------------- */

struct systemd_action *systemd_action_start(struct systemd_actions *actions,
					    const struct config_service *config, enum service_action what,
					    const struct systemd_action_events *events)
{
	struct systemd_action *action = mem_alloc(1, sizeof(*action));
	sd_bus *connection = dbus_connection(actions->bus);
	int64_t timeout_ms = 0;

	*action = (struct systemd_action){
		.all = actions, .next = actions->first, .config = config, .what = what, .events = *events};
	actions->first = action;
	action->timer = loop_timer(actions->loop, on_timer, action);
	if (connection && sd_bus_call_method_async(connection, &action->call, SYSTEMD_NAME,
						   SYSTEMD_MANAGER_PATH, SYSTEMD_MANAGER, METHODS[what],
						   on_called, action, "ss", config->unit, "replace") >= 0) {
		move(action, ACTION_CALLED);
		timeout_ms = config->timeout_s * 1000;
	}
	timer_start(action->timer, timeout_ms);
	dbus_flush(actions->bus);
	return action;
}

void systemd_actions_connected(struct systemd_actions *actions, sd_bus *connection)
{
	(void)sd_bus_match_signal_async(connection, &actions->removed, SYSTEMD_NAME, SYSTEMD_MANAGER_PATH,
					SYSTEMD_MANAGER, "JobRemoved", on_removed, NULL, actions);
}

void systemd_actions_lost(struct systemd_actions *actions)
{
	actions->removed = sd_bus_slot_unref(actions->removed);
	while (actions->first) {
		if (actions->first->state < ACTION_SETTLING)
			fail(actions->first,
			     "the connection to systemd was lost; whether it was done is unknown");
		else
			finish(actions->first);
	}
}
