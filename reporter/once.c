/*
 * Runs that end by themselves, with the parts of the daemon. No event tells that all is done: that no command
 * will come any more, and no log line. So these runs look at the parts every few milliseconds, and decide.
 */
#include "reporter/once.h"

#include "common/log.h"
#include "reporter/base/loop.h"
#include "reporter/services/services.h"
#include "reporter/wiring.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	STEP_MS = 20,
	QUIET_MS = 300,	       /* if no log line comes for so long, none waits in the sources */
	SETTLE_MAX_MS = 30000, /* how long log lines and results are waited for, after commands */
	PRINT_MIN_MS = 1000,   /* over which CPU time is measured */
	PRINT_MAX_MS = 5000,   /* how long slow services are waited for */
};

struct once {
	struct loop *loop;
	struct wiring wiring;
	struct timer *step;
	int64_t waited_ms; /* since no command runs any more */
	bool taken;	   /* the report was; its command's results and the log lines follow */
};

/* The report was taken. Ends the run when its commands are done and answered and all log lines are sent. */
static void on_settle(void *user)
{
	struct once *once = user;
	const struct wiring *wiring = &once->wiring;
	bool settled = commands_are_settled(wiring->commands) && !scheduler_is_reporting(wiring->scheduler) &&
		       logs_are_quiet(wiring->logs, QUIET_MS);

	if (settled) {
		loop_stop(once->loop);
		return;
	}
	/* An action has its own timeout, and is waited for however long that is. */
	once->waited_ms = commands_are_running(wiring->commands) ? 0 : once->waited_ms + STEP_MS;
	if (once->waited_ms > SETTLE_MAX_MS) {
		log_warning("once", "commands, results or log lines are still on their way: the next run "
				    "goes on with them");
		loop_stop(once->loop);
		return;
	}
	timer_start(once->step, STEP_MS);
}

static void on_answered(void *user, const struct uplink_answer *answer)
{
	struct once *once = user;

	if (once->taken)
		return; /* a second report, of what commands changed */
	if (answer->outcome != UPLINK_TAKEN) {
		loop_stop(once->loop);
		return;
	}
	once->taken = true;
	logs_set_sending(once->wiring.logs, true);
	on_settle(once);
}

int once_report(const struct config *config)
{
	struct once once = {.loop = loop_new()};

	signal(SIGPIPE, SIG_IGN);
	once.step = loop_timer(once.loop, on_settle, &once);
	if (wiring_open(&once.wiring, once.loop, config, REPORT_CRON, on_answered, &once) == ERR_NONE) {
		scheduler_begin(once.wiring.scheduler, NULL);
		loop_run(once.loop);
		scheduler_save(once.wiring.scheduler);
	}
	wiring_close(&once.wiring);
	timer_free(once.step);
	loop_free(once.loop);
	return once.taken ? EXIT_SUCCESS : EXIT_FAILURE;
}

struct print {
	struct loop *loop;
	struct scheduler *scheduler;
	struct timer *step;
	int64_t waited_ms;
};

/* Ends the run when the services are known and the CPU's share means something. */
static void on_step(void *user)
{
	struct print *print = user;
	bool known = services_are_known(scheduler_services(print->scheduler));

	print->waited_ms += STEP_MS;
	if (print->waited_ms >= PRINT_MAX_MS || (known && print->waited_ms >= PRINT_MIN_MS))
		loop_stop(print->loop);
	else
		timer_start(print->step, STEP_MS);
}

int once_print(const struct config *config)
{
	struct print print = {.loop = loop_new()};
	struct buf text = {0};
	struct reason why;

	print.step = loop_timer(print.loop, on_step, &print);
	/* Without an uplink nothing can fail: the state directory is not used. */
	if (scheduler_new(print.loop, config, REPORT_DAEMON, NULL, &print.scheduler, &why) == ERR_NONE) {
		on_step(&print);
		loop_run(print.loop);
		scheduler_write_report(print.scheduler, &text);
		puts(text.data);
	}
	scheduler_free(print.scheduler);
	timer_free(print.step);
	loop_free(print.loop);
	buf_free(&text);
	return EXIT_SUCCESS;
}
