/*
 * What can be asked of a running reporter: one table of methods, behind the coordinator's rpc commands and
 * behind `ctl`.
 */
#ifndef REPORTER_COMMANDS_METHODS_H
#define REPORTER_COMMANDS_METHODS_H

#include "common/buf.h"
#include "common/json.h"
#include "reporter/report/scheduler.h"

/*
 * A call is an object with a `method` ("get_stats", "control_reporter" or "set_interval", with or without
 * `metrics_reporter.` before it) and its `params`: a rpc command as it came, or a question of `ctl`.
 */

/* Whether the call changes nothing, so that it may be made twice. False for a method that there is not. */
bool methods_only_asks(const struct json *call);

/*
 * Makes the call. Each method answers with the statistics of the reporter afterwards, whose JSON is appended
 * to `answer`. ERR_NOT_FOUND: there is no such method; ERR_INVALID: a parameter, and `why` says which.
 * Nothing is appended then.
 */
enum err methods_call(struct scheduler *scheduler, const struct json *call, struct buf *answer,
		      struct reason *why) MUST_CHECK;

#endif
