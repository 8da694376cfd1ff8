/*
 * The reporter's life, and when there has to be a report: by an interval within the limits of the
 * configuration, and at once on changes that matter. What `get_stats`, `control_reporter` and `set_interval`
 * do is here too; who may ask for it is the business of the rooms commands/ and ctl/.
 */
#ifndef REPORTER_REPORT_SCHEDULER_H
#define REPORTER_REPORT_SCHEDULER_H

#include "common/json.h"
#include "reporter/base/loop.h"
#include "reporter/base/troubles.h"
#include "reporter/config/config.h"
#include "reporter/report/interval.h"
#include "reporter/report/report.h"
#include "reporter/report/statistics.h"
#include "reporter/uplink/uplink.h"

#include <stdbool.h>
#include <stdint.h>

struct logs;
struct scheduler;

/* A report was taken, refused or lost; the answer is valid during the call. */
typedef void (*scheduler_answered_fn)(void *user, const struct uplink_answer *answer);

/* Takes one of the commands that came with an answer; it is valid during the call. */
typedef void (*scheduler_command_fn)(void *user, const struct json *command);

/* Those who hear of what a report brings about, and the logs whose numbers belong to get_stats. Any of them
 * may be NULL. */
struct scheduler_peers {
	scheduler_command_fn take_command;
	void *commands; /* the user of take_command */
	const struct logs *logs;
	scheduler_answered_fn answered;
	void *user; /* of answered */
};

/*
 * Makes a scheduler with its sampler and its services, which are looked at from now on; it reports nothing
 * yet. `config` and `uplink` outlive it, and the state directory must be open. With `uplink` NULL it can only
 * be asked
 * (--print). ERR_SYSTEM if the state directory cannot be used.
 */
enum err scheduler_new(struct loop *loop, const struct config *config, enum report_mode mode,
		       struct uplink *uplink, struct scheduler **out, struct reason *why) MUST_CHECK;

/* Gives up the report on its way and what the services do. NULL is nothing. */
void scheduler_free(struct scheduler *scheduler);

/* To be called before scheduler_begin. The peers outlive the scheduler, but are not called by scheduler_free.
 */
void scheduler_set_peers(struct scheduler *scheduler, const struct scheduler_peers *peers);

/* The services that it reports; they are the scheduler's. */
struct services *scheduler_services(struct scheduler *scheduler);

/* The list of what the reporter cannot do, which its reports carry; it is the scheduler's. */
struct troubles *scheduler_troubles(struct scheduler *scheduler);

/* What a scheduler hands over to the next one when the configuration is read anew. */
struct scheduler_memory {
	int64_t begun_ms; /* monotonic */
	struct interval interval;
	struct statistics statistics;
};
struct scheduler_memory scheduler_remember(const struct scheduler *scheduler);

/* Reports as soon as the services and the CPU's share are known, but after a second (with cron: ten) in any
 * case; a daemon goes on by schedule. With a `memory` that is not NULL it goes on from there. To be called
 * once. */
void scheduler_begin(struct scheduler *scheduler, const struct scheduler_memory *memory);

/* A report is on its way or due. With --once, after the first: something changed since. */
bool scheduler_is_reporting(const struct scheduler *scheduler);

/* Says that this reporter ends. `answered` is called when the coordinator has heard it, and not for a report
 * that was on its way before. Afterwards nothing is reported any more. To be called once, after
 * scheduler_begin. */
void scheduler_goodbye(struct scheduler *scheduler);

/* --- what can be asked of it -------------------------------------------------------------------- */

/* Goes on after scheduler_stop, with a report; otherwise nothing. */
void scheduler_start(struct scheduler *scheduler);

/* Sends no reports any more but those that scheduler_report_now asks for; commands and log lines go on. */
void scheduler_stop(struct scheduler *scheduler);

/* Sends a report now, or right after the one on its way. */
void scheduler_report_now(struct scheduler *scheduler);

/* Fixes the interval until the process ends, or with 0 seconds gives it back to the coordinator. ERR_INVALID
 * outside of the configuration's limits, which `why` names. */
enum err scheduler_set_interval(struct scheduler *scheduler, int64_t seconds, struct reason *why) MUST_CHECK;

/* Appends the contract's object of `metrics_reporter.get_stats`. */
void scheduler_write_stats(const struct scheduler *scheduler, struct buf *out);

/* Appends what a report would say now (--print), and sends it nowhere. */
void scheduler_write_report(struct scheduler *scheduler, struct buf *out);

/* Writes into the state directory what the next run goes on from: where CPU time is counted from, and the
 * totals, which only runs of --once read. A failure is logged, and costs no more than these. */
void scheduler_save(const struct scheduler *scheduler);

#endif
