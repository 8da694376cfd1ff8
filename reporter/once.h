/* The reporter for cron and for a look: one run, then the end. */
#ifndef REPORTER_ONCE_H
#define REPORTER_ONCE_H

#include "reporter/config/config.h"

/* Sends one report, does what the coordinator asks in its answer, sends the log lines that wait, and ends.
 * Returns the exit status: success only if the report was received; why not was logged. */
int once_report(const struct config *config);

/* Prints on standard output what a report would say. Needs neither token nor coordinator, and leaves nothing
 * behind. Returns the exit status. */
int once_print(const struct config *config);

#endif
