/*
 * Jobs of systemd's manager and their ends. What they are for is the driver's business.
 *
 * The manager's method answers with the job's object path, and the signal JobRemoved names a path and a
 * result. The trap is that a short job may end before the answer is read, so that the signal arrives while we
 * do not know yet which path is ours. So a job without a name keeps every end that it hears of, and looks
 * there when it gets its name.
 */
#include "reporter/services/systemd_jobs.h"

#include "common/buf.h"
#include "common/mem.h"
#include "reporter/services/systemd_names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum job_state {
	JOB_UNSENT, /* there is no connection; the timer tells so */
	JOB_CALLED, /* the manager has not answered yet */
	JOB_NAMED,  /* it has, with the job's path */
};

struct systemd_job {
	struct systemd_jobs *jobs;
	struct systemd_job *next;
	enum job_state state;
	sd_bus_slot *call;
	struct buf ended; /* jobs that ended while ours had no name: "PATH RESULT\n" each */
	char *path;
	struct timer *timer;
	systemd_job_fn done;
	void *user;
};

void systemd_job_drop(struct systemd_job *job)
{
	struct systemd_job **link;

	if (!job)
		return;
	for (link = &job->jobs->first; *link != job;)
		link = &(*link)->next;
	*link = job->next;
	sd_bus_slot_unref(job->call);
	timer_free(job->timer);
	buf_free(&job->ended);
	free(job->path);
	free(job);
}

static void end(struct systemd_job *job, struct systemd_job_end how)
{
	systemd_job_fn done = job->done;
	void *user = job->user;

	systemd_job_drop(job);
	done(user, &how);
}

/* The manager's answer: the job's path, or why there is none. */
static int on_named(sd_bus_message *reply, void *user, sd_bus_error *error)
{
	struct systemd_job *job = user;
	const sd_bus_error *refusal = sd_bus_message_get_error(reply);
	char *result = NULL;
	const char *path;
	size_t len;

	(void)error;
	if (refusal || sd_bus_message_read(reply, "o", &path) < 0) {
		const char *why = refusal && refusal->message ? refusal->message : "systemd refused it";

		end(job, (struct systemd_job_end){.why = why});
		return 0;
	}
	assert(job->state == JOB_CALLED);
	job->state = JOB_NAMED;
	job->call = sd_bus_slot_unref(job->call);
	job->path = mem_text(path);
	len = strlen(path);
	for (const char *line = buf_string(&job->ended); *line && !result; line += strcspn(line, "\n") + 1) {
		if (strncmp(line, path, len) == 0 && line[len] == ' ')
			result = mem_copy(line + len + 1, strcspn(line + len + 1, "\n"));
	}
	if (result)
		end(job, (struct systemd_job_end){.result = result});
	free(result);
	return 0;
}

/* JobRemoved(u id, o job, s unit, s result) */
static int on_removed(sd_bus_message *signal, void *user, sd_bus_error *error)
{
	struct systemd_jobs *jobs = user;
	const char *path, *unit, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(signal, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	for (struct systemd_job *job = jobs->first; job; job = job->next) {
		if (job->state == JOB_CALLED)
			buf_printf(&job->ended, "%s %s\n", path, result);
		if (job->state == JOB_NAMED && strcmp(job->path, path) == 0) {
			end(job, (struct systemd_job_end){.result = result});
			return 0;
		}
	}
	return 0;
}

static void on_timer(void *user)
{
	struct systemd_job *job = user;

	if (job->state == JOB_UNSENT)
		end(job, (struct systemd_job_end){.why = "systemd cannot be reached"});
	else
		end(job, (struct systemd_job_end){.why = "it did not finish in time; systemd goes on with it",
						  .timed_out = true});
}

struct systemd_job *systemd_job_start(struct systemd_jobs *jobs, const char *method, const char *unit,
				      int64_t timeout_ms, systemd_job_fn done, void *user)
{
	struct systemd_job *job = mem_alloc(1, sizeof(*job));
	sd_bus *bus = dbus_connection(jobs->bus);

	*job = (struct systemd_job){.jobs = jobs, .next = jobs->first, .done = done, .user = user};
	jobs->first = job;
	job->timer = loop_timer(jobs->loop, on_timer, job);
	if (bus &&
	    sd_bus_call_method_async(bus, &job->call, SYSTEMD_NAME, SYSTEMD_MANAGER_PATH, SYSTEMD_MANAGER,
				     method, on_named, job, "ss", unit, "replace") >= 0)
		job->state = JOB_CALLED;
	timer_start(job->timer, job->state == JOB_UNSENT ? 0 : timeout_ms);
	dbus_flush(jobs->bus);
	return job;
}

void systemd_jobs_connected(struct systemd_jobs *jobs, sd_bus *bus)
{
	(void)sd_bus_match_signal_async(bus, &jobs->match, SYSTEMD_NAME, SYSTEMD_MANAGER_PATH,
					SYSTEMD_MANAGER, "JobRemoved", on_removed, NULL, jobs);
}

void systemd_jobs_lost(struct systemd_jobs *jobs)
{
	jobs->match = sd_bus_slot_unref(jobs->match);
	while (jobs->first)
		end(jobs->first,
		    (struct systemd_job_end){
			    .why = "the connection to systemd was lost; whether it was done is unknown"});
}
