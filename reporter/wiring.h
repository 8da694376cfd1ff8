/* The parts that every way to run the reporter has, put together and taken apart in the right order. */
#ifndef REPORTER_WIRING_H
#define REPORTER_WIRING_H

#include "reporter/commands/command.h"
#include "reporter/logs/logs.h"
#include "reporter/report/scheduler.h"

struct wiring {
	int state_lock; /* keeps other reporters out of the state directory; -1: not held */
	struct uplink *uplink;
	struct scheduler *scheduler;
	struct commands *commands;
	struct logs *logs;
};

/* A wiring with nothing open, which wiring_close takes. */
#define WIRING_CLOSED ((struct wiring){.state_lock = -1})

/*
 * Opens all of them, and connects them: commands that come with a report's answer go to `commands`. Nothing
 * is reported before scheduler_begin. `config` outlives the parts. `answered` is called with `user` as
 * scheduler_peers has it. On failure the sentence was logged, and nothing is open.
 */
enum err wiring_open(struct wiring *wiring, struct loop *loop, const struct config *config,
		     enum report_mode mode, scheduler_answered_fn answered, void *user) MUST_CHECK;

/* Closes what is open and leaves WIRING_CLOSED; also after a wiring_open that failed, and twice. */
void wiring_close(struct wiring *wiring);

#endif
