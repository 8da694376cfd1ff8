/* The parts that every way to run the reporter has, put together and taken apart in the right order. */
#ifndef REPORTER_PARTS_H
#define REPORTER_PARTS_H

#include "reporter/command.h"
#include "reporter/logs.h"
#include "reporter/reporter.h"

struct parts {
	int state_lock; /* -1: not held */
	struct uplink *uplink;
	struct reporter *reporter;
	struct commands *commands;
	struct logs *logs;
};

/*
 * Opens all of them; commands that come with a report's answer go to `commands`. `config` outlives the parts.
 * On failure nothing is open, and the sentence was logged.
 */
enum err parts_open(struct parts *parts, struct loop *loop, const struct config *config,
		    enum report_mode mode, reporter_answered_fn answered, void *user) MUST_CHECK;
void parts_close(struct parts *parts); /* works in every state, also of a failed parts_open */

#endif
