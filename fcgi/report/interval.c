/* The next reporting interval, from the spread of the last points. It knows neither reports nor the store. */
#include "fcgi/report/interval.h"

#include "common/limits.h"

#include <math.h>

#define STEADY_BELOW 5.0 /* standard deviation, percentage points */
#define SWINGS_ABOVE 20.0
#define POINTS_MIN   3
#define STEP_S	     30
#define BETWEEN_S    60

/*
 * The population's standard deviation of one value of the points, `offset` bytes into each, over those in
 * which it is known. Negative if these are too few to say.
 */
static double deviation(const struct interval_point *points, size_t count, size_t offset)
{
	double known[INTERVAL_POINTS], sum = 0, squares = 0;
	size_t n = 0;

	for (size_t i = 0; i < count && n < INTERVAL_POINTS; i++) {
		double value = *(const double *)((const char *)&points[i] + offset);

		if (isnan(value))
			continue;
		known[n++] = value;
		sum += value;
	}
	if (n < POINTS_MIN)
		return -1;
	for (size_t i = 0; i < n; i++)
		squares += (known[i] - sum / (double)n) * (known[i] - sum / (double)n);
	return sqrt(squares / (double)n);
}

int64_t interval_next(const struct interval_point *points, size_t count, int64_t current_s, int64_t min_s,
		      int64_t max_s)
{
	int64_t next_s = current_s;
	double most = fmax(deviation(points, count, offsetof(struct interval_point, cpu_percent)),
			   deviation(points, count, offsetof(struct interval_point, memory_percent)));

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
