/*
 * How often a worker reports: as the coordinator asks, or as somebody has fixed it, always within the
 * worker's own limits. A worker by cron comes when cron runs it, and only observes.
 */
#ifndef REPORTER_REPORT_INTERVAL_H
#define REPORTER_REPORT_INTERVAL_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

struct interval {
	int64_t min_s, max_s; /* the configuration's */
	int64_t granted_s;    /* what the coordinator asked for */
	int64_t fixed_s;      /* by set_interval; 0: not fixed */
};

/* As a daemon begins, until the coordinator says otherwise. */
struct interval interval_of_daemon(int64_t min_s, int64_t max_s);

/* As cron seems to run it, `since_ms` after the last run; less than 0: there was none. */
struct interval interval_of_cron(int64_t min_s, int64_t max_s, int64_t since_ms);

/* The interval that holds now. */
int64_t interval_interval_s(const struct interval *pace);
bool interval_is_fixed(const struct interval *pace);

/* What the coordinator asks for; nonsense changes nothing. */
void interval_grant(struct interval *pace, double seconds);

/* Fixes the interval, 0 gives it back to the coordinator. ERR_INVALID names the limits. */
enum err interval_fix(struct interval *pace, int64_t seconds, struct reason *why) MUST_CHECK;

/* Goes on as before, within limits that may have changed. */
void interval_recall(struct interval *pace, const struct interval *before);

#endif
