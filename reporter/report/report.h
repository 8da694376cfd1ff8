/* The body of POST /api/reporter/report, as the wire contract has it. */
#ifndef REPORTER_REPORT_REPORT_H
#define REPORTER_REPORT_REPORT_H

#include "common/buf.h"
#include "reporter/base/troubles.h"
#include "reporter/config/config.h"
#include "reporter/metrics/sample.h"
#include "reporter/services/services.h"

#include <stdbool.h>
#include <stdint.h>

enum report_mode {
	REPORT_DAEMON, /* the reporter runs all the time */
	REPORT_CRON,   /* it was started for this report (--once) */
};

/* What a report is put together from; all of it stays the caller's. */
struct report_parts {
	const struct config_reporter *config;
	enum report_mode mode;
	int64_t interval_s;   /* until the next report, so that the coordinator knows when we are overdue */
	bool interval_fixed;  /* by set_interval: the coordinator's wish has no effect */
	const char *instance; /* which installation speaks; NULL: left out (--print) */
	const struct sample *sample;
	const struct services *services;
	const struct troubles *troubles;
	const struct buf *certificates; /* a JSON array; NULL: left out, the coordinator has them */
	const struct buf *reporter;	/* the answer of get_stats; NULL: left out */
	bool goodbye;			/* it is the last report */
};

/* Appends the body. */
void report_write(const struct report_parts *parts, struct buf *out);

#endif
