/*
 * What can be asked of a running reporter: one table of methods, behind the coordinator's rpc commands and
 * `ctl` alike.
 */
#ifndef REPORTER_COMMANDS_METHODS_H
#define REPORTER_COMMANDS_METHODS_H

#include "common/buf.h"
#include "common/json.h"
#include "reporter/report/scheduler.h"

/* Whether the call changes nothing, so that it may be made twice. */
bool methods_only_asks(const char *method, const struct json *params);

/*
 * Calls `method` ("get_stats", "control_reporter" or "set_interval", `metrics_reporter.` may stand before)
 * with `params` (an object, or NULL) and appends the answer's JSON. ERR_NOT_FOUND: no such method;
 * ERR_INVALID: a parameter; the sentence says which.
 */
enum err methods_call(struct scheduler *reporter, const char *method, const struct json *params,
		      struct buf *answer, struct reason *why) MUST_CHECK;

#endif
