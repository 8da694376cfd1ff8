/*
 * When and what to report: the schedule between the limits of the configuration, at once on changes that
 * matter, with back-off while the coordinator is away. What `get_stats`, `control_reporter` and
 * `set_interval` do is here too; who may ask for it is command.c's and ctl.c's concern.
 */
#ifndef REPORTER_REPORTER_H
#define REPORTER_REPORTER_H

#include "common/json.h"
#include "reporter/config.h"
#include "reporter/loop.h"
#include "reporter/pace.h"
#include "reporter/report.h"
#include "reporter/statistics.h"
#include "reporter/uplink.h"

#include <stdbool.h>
#include <stdint.h>

struct commands;
struct logs;
struct reporter;

/* What became of a report. */
typedef void (*reporter_answered_fn)(void *user, const struct uplink_answer *answer);

/* Who hears of what a report brings about, and whose numbers belong to get_stats. Any of them may be NULL. */
struct reporter_peers {
	struct commands *commands; /* gets the commands of an answer */
	const struct logs *logs;
	reporter_answered_fn answered;
	void *user;
};

/* `config` and `uplink` outlive it; the state directory must be open. With `uplink` NULL it can only look. */
enum err reporter_new(struct loop *loop, const struct config *config, enum report_mode mode,
		      struct uplink *uplink, struct reporter **out, struct reason *why) MUST_CHECK;
void reporter_free(struct reporter *reporter);

void reporter_set_peers(struct reporter *reporter, const struct reporter_peers *peers);

struct services *reporter_services(struct reporter *reporter);

/* Reports as soon as the services and the CPU's share are known, then by schedule. */
void reporter_begin(struct reporter *reporter);

/* A report is on its way or due; with --once: because something changed since the first. */
bool reporter_is_reporting(const struct reporter *reporter);

/* Says that this reporter ends; `answered` tells when that has arrived. Nothing is scheduled any more. */
void reporter_goodbye(struct reporter *reporter);

/* --- what can be asked of it -------------------------------------------------------------------- */

void reporter_start(struct reporter *reporter); /* goes on after reporter_stop, with a report */
void reporter_stop(struct reporter *reporter);	/* sends no reports; commands and log lines go on */
void reporter_report_now(struct reporter *reporter);

/* Fixes the interval, 0 gives it back to the coordinator. ERR_INVALID names the limits. */
enum err reporter_set_interval(struct reporter *reporter, int64_t seconds, struct reason *why) MUST_CHECK;

/* Appends the contract's object of `metrics_reporter.get_stats`. */
void reporter_write_stats(const struct reporter *reporter, struct buf *out);

/* What this report would say now (--print), sent nowhere. */
void reporter_write_report(struct reporter *reporter, struct buf *out);

/* What outlives a configuration that is read anew. */
struct reporter_memory {
	int64_t begun_ms; /* monotonic */
	struct pace pace;
	struct statistics statistics;
};
struct reporter_memory reporter_remember(const struct reporter *reporter);
void reporter_recall(struct reporter *reporter, const struct reporter_memory *memory);

/* Keeps what the next --once needs: where CPU time is counted from, when it was, the totals. */
void reporter_save(const struct reporter *reporter);

#endif
