/* A worker's report on its way into Redis: what must be known before it is judged, and storing it. */
#ifndef FCGI_STORE_REPORTS_H
#define FCGI_STORE_REPORTS_H

#include "common/buf.h"
#include "fcgi/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What Redis knew about the node before this report. */
struct report_before {
	bool other_instance;	 /* another reporter process speaks for the node */
	struct buf points;	 /* JSON array of its newest points, newest first */
	struct buf summary;	 /* "" if it has none */
	struct buf certificates; /* JSON array, "" if it has none */
};
void report_before_free(struct report_before *before);

/*
 * Claims the node for `instance` ("" claims nothing) unless another instance holds it, and reads what is
 * known of the node, of its history the newest `points`. The caller frees *out with report_before_free.
 * Errors as redis_run's.
 */
enum err reports_begin(struct store *store, const char *node, const char *instance, int points,
		       struct report_before *out) MUST_CHECK;

/* What is stored of a report, each part as the JSON it is served as. */
struct stored_report {
	const char *node;
	const char *instance;	 /* "": none is kept */
	int64_t instance_held_s; /* how long it keeps the node without another report; 0: it gives it up */
	int64_t now_ms;		 /* becomes the time last seen */
	const struct buf *state, *point, *summary;
	const struct buf *certificates; /* NULL: unchanged */
};

/*
 * Stores and publishes the report in one transaction and takes the commands that wait for the node, which are
 * appended to `commands` as a JSON array in their worker's form (common/command.h). If it fails after the
 * commands were taken, they are lost with the answer: a command reaches its worker at most once.
 */
enum err reports_store(struct store *store, const struct stored_report *parts,
		       struct buf *commands) MUST_CHECK;

#endif
