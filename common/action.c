/* The names of the actions. Which of them a worker allows is up to its configuration (reporter/config). */
#include "common/action.h"

#include <string.h>

static const char *const NAMES[SERVICE_ACTION_COUNT] = {
	[SERVICE_START] = "start",
	[SERVICE_STOP] = "stop",
	[SERVICE_RESTART] = "restart",
};

const char *service_action_name(enum service_action action)
{
	return NAMES[action];
}

enum err service_action_parse(const char *text, enum service_action *out)
{
	for (enum service_action action = 0; text && action < SERVICE_ACTION_COUNT; action++) {
		if (strcmp(NAMES[action], text) == 0) {
			*out = action;
			return ERR_NONE;
		}
	}
	return ERR_INVALID;
}
