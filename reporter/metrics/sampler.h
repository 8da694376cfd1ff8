/*
 * Samples of the machine, by a table of collectors. The reporter samples all day on machines that have other
 * work, so that a sample must cost next to nothing: the files of /proc stay open, and taking a sample
 * allocates nothing.
 */
#ifndef REPORTER_METRICS_SAMPLER_H
#define REPORTER_METRICS_SAMPLER_H

#include "common/buf.h"
#include "reporter/base/troubles.h"
#include "reporter/metrics/sample.h"

struct sampler;

/* `root` is the folder that proc/ and sys/ are in, usually "/"; `disk_path` is a path below it. Both are
 * copied. `troubles`, which outlives the sampler, is told what cannot be measured, by the member of
 * `metrics`. */
struct sampler *sampler_new(const char *root, const char *disk_path, struct troubles *troubles);
void sampler_free(struct sampler *sampler); /* NULL is nothing */

enum sampler_scope {
	SAMPLER_ALL,	 /* what a report needs */
	SAMPLER_WATCHED, /* what is cheap and may change quickly: CPU and memory */
};

/*
 * Measures anew what is in the scope; everything else keeps its value. What cannot be measured is unknown and
 * a trouble, which is logged once until it works again. A file that stands at its path in the place of the
 * one that is open is noticed with SAMPLER_ALL. The sample is the sampler's, and changes with the next call.
 */
const struct sample *sampler_take(struct sampler *sampler, enum sampler_scope scope);

/*
 * Appends one line of text that says from where CPU time is counted: the boot, the time of the newest sample
 * in milliseconds, and the ticks of then. A run of --once keeps it for the next, which so can tell the CPU's
 * share at once.
 */
void sampler_save(const struct sampler *sampler, struct buf *out);

/* Counts CPU time from there. False, and nothing changes, for a text of another boot, for one that is younger
 * than a second or older than ten minutes, and for nonsense. */
bool sampler_resume(struct sampler *sampler, const char *saved, int64_t now_ms);

#endif
