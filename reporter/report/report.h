/* The body of POST /api/reporter/report. */
#ifndef REPORTER_REPORT_REPORT_H
#define REPORTER_REPORT_REPORT_H

#include "common/buf.h"
#include "reporter/config/config.h"
#include "reporter/metrics/sample.h"
#include "reporter/services/services.h"

#include <stdbool.h>
#include <stdint.h>

enum report_mode { REPORT_DAEMON, REPORT_CRON };

struct report {
	const struct config_reporter *config;
	enum report_mode mode;
	int64_t interval_s;
	bool interval_fixed;  /* by set_interval */
	const char *instance; /* NULL: not said (--print) */
	const struct sample *sample;
	const struct services *services;
	const struct buf *certificates; /* a JSON array; NULL: the coordinator has them */
	const struct buf *reporter;	/* the answer of get_stats; NULL: left out */
	bool goodbye;
};

void report_write(const struct report *report, struct buf *out);

#endif
