/*
 * The reporter's life, from the first report to the goodbye: what a report is written from, and when there
 * has to be one. How it gets to the coordinator is delivery.c's concern, how it is written report.c's.
 *
 * A page that shows a worker wants it fresh, a coordinator with a thousand workers wants few reports, and no
 * fixed period suits both. But most of the time nothing happens on a machine. So reports go by a slow
 * interval, and between them the reporter looks cheaply, every few seconds, at what is worth a report of its
 * own: the CPU's or the memory's share moved by more than twenty points, a service changed, or a trouble
 * began or ended.
 *
 * The first report waits a moment. Sent at once it would know no service and show an idle CPU, because a
 * share needs two samples, and a machine that was restarted would look so for a whole interval. So GATHERING
 * lasts until the share means something and all services were looked at, but no longer than a second (ten for
 * cron, where nobody waits): a service that hangs must not hide the machine.
 *
 * What must stay true: the last thing that the coordinator hears of us is the goodbye, also if another report
 * is on its way when we are told to leave. Otherwise the worker would be shown as lost instead of as switched
 * off.
 */
#include "reporter/report/scheduler.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/state_dir.h"
#include "reporter/certificates/news.h"
#include "reporter/logs/logs.h"
#include "reporter/metrics/sampler.h"
#include "reporter/report/delivery.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MATTERS_POINTS 20 /* CPU or memory moved by more, in percent points */

enum {
	WATCH_MS = 5000,     /* between looks at what may be worth a report */
	WATCHES_A_LOOK = 3,  /* at every third the services are looked at anew, if a change was missed */
	CPU_WINDOW_MS = 300, /* over which the first share of CPU time is measured, unless one goes on */
	CPU_WINDOW_CRON_MS = 1000,
	KNOWN_MAX_MS = 1000, /* how long the first report waits for slow services */
	KNOWN_MAX_CRON_MS = 10000,
};

#define LAST_SAMPLE "last-sample"
#define STATISTICS  "statistics"

enum state {
	STATE_IDLE,	 /* scheduler_begin has not been called */
	STATE_GATHERING, /* before the first report: `ready` runs */
	STATE_ACTIVE,
	STATE_STOPPED, /* by control_reporter: no report unless somebody asks for one */
	STATE_LEAVING, /* the goodbye is on its way, or follows the report that is */
	STATE_COUNT
};

struct scheduler {
	const struct config *config;
	enum report_mode mode;
	struct scheduler_peers peers;
	struct troubles *troubles;
	struct sampler *sampler;
	struct services *services;
	struct certificate_news *certificates;
	struct delivery *delivery;
	char instance[ID_RANDOM_SIZE]; /* "" without an uplink */

	enum state state;
	int64_t begun_ms;     /* monotonic */
	int64_t known_by_ms;  /* monotonic: the first report waits for services no longer */
	int64_t cpu_ready_ms; /* monotonic: from then on the CPU's share means something */
	struct timer *ready;  /* GATHERING: when to look again whether all is there */
	struct timer *watch;
	int watches;			      /* how often `watch` expired */
	double reported_cpu, reported_memory; /* percent, in the last report */
	uint64_t reported_troubles;	      /* their revision, in the last report */
	struct interval interval;
	struct statistics statistics;
};

/* The one place where the state changes. MOVES: from each state to those that may follow it. */
static void set_state(struct scheduler *scheduler, enum state state)
{
	static const bool MOVES[STATE_COUNT][STATE_COUNT] = {
		[STATE_IDLE] = {[STATE_GATHERING] = true},
		[STATE_GATHERING] = {[STATE_ACTIVE] = true, [STATE_STOPPED] = true, [STATE_LEAVING] = true},
		[STATE_ACTIVE] = {[STATE_STOPPED] = true, [STATE_LEAVING] = true},
		[STATE_STOPPED] = {[STATE_ACTIVE] = true, [STATE_LEAVING] = true},
	};

	assert(MOVES[scheduler->state][state]);
	if (scheduler->state == STATE_GATHERING)
		timer_stop(scheduler->ready);
	scheduler->state = state;
}

/* --- what a report says ------------------------------------------------------------------------- */

/* What leaves the machine, and, where there is no uplink, what --print shows: that is without the things that
 * interest the coordinator alone. */
static void on_write(void *user, bool last, struct buf *out)
{
	struct scheduler *scheduler = user;
	const struct sample *sample = sampler_take(scheduler->sampler, SAMPLER_ALL);
	bool sent = scheduler->instance[0];
	struct buf stats = {0};
	struct report_parts parts = {
		.config = &scheduler->config->reporter,
		.mode = scheduler->mode,
		.interval_s = interval_seconds(&scheduler->interval),
		.interval_fixed = scheduler->interval.fixed_s != 0,
		.instance = sent ? scheduler->instance : NULL,
		.sample = sample,
		.services = scheduler->services,
		.troubles = scheduler->troubles,
		.certificates = certificate_news_get(scheduler->certificates, sample->timestamp_ms),
		.reporter = sent ? &stats : NULL,
		.goodbye = last,
	};

	scheduler_write_stats(scheduler, &stats);
	report_write(&parts, out);
	buf_free(&stats);
	scheduler->reported_cpu = sample->cpu.percent;
	scheduler->reported_memory = sample->memory.percent;
	scheduler->reported_troubles = troubles_revision(scheduler->troubles);
}

static int64_t on_take_answer(void *user, const struct uplink_answer *answer)
{
	struct scheduler *scheduler = user;
	bool taken = answer->outcome == UPLINK_TAKEN;
	const struct json *interval = json_get(answer->json, "next_report_interval");
	const struct json *commands = json_get(answer->json, "commands");

	statistics_add(&scheduler->statistics, clock_now_ms(), taken ? NULL : answer->error);
	if (taken) {
		certificate_news_taken(scheduler->certificates, clock_now_ms());
		if (scheduler->mode == REPORT_DAEMON && json_is_number(interval))
			interval_grant(&scheduler->interval, json_number(interval));
		for (const struct json *command = json_first(commands); command;
		     command = json_next(command)) {
			if (scheduler->peers.take_command)
				scheduler->peers.take_command(scheduler->peers.commands, command);
		}
	} else {
		certificate_news_lost(scheduler->certificates);
	}
	/* Last, because the answer and its commands may have changed the interval or the state. */
	if (scheduler->state != STATE_ACTIVE || scheduler->mode != REPORT_DAEMON)
		return DELIVERY_NO_INTERVAL;
	return interval_seconds(&scheduler->interval) * 1000;
}

static void on_answered(void *user, const struct uplink_answer *answer)
{
	const struct scheduler *scheduler = user;

	if (scheduler->peers.answered)
		scheduler->peers.answered(scheduler->peers.user, answer);
}

/* --- when there has to be one ------------------------------------------------------------------- */

/* GATHERING: sends the first report, or waits for what it should say. */
static void on_ready(void *user)
{
	struct scheduler *scheduler = user;
	int64_t now = clock_monotonic_ms();

	if (now < scheduler->cpu_ready_ms) {
		timer_start(scheduler->ready, scheduler->cpu_ready_ms - now);
	} else if (now < scheduler->known_by_ms && !services_are_known(scheduler->services)) {
		timer_start(scheduler->ready, scheduler->known_by_ms - now);
	} else {
		set_state(scheduler, STATE_ACTIVE);
		delivery_request(scheduler->delivery, DELIVERY_NOW);
	}
}

static void on_service_changed(void *user)
{
	struct scheduler *scheduler = user;

	if (scheduler->state == STATE_GATHERING)
		timer_start(scheduler->ready, 0);
	else if (scheduler->state == STATE_ACTIVE)
		delivery_request(scheduler->delivery, DELIVERY_SOON);
}

static void on_watch(void *user)
{
	struct scheduler *scheduler = user;
	const struct sample *sample = sampler_take(scheduler->sampler, SAMPLER_WATCHED);

	timer_start(scheduler->watch, WATCH_MS);
	if (++scheduler->watches % WATCHES_A_LOOK == 0)
		services_look(scheduler->services);
	if (scheduler->state == STATE_ACTIVE &&
	    (fabs(sample->cpu.percent - scheduler->reported_cpu) > MATTERS_POINTS ||
	     fabs(sample->memory.percent - scheduler->reported_memory) > MATTERS_POINTS ||
	     troubles_revision(scheduler->troubles) != scheduler->reported_troubles))
		delivery_request(scheduler->delivery, DELIVERY_SOON);
}

/* --- its life ----------------------------------------------------------------------------------- */

/* Goes on from what the last run left behind: the place CPU time is counted from, and for cron the totals. */
static void resume(struct scheduler *scheduler)
{
	const struct config_reporter *config = &scheduler->config->reporter;
	bool cron = scheduler->mode == REPORT_CRON;
	int64_t last_ms;
	struct buf saved = {0};

	if (state_dir_read(config->state_dir, LAST_SAMPLE, &saved) != ERR_NONE ||
	    !sampler_resume(scheduler->sampler, buf_string(&saved), clock_now_ms()))
		scheduler->cpu_ready_ms = clock_monotonic_ms() + (cron ? CPU_WINDOW_CRON_MS : CPU_WINDOW_MS);
	buf_clear(&saved);
	if (cron && state_dir_read(config->state_dir, STATISTICS, &saved) == ERR_NONE)
		statistics_load(&scheduler->statistics, saved.data);
	buf_free(&saved);
	last_ms = scheduler->statistics.last_ms;
	scheduler->interval = cron ? interval_of_cron(config->min_interval_s, config->max_interval_s,
						      last_ms ? clock_now_ms() - last_ms : -1)
				   : interval_of_daemon(config->min_interval_s, config->max_interval_s);
}

enum err scheduler_new(struct loop *loop, const struct config *config, enum report_mode mode,
		       struct uplink *uplink, struct scheduler **out, struct reason *why)
{
	struct scheduler *scheduler;
	char instance[ID_RANDOM_SIZE] = "";

	if (uplink && state_dir_instance(config->reporter.state_dir, instance) != ERR_NONE)
		return reason_set(why, ERR_SYSTEM, "state_dir %s cannot be used", config->reporter.state_dir);
	scheduler = mem_alloc(1, sizeof(*scheduler));
	*scheduler = (struct scheduler){.config = config, .mode = mode, .begun_ms = clock_monotonic_ms()};
	memcpy(scheduler->instance, instance, sizeof(instance));
	scheduler->ready = loop_timer(loop, on_ready, scheduler);
	scheduler->watch = loop_timer(loop, on_watch, scheduler);
	scheduler->troubles = troubles_new();
	scheduler->sampler =
		sampler_new(config->reporter.host_root, config->reporter.disk_path, scheduler->troubles);
	scheduler->certificates =
		certificate_news_new(&config->certificates, config->reporter.node_id, scheduler->troubles);
	scheduler->services = services_new(loop, config, scheduler->troubles, on_service_changed, scheduler);
	scheduler->delivery = delivery_new(loop, uplink,
					   &(struct delivery_events){.user = scheduler,
								     .write = on_write,
								     .take_answer = on_take_answer,
								     .answered = on_answered});
	resume(scheduler);
	sampler_take(scheduler->sampler, SAMPLER_WATCHED); /* the share of the first report begins here */
	*out = scheduler;
	return ERR_NONE;
}

void scheduler_free(struct scheduler *scheduler)
{
	if (!scheduler)
		return;
	delivery_free(scheduler->delivery);
	services_free(scheduler->services);
	certificate_news_free(scheduler->certificates);
	sampler_free(scheduler->sampler);
	timer_free(scheduler->watch);
	timer_free(scheduler->ready);
	troubles_free(scheduler->troubles);
	free(scheduler);
}

void scheduler_set_peers(struct scheduler *scheduler, const struct scheduler_peers *peers)
{
	scheduler->peers = *peers;
}

struct troubles *scheduler_troubles(struct scheduler *scheduler)
{
	return scheduler->troubles;
}

struct services *scheduler_services(struct scheduler *scheduler)
{
	return scheduler->services;
}

void scheduler_begin(struct scheduler *scheduler, const struct scheduler_memory *memory)
{
	bool cron = scheduler->mode == REPORT_CRON;

	if (memory) {
		scheduler->begun_ms = memory->begun_ms;
		interval_recall(&scheduler->interval, &memory->interval);
		scheduler->statistics = memory->statistics;
	}
	set_state(scheduler, STATE_GATHERING);
	scheduler->known_by_ms = clock_monotonic_ms() + (cron ? KNOWN_MAX_CRON_MS : KNOWN_MAX_MS);
	if (!cron)
		timer_start(scheduler->watch, WATCH_MS);
	on_ready(scheduler);
}

void scheduler_goodbye(struct scheduler *scheduler)
{
	set_state(scheduler, STATE_LEAVING);
	timer_stop(scheduler->watch);
	delivery_send_last(scheduler->delivery);
}

bool scheduler_is_reporting(const struct scheduler *scheduler)
{
	return scheduler->state == STATE_GATHERING || delivery_is_pending(scheduler->delivery);
}

/* --- what can be asked of it -------------------------------------------------------------------- */

void scheduler_start(struct scheduler *scheduler)
{
	if (scheduler->state != STATE_STOPPED)
		return;
	log_info("scheduler", "reporting again");
	set_state(scheduler, STATE_ACTIVE);
	delivery_request(scheduler->delivery, DELIVERY_NOW);
}

void scheduler_stop(struct scheduler *scheduler)
{
	if (scheduler->state != STATE_ACTIVE && scheduler->state != STATE_GATHERING)
		return;
	log_info("scheduler", "reporting stopped until it is started again");
	set_state(scheduler, STATE_STOPPED);
	delivery_cancel(scheduler->delivery);
}

void scheduler_report_now(struct scheduler *scheduler)
{
	if (scheduler->state != STATE_GATHERING) /* whose report comes as soon as it can */
		delivery_request(scheduler->delivery, DELIVERY_NOW);
}

enum err scheduler_set_interval(struct scheduler *scheduler, int64_t seconds, struct reason *why)
{
	enum err err = interval_fix(&scheduler->interval, seconds, why);

	if (err != ERR_NONE)
		return err;
	log_info("scheduler", "interval set seconds=%" PRId64, seconds);
	if (scheduler->state == STATE_ACTIVE) /* the coordinator must know from when on we are overdue */
		delivery_request(scheduler->delivery, DELIVERY_NOW);
	return ERR_NONE;
}

void scheduler_write_stats(const struct scheduler *scheduler, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_text(&json, "service", "metrics_reporter");
	json_put_text(&json, "worker_id", scheduler->config->reporter.node_id);
	json_put_bool(&json, "reporter_active",
		      scheduler->state == STATE_ACTIVE || scheduler->state == STATE_GATHERING);
	json_put_integer(&json, "current_interval", interval_seconds(&scheduler->interval));
	json_put_integer(&json, "uptime_seconds", (clock_monotonic_ms() - scheduler->begun_ms) / 1000);
	statistics_write(&scheduler->statistics, &json);
	json_put_integer(&json, "next_report_interval", scheduler->interval.granted_s);
	json_put_bool(&json, "interval_fixed", scheduler->interval.fixed_s != 0);
	if (scheduler->peers.logs)
		logs_write_stats(scheduler->peers.logs, &json, "logs");
	json_close(&json, '}');
}

void scheduler_write_report(struct scheduler *scheduler, struct buf *out)
{
	on_write(scheduler, false, out);
}

struct scheduler_memory scheduler_remember(const struct scheduler *scheduler)
{
	return (struct scheduler_memory){scheduler->begun_ms, scheduler->interval, scheduler->statistics};
}

void scheduler_save(const struct scheduler *scheduler)
{
	const char *dir = scheduler->config->reporter.state_dir;
	struct buf text = {0};
	enum err err;

	sampler_save(scheduler->sampler, &text);
	err = state_dir_write(dir, LAST_SAMPLE, text.data, text.len);
	buf_clear(&text);
	statistics_save(&scheduler->statistics, &text);
	/* If the first file cannot be written, the second fails alike, and it has been said. */
	if (err == ERR_NONE && state_dir_write(dir, STATISTICS, text.data, text.len) != ERR_NONE)
		log_warning("scheduler", "the totals of --once begin anew with the next run");
	buf_free(&text);
}
