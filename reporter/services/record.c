/*
 * The judgement that needs memory. A driver tells how a service is now; people ask since when, what happened
 * to it last, and whether it is well.
 *
 * A failure is seen only while it lasts: a manager that restarts a program forgets how the run before ended.
 * So the last one is kept here until the next one comes. A driver dates a failure and a status if its manager
 * does; else they begin when they are first seen.
 *
 * What must stay true: nothing that is shown changes by being told twice.
 */
#include "reporter/services/record.h"

#include <stdio.h>
#include <string.h>

/* A failure that is older has nothing to do with a restart that is seen now. */
#define FAILURE_FRESH_MS 60000

/* Keeps the failure that is told, dated. One without a date is the one that is known as long as it reads the
 * same. */
static void keep_failure(struct service_record *record, const struct service_state *told, int64_t now_ms)
{
	struct service_state *shown = &record->shown;

	if (!*told->failure)
		return;
	if (told->failed_ms)
		shown->failed_ms = told->failed_ms;
	else if (strcmp(record->told.failure, told->failure) != 0)
		shown->failed_ms = now_ms;
	snprintf(shown->failure, sizeof(shown->failure), "%s", told->failure);
}

/* Makes what is shown of what was told. `shown` holds the last failure and what was shown before. */
static bool judge(struct service_record *record, struct record_time now)
{
	const struct service_state before = record->shown;
	struct service_state *shown = &record->shown;

	*shown = record->told;
	memcpy(shown->failure, before.failure, sizeof(shown->failure));
	shown->failed_ms = before.failed_ms;
	if (record->steady_from_ms && now.monotonic >= record->steady_from_ms)
		record->steady_from_ms = 0;
	if (record->steady_from_ms && shown->status == SERVICE_RUNNING) {
		shown->status = SERVICE_ERROR;
		snprintf(shown->detail, sizeof(shown->detail), "%.60s, restarted just now",
			 record->told.detail);
	}
	/* An error goes on though each of its failures has its own time. */
	if (shown->status == before.status && (shown->status == SERVICE_ERROR || !shown->since_ms))
		shown->since_ms = before.since_ms;
	else if (!shown->since_ms && before.status != SERVICE_UNKNOWN)
		shown->since_ms = now.wall;
	return shown->status != before.status || shown->installed != before.installed;
}

bool service_record_take(struct service_record *record, const struct service_state *told,
			 struct record_time now)
{
	bool counted = record->told.restarts_known && told->restarts_known;
	bool was_steady = record->steady_from_ms == 0, changed;

	keep_failure(record, told, now.wall);
	if (counted && told->restarts > record->told.restarts && *record->shown.failure &&
	    now.wall - record->shown.failed_ms < FAILURE_FRESH_MS)
		record->steady_from_ms = now.monotonic + RECORD_STEADY_MS;
	else if (counted && told->restarts < record->told.restarts)
		record->steady_from_ms = 0; /* somebody started it anew */
	record->told = *told;
	changed = judge(record, now);
	return changed || (was_steady && record->steady_from_ms);
}

bool service_record_settle(struct service_record *record, struct record_time now)
{
	return judge(record, now);
}

int64_t service_record_wait_ms(const struct service_record *record, int64_t monotonic_ms)
{
	if (!record->steady_from_ms)
		return -1;
	return record->steady_from_ms > monotonic_ms ? record->steady_from_ms - monotonic_ms : 0;
}
