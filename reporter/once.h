/* The reporter for cron and for a look: one run, then the end. */
#ifndef REPORTER_ONCE_H
#define REPORTER_ONCE_H

#include "reporter/config/config.h"

/* One report, and what the coordinator wants done. The exit status: 0 only if the report was received. */
int once_report(const struct config *config);

/* Prints what a report would say. Needs neither token nor coordinator, and leaves nothing behind. */
int once_print(const struct config *config);

#endif
