/* The parts that every way to run the reporter has, put together and taken apart in the right order. */
#ifndef REPORTER_WIRING_H
#define REPORTER_WIRING_H

#include "reporter/commands/command.h"
#include "reporter/logs/logs.h"
#include "reporter/report/scheduler.h"

struct wiring {
	int state_lock; /* -1: not held */
	struct uplink *uplink;
	struct scheduler *reporter;
	struct commands *commands;
	struct logs *logs;
};

/*
 * Opens all of them; commands that come with a report's answer go to `commands`. `config` outlives the parts.
 * On failure nothing is open, and the sentence was logged.
 */
enum err wiring_open(struct wiring *parts, struct loop *loop, const struct config *config,
		     enum report_mode mode, scheduler_answered_fn answered, void *user) MUST_CHECK;
void wiring_close(struct wiring *parts); /* works in every state, also of a failed wiring_open */

#endif
