/* systemd's jobs: started by a method of its manager, over when it says so by signal. */
#ifndef REPORTER_SERVICES_SYSTEMD_JOBS_H
#define REPORTER_SERVICES_SYSTEMD_JOBS_H

#include "reporter/base/dbus.h"
#include "reporter/base/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct systemd_jobs; /* all that run over one bus */
struct systemd_job;

struct systemd_job_end {
	const char *result; /* systemd's word: done, failed, timeout, dependency, canceled, …; NULL: there is
			       none, */
	const char *why;    /* because of this (a sentence's end) */
	bool timed_out;	    /* systemd goes on with the job */
};

/* Called from the loop, once, unless the job is dropped; the handle is gone then. */
typedef void (*systemd_job_fn)(void *user, const struct systemd_job_end *end);

struct systemd_jobs *systemd_jobs_new(struct loop *loop, struct dbus *bus);
void systemd_jobs_free(struct systemd_jobs *jobs); /* after its jobs; NULL is nothing */

void systemd_jobs_connected(struct systemd_jobs *jobs, sd_bus *bus); /* to be told of every new connection */
void systemd_jobs_lost(struct systemd_jobs *jobs);

/* Calls `method` (StartUnit and its kin) of the manager for `unit`. Never fails: see systemd_job_end. */
struct systemd_job *systemd_job_start(struct systemd_jobs *jobs, const char *method, const char *unit,
				      int64_t timeout_ms, systemd_job_fn done, void *user);
void systemd_job_drop(struct systemd_job *job); /* it goes on, untold; NULL is nothing */

#endif
