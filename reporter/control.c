/* Methods and their parameters; what they do is reporter.c's. */
#include "reporter/control.h"

#include "common/limits.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SERVICE	     "metrics_reporter."

static const struct {
	const char *name;
	void (*act)(struct reporter *reporter); /* NULL: the answer is all */
} ACTIONS[] = {
	{"start", reporter_start},
	{"stop", reporter_stop},
	{"status", NULL},
	{"report_now", reporter_report_now},
};

static enum err control_reporter(struct reporter *reporter, const struct json *params, struct reason *why)
{
	const char *action = NULL;
	enum err err = json_need_text(params, "params", "action", LIMIT_NAME, &action, why);

	for (size_t i = 0; !err && i < COUNT(ACTIONS); i++) {
		if (strcmp(ACTIONS[i].name, action) != 0)
			continue;
		if (ACTIONS[i].act)
			ACTIONS[i].act(reporter);
		return ERR_NONE;
	}
	return err ? err
		   : reason_set(why, ERR_INVALID,
				"params.action must be start, stop, status or report_now, not \"%.40s\"",
				action);
}

static enum err set_interval(struct reporter *reporter, const struct json *params, struct reason *why)
{
	const struct json *interval = json_get(params, "interval");
	int64_t seconds = 0; /* null: as the coordinator likes */
	enum err err = ERR_NONE;

	if (!interval || !json_is_null(interval))
		err = json_need_integer(params, "params", "interval", 1, LIMIT_INTERVAL_MAX_S, &seconds, why);
	return err ? err : reporter_set_interval(reporter, seconds, why);
}

static enum err get_stats(struct reporter *reporter, const struct json *params, struct reason *why)
{
	(void)reporter;
	(void)params;
	(void)why;
	return ERR_NONE;
}

static const struct {
	const char *name;
	enum err (*call)(struct reporter *reporter, const struct json *params, struct reason *why);
} METHODS[] = {
	{"get_stats", get_stats},
	{"control_reporter", control_reporter},
	{"set_interval", set_interval},
};

/* Every method answers with how the reporter is afterwards. */
enum err control_call(struct reporter *reporter, const char *method, const struct json *params,
		      struct buf *answer, struct reason *why)
{
	const char *name = method;

	if (strncmp(name, SERVICE, strlen(SERVICE)) == 0)
		name += strlen(SERVICE);
	for (size_t i = 0; i < COUNT(METHODS); i++) {
		enum err err;

		if (strcmp(METHODS[i].name, name) != 0)
			continue;
		err = METHODS[i].call(reporter, params, why);
		if (!err)
			reporter_write_stats(reporter, answer);
		return err;
	}
	return reason_set(why, ERR_NOT_FOUND, "there is no method \"%.80s\"", method);
}
