/* Samples of the machine by the table of collectors; files of /proc stay open, and a sample allocates
 * nothing. */
#ifndef REPORTER_METRICS_SAMPLER_H
#define REPORTER_METRICS_SAMPLER_H

#include "common/buf.h"
#include "reporter/metrics/sample.h"

struct sampler;

/* `root` is where proc/ and sys/ are, "/" usually; `disk_path` is looked at below it. */
struct sampler *sampler_new(const char *root, const char *disk_path);
void sampler_free(struct sampler *sampler);

/* Measures everything, or only what is cheap (CPU, memory). What cannot be read keeps its value and is logged
 * once. The sample lives in the sampler, until the next. */
const struct sample *sampler_take(struct sampler *sampler);
const struct sample *sampler_watch(struct sampler *sampler);

/* Appends the contract's `metrics` object. */
void sampler_write(const struct sample *sample, struct buf *out);

/*
 * The place CPU time is counted from, as one line of text that says which boot it belongs to; it is kept for
 * the next --once. sampler_resume answers false, and changes nothing, for a text of another boot or age.
 */
void sampler_save(const struct sampler *sampler, struct buf *out);
bool sampler_resume(struct sampler *sampler, const char *saved, int64_t now_ms);

#endif
