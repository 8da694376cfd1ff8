/* Jobs of systemd's manager and their ends. What they are for is the driver's business. */
#include "reporter/services/systemd_jobs.h"

#include "common/buf.h"
#include "common/mem.h"
#include "reporter/services/systemd_names.h"

#include <stdlib.h>
#include <string.h>

struct systemd_job {
	struct systemd_jobs *jobs;
	struct systemd_job *next;
	sd_bus_slot *call;
	char *path;	  /* NULL until systemd has named it */
	struct buf ended; /* jobs that ended before that, "PATH RESULT\n" */
	struct timer *timer;
	bool unsent;
	systemd_job_fn done;
	void *user;
};

struct systemd_jobs {
	struct loop *loop;
	struct dbus *bus;
	sd_bus_slot *match;
	struct systemd_job *first;
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

static void end(struct systemd_job *job, const struct systemd_job_end *how)
{
	systemd_job_fn done = job->done;
	void *user = job->user;

	systemd_job_drop(job);
	done(user, how);
}

/* How the job ended, if it did so before we knew its name; the caller frees it. */
static char *find_ended(const struct systemd_job *job)
{
	size_t len = strlen(job->path);

	for (const char *line = buf_string(&job->ended); *line; line += strcspn(line, "\n") + 1)
		if (strncmp(line, job->path, len) == 0 && line[len] == ' ')
			return mem_copy(line + len + 1, strcspn(line + len + 1, "\n"));
	return NULL;
}

static int on_named(sd_bus_message *reply, void *user, sd_bus_error *error)
{
	struct systemd_job *job = user;
	const sd_bus_error *refusal = sd_bus_message_get_error(reply);
	const char *path;
	char *result;

	(void)error;
	if (refusal || sd_bus_message_read(reply, "o", &path) < 0) {
		end(job,
		    &(struct systemd_job_end){.why = refusal && refusal->message ? refusal->message
										 : "systemd refused it"});
		return 0;
	}
	job->call = sd_bus_slot_unref(job->call);
	job->path = mem_text(path);
	result = find_ended(job);
	if (result)
		end(job, &(struct systemd_job_end){.result = result});
	free(result);
	return 0;
}

static int on_removed(sd_bus_message *signal, void *user, sd_bus_error *error)
{
	struct systemd_jobs *jobs = user;
	const char *path, *unit, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(signal, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	for (struct systemd_job *job = jobs->first, *next; job; job = next) {
		next = job->next;
		if (!job->path)
			buf_printf(&job->ended, "%s %s\n", path, result);
		else if (strcmp(job->path, path) == 0) {
			end(job, &(struct systemd_job_end){.result = result});
			return 0;
		}
	}
	return 0;
}

static void on_timer(void *user)
{
	struct systemd_job *job = user;

	if (job->unsent)
		end(job, &(struct systemd_job_end){.why = "systemd cannot be reached"});
	else
		end(job,
		    &(struct systemd_job_end){.why = "it did not finish in time; systemd goes on with it",
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
	job->unsent = !bus || sd_bus_call_method_async(bus, &job->call, SYSTEMD_NAME, SYSTEMD_MANAGER_PATH,
						       SYSTEMD_MANAGER, method, on_named, job, "ss", unit,
						       "replace") < 0;
	timer_start(job->timer, job->unsent ? 0 : timeout_ms);
	dbus_flush(jobs->bus);
	return job;
}

struct systemd_jobs *systemd_jobs_new(struct loop *loop, struct dbus *bus)
{
	struct systemd_jobs *jobs = mem_alloc(1, sizeof(*jobs));

	jobs->loop = loop;
	jobs->bus = bus;
	return jobs;
}

void systemd_jobs_free(struct systemd_jobs *jobs)
{
	if (!jobs)
		return;
	sd_bus_slot_unref(jobs->match);
	free(jobs);
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
		    &(struct systemd_job_end){
			    .why = "the connection to systemd was lost; whether it was done is unknown"});
}
