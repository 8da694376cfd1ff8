/* Runs that end by themselves. The parts are those of the daemon. */
#include "reporter/once.h"

#include "common/log.h"
#include "reporter/loop.h"
#include "reporter/reporter.h"
#include "reporter/services.h"
#include "reporter/state_dir.h"
#include "reporter/uplink.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How long --print waits for services and for CPU time to be measured. */
enum { PRINT_MIN_MS = 1000, PRINT_MAX_MS = 5000, PRINT_STEP_MS = 50 };

struct once {
	struct loop *loop;
	struct reporter *reporter;
	bool taken;
};

static void on_answered(void *user, bool taken)
{
	struct once *once = user;

	once->taken = taken;
	loop_stop(once->loop);
}

static enum err report(struct once *once, const struct config *config, struct reason *why)
{
	struct reporter_events events = {.answered = on_answered, .user = once};
	struct uplink *uplink = NULL;
	enum err err = uplink_new(once->loop, &config->reporter, &uplink, why);

	if (!err)
		err = reporter_new(once->loop, config, REPORT_CRON, uplink, &events, &once->reporter, why);
	if (!err) {
		reporter_begin(once->reporter);
		loop_run(once->loop);
		reporter_save(once->reporter);
	}
	reporter_free(once->reporter);
	uplink_free(uplink);
	return err;
}

int once_report(const struct config *config)
{
	struct once once = {0};
	struct reason why;
	int lock = -1;
	enum err err = state_dir_open(config->reporter.state_dir, &lock, &why);

	if (!err) {
		once.loop = loop_new();
		err = report(&once, config, &why);
		loop_free(once.loop);
		close(lock);
	}
	if (err)
		log_error("once", "%s", why.text);
	return once.taken ? EXIT_SUCCESS : EXIT_FAILURE;
}

struct print {
	struct loop *loop;
	struct reporter *reporter;
	struct timer *step;
	int64_t waited_ms;
};

static void on_step(void *user)
{
	struct print *print = user;
	bool known = services_are_known(reporter_services(print->reporter));

	print->waited_ms += PRINT_STEP_MS;
	if (print->waited_ms >= PRINT_MAX_MS || (known && print->waited_ms >= PRINT_MIN_MS))
		loop_stop(print->loop);
	else
		timer_start(print->step, PRINT_STEP_MS);
}

int once_print(const struct config *config)
{
	struct print print = {.loop = loop_new()};
	struct buf text = {0};
	struct reason why;

	print.step = loop_timer(print.loop, on_step, &print);
	if (!reporter_new(print.loop, config, REPORT_DAEMON, NULL, NULL, &print.reporter, &why)) {
		on_step(&print);
		loop_run(print.loop);
		reporter_write_report(print.reporter, &text);
		puts(text.data);
	}
	reporter_free(print.reporter);
	timer_free(print.step);
	loop_free(print.loop);
	buf_free(&text);
	return EXIT_SUCCESS;
}
