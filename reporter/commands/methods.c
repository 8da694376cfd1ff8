/*
 * Methods and the actions of one of them, as tables, and how their parameters are read. What they do to the
 * schedule of reports is scheduler.c's business, and who calls them is not known here.
 */
#include "reporter/commands/methods.h"

#include "common/limits.h"

#include <string.h>

#define SERVICE "metrics_reporter."

/* The actions of control_reporter. */
static const struct action {
	const char *name;
	void (*act)(struct scheduler *scheduler); /* NULL: the answer is all */
} ACTIONS[] = {
	{"start", scheduler_start},
	{"stop", scheduler_stop},
	{"status", NULL},
	{"report_now", scheduler_report_now},
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; name && i < sizeof(ACTIONS) / sizeof(ACTIONS[0]); i++) {
		if (strcmp(ACTIONS[i].name, name) == 0)
			return &ACTIONS[i];
	}
	return NULL;
}

/* SAMPLE {"action":"report_now"} */
static enum err control_reporter(struct scheduler *scheduler, const struct json *params, struct reason *why)
{
	const char *name = NULL;
	const struct action *action;
	enum err err = json_need_text(params, "params", "action", LIMIT_NAME, &name, why);

	if (err != ERR_NONE)
		return err;
	action = find_action(name);
	if (!action)
		return reason_set(why, ERR_INVALID,
				  "params.action must be start, stop, status or report_now, not \"%.40s\"",
				  name);
	if (action->act)
		action->act(scheduler);
	return ERR_NONE;
}

static bool is_status(const struct json *params)
{
	const struct action *action = find_action(json_text(json_get(params, "action")));

	return action && !action->act;
}

/* SAMPLE {"interval":60}, or null: the coordinator chooses again */
static enum err set_interval(struct scheduler *scheduler, const struct json *params, struct reason *why)
{
	const struct json *interval = json_get(params, "interval");
	int64_t seconds = 0;
	enum err err;

	if (interval && json_is_null(interval))
		return scheduler_set_interval(scheduler, 0, why);
	err = json_need_integer(params, "params", "interval", 1, LIMIT_INTERVAL_MAX_S, &seconds, why);
	if (err != ERR_NONE)
		return err;
	return scheduler_set_interval(scheduler, seconds, why);
}

static const struct method {
	const char *name;
	enum err (*call)(struct scheduler *scheduler, const struct json *params, struct reason *why);
	bool (*only_asks)(const struct json *params); /* NULL: never, unless there is nothing to call */
} METHODS[] = {
	{"get_stats", NULL, NULL},
	{"control_reporter", control_reporter, is_status},
	{"set_interval", set_interval, NULL},
};

static const struct method *find_method(const char *name)
{
	if (strncmp(name, SERVICE, strlen(SERVICE)) == 0)
		name += strlen(SERVICE);
	for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++) {
		if (strcmp(METHODS[i].name, name) == 0)
			return &METHODS[i];
	}
	return NULL;
}

bool methods_only_asks(const struct json *call)
{
	const char *name = json_text(json_get(call, "method"));
	const struct method *method = name ? find_method(name) : NULL;

	if (!method)
		return false;
	if (!method->call)
		return true;
	return method->only_asks && method->only_asks(json_get(call, "params"));
}

enum err methods_call(struct scheduler *scheduler, const struct json *call, struct buf *answer,
		      struct reason *why)
{
	const char *name = json_text(json_get(call, "method"));
	const struct method *method = name ? find_method(name) : NULL;

	if (!method)
		return reason_set(why, ERR_NOT_FOUND, "there is no method \"%.80s\"", name ? name : "");
	if (method->call) {
		enum err err = method->call(scheduler, json_get(call, "params"), why);

		if (err != ERR_NONE)
			return err;
	}
	scheduler_write_stats(scheduler, answer);
	return ERR_NONE;
}
