/* Runs that end by themselves. The parts are those of the daemon. */
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
	QUIET_MS = 300,	       /* no log line for so long: there is none */
	SETTLE_MAX_MS = 30000, /* for log lines and results, after commands */
	PRINT_MIN_MS = 1000,   /* CPU time is measured over it */
	PRINT_MAX_MS = 5000,   /* how long slow services are waited for */
};

struct once {
	struct loop *loop;
	struct wiring parts;
	struct timer *step;
	int64_t waited_ms; /* for log lines and results */
	bool taken;
};

/* The report was taken: what it asked for is done and answered, what the logs hold is sent, then the run
 * ends. */
static void on_settle(void *user)
{
	struct once *once = user;
	bool running = commands_are_running(once->parts.commands);
	bool settled = commands_are_settled(once->parts.commands) &&
		       !scheduler_is_reporting(once->parts.reporter) &&
		       logs_are_quiet(once->parts.logs, QUIET_MS);

	once->waited_ms = running ? 0 : once->waited_ms + STEP_MS;
	if (once->waited_ms > SETTLE_MAX_MS)
		log_warning("once", "commands, results or log lines are still on their way: the next run "
				    "goes on with them");
	if (settled || once->waited_ms > SETTLE_MAX_MS)
		loop_stop(once->loop);
	else
		timer_start(once->step, STEP_MS);
}

static void on_answered(void *user, const struct uplink_answer *answer)
{
	struct once *once = user;

	if (once->taken)
		return; /* a second report, of what commands changed */
	once->taken = answer->outcome == UPLINK_TAKEN;
	if (once->taken) {
		logs_set_sending(once->parts.logs, true);
		on_settle(once);
	} else {
		loop_stop(once->loop);
	}
}

int once_report(const struct config *config)
{
	struct once once = {.loop = loop_new()};

	signal(SIGPIPE, SIG_IGN);
	once.step = loop_timer(once.loop, on_settle, &once);
	if (!wiring_open(&once.parts, once.loop, config, REPORT_CRON, on_answered, &once)) {
		scheduler_begin(once.parts.reporter);
		loop_run(once.loop);
		scheduler_save(once.parts.reporter);
	}
	wiring_close(&once.parts);
	timer_free(once.step);
	loop_free(once.loop);
	return once.taken ? EXIT_SUCCESS : EXIT_FAILURE;
}

struct print {
	struct loop *loop;
	struct scheduler *reporter;
	struct timer *step;
	int64_t waited_ms;
};

static void on_step(void *user)
{
	struct print *print = user;
	bool known = services_are_known(scheduler_services(print->reporter));

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
	if (!scheduler_new(print.loop, config, REPORT_DAEMON, NULL, &print.reporter, &why)) {
		on_step(&print);
		loop_run(print.loop);
		scheduler_write_report(print.reporter, &text);
		puts(text.data);
	}
	scheduler_free(print.reporter);
	timer_free(print.step);
	loop_free(print.loop);
	buf_free(&text);
	return EXIT_SUCCESS;
}
