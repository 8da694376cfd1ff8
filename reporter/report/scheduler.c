/* The schedule of reports, as one small state machine. What a report says is report.c's concern. */
#include "reporter/report/scheduler.h"

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/backoff.h"
#include "reporter/base/state_dir.h"
#include "reporter/certificates/news.h"
#include "reporter/logs/logs.h"
#include "reporter/metrics/sampler.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MATTERS_POINTS 20 /* CPU or memory moved by more, in percent points */

enum {
	WATCH_MS = 5000,     /* between looks at what may be worth a report */
	WATCHES_A_LOOK = 3,  /* services are looked at anew at every third: a safety net */
	SPACING_MS = 250,    /* between reports that changes ask for */
	CPU_WINDOW_MS = 300, /* the first share of CPU time, where there is none to go on from */
	CPU_WINDOW_CRON_MS = 1000,
	KNOWN_MAX_MS = 1000, /* how long the first report waits for slow services */
	KNOWN_MAX_CRON_MS = 10000,
	RETRY_MIN_MS = 1000,
	RETRY_MAX_MS = 60000,
};

#define LAST_SAMPLE "last-sample"
#define STATISTICS  "statistics"

enum state {
	STATE_IDLE,	 /* scheduler_begin has not been called */
	STATE_GATHERING, /* before the first report */
	STATE_ACTIVE,
	STATE_STOPPED, /* by control_reporter */
	STATE_LEAVING, /* the goodbye is next, or on its way */
};

struct scheduler {
	struct loop *loop;
	const struct config *config;
	enum report_mode mode;
	struct uplink *uplink;
	struct scheduler_peers peers;
	struct sampler *sampler;
	struct services *services;
	struct certificate_news *certificates;
	char instance[ID_RANDOM_SIZE];

	enum state state;
	int64_t begun_ms;     /* monotonic */
	int64_t known_by_ms;  /* monotonic: the first report waits for services no longer */
	int64_t cpu_ready_ms; /* monotonic: from then on the CPU's share means something */
	int64_t sent_ms;      /* monotonic: when the last report left */
	struct interval pace;
	struct backoff backoff;	  /* at rest while reports are taken */
	struct uplink_call *call; /* the report on its way */
	int refusal;		  /* status of the last answer if that refused the report; 0 */
	bool again;		  /* something happened since it left */
	struct timer *due;
	struct timer *watch;
	int watches;
	double reported_cpu, reported_memory; /* percent, in the last report */
	struct statistics statistics;
};

static void on_due(void *user);
static void on_watch(void *user);
static void on_service_changed(void *user);

static struct interval first_pace(const struct scheduler *reporter)
{
	const struct config_reporter *config = &reporter->config->reporter;
	int64_t last_ms = reporter->statistics.last_ms;

	if (reporter->mode == REPORT_DAEMON)
		return interval_of_daemon(config->min_interval_s, config->max_interval_s);
	return interval_of_cron(config->min_interval_s, config->max_interval_s,
				last_ms ? clock_now_ms() - last_ms : -1);
}

/* What the last run left behind: the place CPU time is counted from, and for cron the totals. */
static void resume(struct scheduler *reporter)
{
	const char *dir = reporter->config->reporter.state_dir;
	bool cron = reporter->mode == REPORT_CRON;
	struct buf saved = {0};
	bool resumed = state_dir_read(dir, LAST_SAMPLE, &saved) == ERR_NONE &&
		       sampler_resume(reporter->sampler, buf_string(&saved), clock_now_ms());

	if (!resumed)
		reporter->cpu_ready_ms = clock_monotonic_ms() + (cron ? CPU_WINDOW_CRON_MS : CPU_WINDOW_MS);
	buf_clear(&saved);
	if (cron && state_dir_read(dir, STATISTICS, &saved) == ERR_NONE)
		statistics_load(&reporter->statistics, saved.data);
	buf_free(&saved);
	reporter->pace = first_pace(reporter);
}

enum err scheduler_new(struct loop *loop, const struct config *config, enum report_mode mode,
		       struct uplink *uplink, struct scheduler **out, struct reason *why)
{
	struct scheduler *reporter;
	char instance[ID_RANDOM_SIZE] = "";

	if (uplink && state_dir_instance(config->reporter.state_dir, instance))
		return reason_set(why, ERR_SYSTEM, "state_dir %s cannot be used", config->reporter.state_dir);
	reporter = mem_alloc(1, sizeof(*reporter));
	*reporter = (struct scheduler){.loop = loop, .config = config, .mode = mode, .uplink = uplink};
	memcpy(reporter->instance, instance, sizeof(instance));
	reporter->backoff = (struct backoff){.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
	reporter->begun_ms = clock_monotonic_ms();
	reporter->due = loop_timer(loop, on_due, reporter);
	reporter->watch = loop_timer(loop, on_watch, reporter);
	reporter->sampler = sampler_new(config->reporter.host_root, config->reporter.disk_path);
	reporter->certificates = certificate_news_new(&config->certificates, config->reporter.node_id);
	reporter->services = services_new(loop, config, on_service_changed, reporter);
	resume(reporter);
	sampler_take(reporter->sampler, SAMPLER_WATCHED);
	*out = reporter;
	return ERR_NONE;
}

void scheduler_free(struct scheduler *reporter)
{
	if (!reporter)
		return;
	uplink_cancel(reporter->call);
	services_free(reporter->services);
	certificate_news_free(reporter->certificates);
	sampler_free(reporter->sampler);
	timer_free(reporter->watch);
	timer_free(reporter->due);
	free(reporter);
}

void scheduler_set_peers(struct scheduler *reporter, const struct scheduler_peers *peers)
{
	reporter->peers = *peers;
}

struct services *scheduler_services(struct scheduler *reporter)
{
	return reporter->services;
}

/* --- sending ------------------------------------------------------------------------------------ */

static void write_report(struct scheduler *reporter, bool printed, struct buf *out)
{
	const struct sample *sample = sampler_take(reporter->sampler, SAMPLER_ALL);
	struct buf stats = {0};
	struct report report = {
		.config = &reporter->config->reporter,
		.mode = reporter->mode,
		.interval_s = interval_interval_s(&reporter->pace),
		.interval_fixed = interval_is_fixed(&reporter->pace),
		.instance = printed ? NULL : reporter->instance,
		.sample = sample,
		.services = reporter->services,
		.certificates = certificate_news_get(reporter->certificates, sample->timestamp_ms),
		.reporter = printed ? NULL : &stats,
		.goodbye = reporter->state == STATE_LEAVING,
	};

	scheduler_write_stats(reporter, &stats);
	report_write(&report, out);
	buf_free(&stats);
	reporter->reported_cpu = sample->cpu_percent;
	reporter->reported_memory = sample->memory.percent;
}

/* The delay until the next report after an answer. */
static int64_t next_delay(struct scheduler *reporter, const struct uplink_answer *answer)
{
	int64_t delay;

	if (answer->outcome == UPLINK_TAKEN) {
		backoff_reset(&reporter->backoff);
		return interval_interval_s(&reporter->pace) * 1000 -
		       (clock_monotonic_ms() - reporter->sent_ms);
	}
	delay = backoff_next(&reporter->backoff);
	return answer->retry_after_ms > delay ? answer->retry_after_ms : delay;
}

static void take_answer(struct scheduler *reporter, const struct json *json)
{
	const struct json *interval = json_get(json, "next_report_interval");

	certificate_news_taken(reporter->certificates, clock_now_ms());
	if (reporter->mode == REPORT_DAEMON && json_is_number(interval))
		interval_grant(&reporter->pace, json_number(interval));
	for (const struct json *command = json_first(json_get(json, "commands")); command;
	     command = json_next(command)) {
		if (reporter->peers.take_command)
			reporter->peers.take_command(reporter->peers.commands, command);
	}
}

static void send_report(struct scheduler *reporter);

static void on_answer(void *user, const struct uplink_answer *answer)
{
	struct scheduler *reporter = user;
	bool taken = answer->outcome == UPLINK_TAKEN;
	bool leaving = reporter->state == STATE_LEAVING;
	bool farewell = leaving && !reporter->again;
	int64_t delay;

	reporter->call = NULL;
	if (answer->outcome == UPLINK_REFUSED && answer->status != reporter->refusal)
		log_error("reporter", "the report was refused status=%d error=%s", answer->status,
			  answer->error);
	reporter->refusal = answer->outcome == UPLINK_REFUSED ? answer->status : 0;
	statistics_add(&reporter->statistics, clock_now_ms(), taken ? NULL : answer->error);
	if (taken)
		take_answer(reporter, answer->json);
	else
		certificate_news_lost(reporter->certificates);
	delay = next_delay(reporter, answer); /* the answer may have changed the interval */
	if (leaving && !farewell)
		send_report(reporter);
	else if (reporter->again && taken)
		timer_start(reporter->due, SPACING_MS);
	else if (reporter->state == STATE_ACTIVE && reporter->mode == REPORT_DAEMON)
		timer_start(reporter->due, delay);
	if (reporter->peers.answered && (farewell || !leaving))
		reporter->peers.answered(reporter->peers.user, answer);
}

static void send_report(struct scheduler *reporter)
{
	struct buf body = {0};

	reporter->again = false;
	reporter->sent_ms = clock_monotonic_ms();
	timer_stop(reporter->due);
	write_report(reporter, false, &body);
	reporter->call = uplink_post(reporter->uplink, "/api/reporter/report", &body, on_answer, reporter);
}

/* --- when --------------------------------------------------------------------------------------- */

/* The first report waits a moment for what it should say. */
static void gather(struct scheduler *reporter)
{
	int64_t now = clock_monotonic_ms();
	int64_t deadline = reporter->known_by_ms;

	if (now >= reporter->cpu_ready_ms && (now >= deadline || services_are_known(reporter->services))) {
		reporter->state = STATE_ACTIVE;
		if (reporter->mode == REPORT_DAEMON)
			timer_start(reporter->watch, WATCH_MS);
		send_report(reporter);
	} else {
		timer_start(reporter->due,
			    now < reporter->cpu_ready_ms ? reporter->cpu_ready_ms - now : deadline - now);
	}
}

static void on_due(void *user)
{
	struct scheduler *reporter = user;

	if (reporter->state == STATE_GATHERING)
		gather(reporter);
	else if (!reporter->call)
		send_report(reporter);
}

/* A change that matters: reported at once, but not in a flood, and not past the back-off. */
static void report_soon(struct scheduler *reporter)
{
	int64_t since = clock_monotonic_ms() - reporter->sent_ms;

	if (reporter->call)
		reporter->again = true;
	else if (!reporter->backoff.ceiling_ms)
		timer_start(reporter->due, SPACING_MS - since);
}

static void on_service_changed(void *user)
{
	struct scheduler *reporter = user;

	if (reporter->state == STATE_GATHERING)
		timer_start(reporter->due, 0);
	else if (reporter->state == STATE_ACTIVE)
		report_soon(reporter);
}

static void on_watch(void *user)
{
	struct scheduler *reporter = user;
	const struct sample *sample = sampler_take(reporter->sampler, SAMPLER_WATCHED);

	timer_start(reporter->watch, WATCH_MS);
	if (++reporter->watches % WATCHES_A_LOOK == 0)
		services_look(reporter->services);
	if (reporter->state == STATE_ACTIVE &&
	    (fabs(sample->cpu_percent - reporter->reported_cpu) > MATTERS_POINTS ||
	     fabs(sample->memory.percent - reporter->reported_memory) > MATTERS_POINTS))
		report_soon(reporter);
}

void scheduler_begin(struct scheduler *reporter)
{
	reporter->state = STATE_GATHERING;
	reporter->known_by_ms =
		clock_monotonic_ms() + (reporter->mode == REPORT_CRON ? KNOWN_MAX_CRON_MS : KNOWN_MAX_MS);
	gather(reporter);
}

void scheduler_goodbye(struct scheduler *reporter)
{
	timer_stop(reporter->watch);
	timer_stop(reporter->due);
	reporter->state = STATE_LEAVING;
	if (reporter->call)
		reporter->again = true; /* after the one on its way, or it would be the last word */
	else
		send_report(reporter);
}

bool scheduler_is_reporting(const struct scheduler *reporter)
{
	return reporter->call || timer_is_started(reporter->due);
}

/* --- what can be asked of it -------------------------------------------------------------------- */

void scheduler_start(struct scheduler *reporter)
{
	if (reporter->state != STATE_STOPPED)
		return;
	log_info("reporter", "reporting again");
	reporter->state = STATE_ACTIVE;
	scheduler_report_now(reporter);
}

void scheduler_stop(struct scheduler *reporter)
{
	if (reporter->state != STATE_ACTIVE && reporter->state != STATE_GATHERING)
		return;
	log_info("reporter", "reporting stopped until it is started again");
	timer_stop(reporter->due);
	reporter->state = STATE_STOPPED;
}

void scheduler_report_now(struct scheduler *reporter)
{
	if (reporter->state == STATE_GATHERING)
		return;
	if (reporter->call)
		reporter->again = true;
	else if (reporter->state != STATE_LEAVING)
		timer_start(reporter->due, 0);
}

enum err scheduler_set_interval(struct scheduler *reporter, int64_t seconds, struct reason *why)
{
	enum err err = interval_fix(&reporter->pace, seconds, why);

	if (err != ERR_NONE)
		return err;
	log_info("reporter", "interval set seconds=%" PRId64, seconds);
	if (reporter->state == STATE_ACTIVE)
		scheduler_report_now(reporter); /* the coordinator must know when we become stale */
	return ERR_NONE;
}

void scheduler_write_stats(const struct scheduler *reporter, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_text(&json, "service", "metrics_reporter");
	json_put_text(&json, "worker_id", reporter->config->reporter.node_id);
	json_put_bool(&json, "reporter_active",
		      reporter->state == STATE_ACTIVE || reporter->state == STATE_GATHERING);
	json_put_integer(&json, "current_interval", interval_interval_s(&reporter->pace));
	json_put_integer(&json, "uptime_seconds", (clock_monotonic_ms() - reporter->begun_ms) / 1000);
	statistics_write(&reporter->statistics, &json);
	json_put_integer(&json, "next_report_interval", reporter->pace.granted_s);
	json_put_bool(&json, "interval_fixed", interval_is_fixed(&reporter->pace));
	if (reporter->peers.logs)
		logs_write_stats(reporter->peers.logs, &json, "logs");
	json_close(&json, '}');
}

void scheduler_write_report(struct scheduler *reporter, struct buf *out)
{
	write_report(reporter, true, out);
}

struct scheduler_memory scheduler_remember(const struct scheduler *reporter)
{
	return (struct scheduler_memory){
		.begun_ms = reporter->begun_ms, .pace = reporter->pace, .statistics = reporter->statistics};
}

void scheduler_recall(struct scheduler *reporter, const struct scheduler_memory *memory)
{
	reporter->begun_ms = memory->begun_ms;
	interval_recall(&reporter->pace, &memory->pace);
	reporter->statistics = memory->statistics;
}

void scheduler_save(const struct scheduler *reporter)
{
	const char *dir = reporter->config->reporter.state_dir;
	struct buf text = {0};
	enum err err;

	sampler_save(reporter->sampler, &text);
	err = state_dir_write(dir, LAST_SAMPLE, text.data, text.len);
	buf_clear(&text);
	statistics_save(&reporter->statistics, &text);
	if (!err && state_dir_write(dir, STATISTICS, text.data, text.len))
		log_warning("reporter", "the totals of --once begin anew with the next run");
	buf_free(&text);
}
