/* systemd's jobs: started by a method of its manager, over when a signal of the manager says so. */
#ifndef REPORTER_SERVICES_SYSTEMD_JOBS_H
#define REPORTER_SERVICES_SYSTEMD_JOBS_H

#include "reporter/base/dbus.h"
#include "reporter/base/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct systemd_job;

/* All that run over one connection. Its owner sets the first two; the rest is zero at first. */
struct systemd_jobs {
	struct loop *loop;
	struct dbus *bus;
	sd_bus_slot *match;
	struct systemd_job *first;
};

struct systemd_job_end {
	const char *result; /* systemd's word: done, failed, timeout, dependency, canceled, …; NULL: it gave
			       none */
	const char *why;    /* … for this reason, the rest of a sentence; NULL if there is a result */
	bool timed_out;	    /* our time was up; systemd goes on with the job */
};

/* Called from the loop, once, unless the job is dropped; the handle is gone then. */
typedef void (*systemd_job_fn)(void *user, const struct systemd_job_end *end);

/* The owner tells of each new connection and of each loss. A loss ends every job; it is also the way to take
 * the jobs apart, once all of them are over or dropped. */
void systemd_jobs_connected(struct systemd_jobs *jobs, sd_bus *bus);
void systemd_jobs_lost(struct systemd_jobs *jobs);

/*
 * Calls `method` of the manager for `unit`: StartUnit, StopUnit or RestartUnit, mode "replace". Never fails:
 * see systemd_job_end.
 */
struct systemd_job *systemd_job_start(struct systemd_jobs *jobs, const char *method, const char *unit,
				      int64_t timeout_ms, systemd_job_fn done, void *user);
void systemd_job_drop(struct systemd_job *job); /* the job goes on, nobody is told; NULL is nothing */

#endif
