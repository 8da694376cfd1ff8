/*
 * When and what to report: the schedule between the limits of the configuration, at once on changes that
 * matter, with back-off while the coordinator is away. What `get_stats`, `control_reporter` and
 * `set_interval` do is here too; who may ask for it is command.c's and ctl.c's concern.
 */
#ifndef REPORTER_REPORT_SCHEDULER_H
#define REPORTER_REPORT_SCHEDULER_H

#include "common/json.h"
#include "reporter/base/loop.h"
#include "reporter/config/config.h"
#include "reporter/report/interval.h"
#include "reporter/report/report.h"
#include "reporter/report/statistics.h"
#include "reporter/uplink/uplink.h"

#include <stdbool.h>
#include <stdint.h>

struct logs;
struct scheduler;

/* What became of a report. */
typedef void (*scheduler_answered_fn)(void *user, const struct uplink_answer *answer);

/* Takes one of the commands that came with an answer. */
typedef void (*scheduler_command_fn)(void *user, const struct json *command);

/* Who hears of what a report brings about, and whose numbers belong to get_stats. Any of them may be NULL. */
struct scheduler_peers {
	scheduler_command_fn take_command;
	void *commands; /* the user of take_command */
	const struct logs *logs;
	scheduler_answered_fn answered;
	void *user; /* of answered */
};

/* `config` and `uplink` outlive it; the state directory must be open. With `uplink` NULL it can only look. */
enum err scheduler_new(struct loop *loop, const struct config *config, enum report_mode mode,
		       struct uplink *uplink, struct scheduler **out, struct reason *why) MUST_CHECK;
void scheduler_free(struct scheduler *reporter);

void scheduler_set_peers(struct scheduler *reporter, const struct scheduler_peers *peers);

struct services *scheduler_services(struct scheduler *reporter);

/* Reports as soon as the services and the CPU's share are known, then by schedule. */
void scheduler_begin(struct scheduler *reporter);

/* A report is on its way or due; with --once: because something changed since the first. */
bool scheduler_is_reporting(const struct scheduler *reporter);

/* Says that this reporter ends; `answered` tells when that has arrived. Nothing is scheduled any more. */
void scheduler_goodbye(struct scheduler *reporter);

/* --- what can be asked of it -------------------------------------------------------------------- */

void scheduler_start(struct scheduler *reporter); /* goes on after scheduler_stop, with a report */
void scheduler_stop(struct scheduler *reporter);  /* sends no reports; commands and log lines go on */
void scheduler_report_now(struct scheduler *reporter);

/* Fixes the interval, 0 gives it back to the coordinator. ERR_INVALID names the limits. */
enum err scheduler_set_interval(struct scheduler *reporter, int64_t seconds, struct reason *why) MUST_CHECK;

/* Appends the contract's object of `metrics_reporter.get_stats`. */
void scheduler_write_stats(const struct scheduler *reporter, struct buf *out);

/* What this report would say now (--print), sent nowhere. */
void scheduler_write_report(struct scheduler *reporter, struct buf *out);

/* What outlives a configuration that is read anew. */
struct scheduler_memory {
	int64_t begun_ms; /* monotonic */
	struct interval pace;
	struct statistics statistics;
};
struct scheduler_memory scheduler_remember(const struct scheduler *reporter);
void scheduler_recall(struct scheduler *reporter, const struct scheduler_memory *memory);

/* Keeps what the next --once needs: where CPU time is counted from, when it was, the totals. */
void scheduler_save(const struct scheduler *reporter);

#endif
