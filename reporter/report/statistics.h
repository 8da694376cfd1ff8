/* What became of the reports: the numbers behind `metrics_reporter.get_stats`. */
#ifndef REPORTER_REPORT_STATISTICS_H
#define REPORTER_REPORT_STATISTICS_H

#include "common/buf.h"
#include "common/json.h"

#include <stdbool.h>
#include <stdint.h>

struct statistics {
	int64_t total, successful;
	int64_t last_ms; /* since the epoch: when the last report was answered or given up; 0: none yet */
	bool last_successful;
	char last_error[160]; /* why it was not received; "" */
};

/* Counts a report that was answered or given up; `error` says in words why it was not received, NULL: it was.
 */
void statistics_add(struct statistics *statistics, int64_t now_ms, const char *error);

/* Puts the members `statistics`, `last_report_time` and `last_report_status` ("success", "failed: …", or null
 * if there was no report yet). */
void statistics_write(const struct statistics *statistics, struct json_out *out);

/* Appends the totals as one line of text, for runs from cron; a text that is none leaves *out alone. */
void statistics_save(const struct statistics *statistics, struct buf *out);
void statistics_load(struct statistics *out, const char *saved);

#endif
