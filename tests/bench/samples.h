/* The times that were measured, and their line of JSON. */
#ifndef TESTS_BENCH_SAMPLES_H
#define TESTS_BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

struct samples {
	int64_t *ns;
	size_t count, capacity;
};

void samples_add(struct samples *samples, int64_t ns);

/* Sorts. `share` is 0-1; the nearest rank, 0 where there are none. */
int64_t samples_quantile(struct samples *samples, double share);

/* Prints `"NAME":{"count":…,"median_us":…,"p99_us":…,"max_us":…}`. */
void samples_print(struct samples *samples, const char *name);

void samples_free(struct samples *samples);

#endif
