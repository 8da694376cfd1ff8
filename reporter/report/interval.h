/*
 * How often a worker reports: as the coordinator asks, or as somebody has fixed it, always within the
 * worker's own limits. A worker that cron runs has no say in when it is run, and only observes how often that
 * is.
 */
#ifndef REPORTER_REPORT_INTERVAL_H
#define REPORTER_REPORT_INTERVAL_H

#include "common/err.h"

#include <stdint.h>

struct interval {
	int64_t min_s, max_s; /* the configuration's */
	int64_t granted_s;    /* what the coordinator asked for; with cron what was observed */
	int64_t fixed_s;      /* by set_interval; 0: not fixed */
};

/* As a daemon begins: one minute, brought within the limits, until the coordinator says otherwise. */
struct interval interval_of_daemon(int64_t min_s, int64_t max_s);

/*
 * As cron seems to run the worker, `since_ms` after the last run: rounded to whole minutes, at least min_s,
 * at most an hour. Less than 0 (there was no last run) is max_s.
 */
struct interval interval_of_cron(int64_t min_s, int64_t max_s, int64_t since_ms);

/* The interval that holds now, in seconds. */
int64_t interval_seconds(const struct interval *interval);

/* What the coordinator asks for is brought within the limits. Nonsense (less than a second, more than an
 * hour, not a number) changes nothing. */
void interval_grant(struct interval *interval, double seconds);

/* Fixes the interval, or with 0 seconds gives it back to the coordinator. ERR_INVALID outside of the limits,
 * which `why` names. */
enum err interval_fix(struct interval *interval, int64_t seconds, struct reason *why) MUST_CHECK;

/* Goes on with what was granted and fixed before, within limits that may have changed. */
void interval_recall(struct interval *interval, const struct interval *before);

#endif
