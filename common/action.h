/*
 * What can be done with a service: the one list for the coordinator's checks and the workers' drivers.
 * Another action is a value here, a name in action.c, and a case in each driver.
 */
#ifndef COMMON_ACTION_H
#define COMMON_ACTION_H

#include "common/err.h"

enum service_action { SERVICE_START, SERVICE_STOP, SERVICE_RESTART, SERVICE_ACTION_COUNT };

#define SERVICE_ACTIONS_TEXT "start, stop or restart" /* for sentences that refuse another word */

/* "start", "stop" or "restart", as the wire contract writes it; static storage. */
const char *service_action_name(enum service_action action);

/*
 * Reads such a name, in lower case only. ERR_INVALID for any other text, and for NULL; *out is untouched
 * then.
 */
enum err service_action_parse(const char *text, enum service_action *out) MUST_CHECK;

#endif
