/* The next reporting interval, from the spread of the last points. It knows neither reports nor the store. */
#include "fcgi/report/interval.h"

#include "common/limits.h"

#include <math.h>

#define STEADY_BELOW 5.0 /* standard deviation, percentage points */
#define SWINGS_ABOVE 20.0
#define POINTS_MIN   3
#define STEP_S	     30
#define BETWEEN_S    60

/* The population's standard deviation of the values that are known. Negative if these are too few to say. */
static double deviation(const double *values, size_t count)
{
	double sum = 0, squares = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (isnan(values[i]))
			continue;
		sum += values[i];
		known++;
	}
	if (known < POINTS_MIN)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i]))
			squares += (values[i] - sum / (double)known) * (values[i] - sum / (double)known);
	return sqrt(squares / (double)known);
}

int64_t interval_next(const struct interval_point *points, size_t count, int64_t current_s, int64_t min_s,
		      int64_t max_s)
{
	double cpu[INTERVAL_POINTS], memory[INTERVAL_POINTS], most;
	int64_t next_s = current_s;
	size_t n = 0;

	for (; n < count && n < INTERVAL_POINTS; n++) {
		cpu[n] = points[n].cpu_percent;
		memory[n] = points[n].memory_percent;
	}
	most = fmax(deviation(cpu, n), deviation(memory, n));
	if (most >= 0) {
		if (most > SWINGS_ABOVE)
			next_s = LIMIT_INTERVAL_MIN_S;
		else if (most < STEADY_BELOW)
			next_s = current_s + STEP_S;
		else
			next_s = BETWEEN_S;
	}
	if (next_s < min_s)
		return min_s;
	return next_s > max_s ? max_s : next_s;
}
