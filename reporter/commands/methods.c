/* Methods and their parameters; what they do is reporter.c's. */
#include "reporter/commands/methods.h"

#include "common/limits.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SERVICE	     "metrics_reporter."

struct action {
	const char *name;
	void (*act)(struct scheduler *reporter); /* NULL: the answer is all */
};

static const struct action ACTIONS[] = {
	{"start", scheduler_start},
	{"stop", scheduler_stop},
	{"status", NULL},
	{"report_now", scheduler_report_now},
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; name && i < COUNT(ACTIONS); i++)
		if (strcmp(ACTIONS[i].name, name) == 0)
			return &ACTIONS[i];
	return NULL;
}

static enum err control_reporter(struct scheduler *reporter, const struct json *params, struct reason *why)
{
	const char *name = NULL;
	const struct action *action;
	enum err err = json_need_text(params, "params", "action", LIMIT_NAME, &name, why);

	if (err)
		return err;
	action = find_action(name);
	if (!action)
		return reason_set(why, ERR_INVALID,
				  "params.action must be start, stop, status or report_now, not \"%.40s\"",
				  name);
	if (action->act)
		action->act(reporter);
	return ERR_NONE;
}

static bool is_status(const struct json *params)
{
	const struct action *action = find_action(json_text(json_get(params, "action")));

	return action && !action->act;
}

static enum err set_interval(struct scheduler *reporter, const struct json *params, struct reason *why)
{
	const struct json *interval = json_get(params, "interval");
	int64_t seconds = 0; /* null: as the coordinator likes */
	enum err err = ERR_NONE;

	if (!interval || !json_is_null(interval))
		err = json_need_integer(params, "params", "interval", 1, LIMIT_INTERVAL_MAX_S, &seconds, why);
	return err ? err : scheduler_set_interval(reporter, seconds, why);
}

static enum err get_stats(struct scheduler *reporter, const struct json *params, struct reason *why)
{
	(void)reporter;
	(void)params;
	(void)why;
	return ERR_NONE;
}

static bool always(const struct json *params)
{
	(void)params;
	return true;
}

static bool never(const struct json *params)
{
	(void)params;
	return false;
}

struct method {
	const char *name;
	enum err (*call)(struct scheduler *reporter, const struct json *params, struct reason *why);
	bool (*only_asks)(const struct json *params);
};

static const struct method METHODS[] = {
	{"get_stats", get_stats, always},
	{"control_reporter", control_reporter, is_status},
	{"set_interval", set_interval, never},
};

static const struct method *find_method(const char *name)
{
	if (strncmp(name, SERVICE, strlen(SERVICE)) == 0)
		name += strlen(SERVICE);
	for (size_t i = 0; i < COUNT(METHODS); i++)
		if (strcmp(METHODS[i].name, name) == 0)
			return &METHODS[i];
	return NULL;
}

bool methods_only_asks(const char *method, const struct json *params)
{
	const struct method *found = find_method(method);

	return found && found->only_asks(params);
}

/* Every method answers with how the reporter is afterwards. */
enum err methods_call(struct scheduler *reporter, const char *method, const struct json *params,
		      struct buf *answer, struct reason *why)
{
	const struct method *found = find_method(method);
	enum err err;

	if (!found)
		return reason_set(why, ERR_NOT_FOUND, "there is no method \"%.80s\"", method);
	err = found->call(reporter, params, why);
	if (!err)
		scheduler_write_stats(reporter, answer);
	return err;
}
