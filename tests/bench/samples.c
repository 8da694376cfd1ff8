/* Keeps every time, since quantiles of a few hundred thousand are cheaper to sort than to estimate. */
#include "tests/bench/samples.h"

#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>

void samples_add(struct samples *samples, int64_t ns)
{
	if (samples->count == samples->capacity) {
		samples->capacity = samples->capacity ? 2 * samples->capacity : 1024;
		samples->ns = mem_resize(samples->ns, samples->capacity, sizeof(*samples->ns));
	}
	samples->ns[samples->count++] = ns;
}

static int by_value(const void *left, const void *right)
{
	const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

int64_t samples_quantile(struct samples *samples, double share)
{
	if (samples->count == 0)
		return 0;
	qsort(samples->ns, samples->count, sizeof(*samples->ns), by_value);
	return samples->ns[(size_t)(share * (double)(samples->count - 1) + 0.5)];
}

void samples_print(struct samples *samples, const char *name)
{
	printf("\"%s\":{\"count\":%zu,\"median_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f}", name,
	       samples->count, (double)samples_quantile(samples, 0.5) / 1e3,
	       (double)samples_quantile(samples, 0.99) / 1e3, (double)samples_quantile(samples, 1.0) / 1e3);
}

void samples_free(struct samples *samples)
{
	free(samples->ns);
	*samples = (struct samples){0};
}
