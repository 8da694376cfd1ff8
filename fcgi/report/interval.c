/* The next reporting interval, from the spread of the last points. It knows neither reports nor the store. */
#include "fcgi/report/interval.h"

#include "common/limits.h"

#include <math.h>

#define STEADY_BELOW 5.0 /* standard deviation, percentage points */
#define SWINGS_ABOVE 20.0
#define POINTS_MIN   3
#define STEP_S	     30
#define BETWEEN_S    60

/* The population's standard deviation of each value. */
static struct interval_point deviations(const struct interval_point *points, size_t count)
{
	struct interval_point sum = {0, 0}, squares = {0, 0};
	double n = (double)count;

	for (size_t i = 0; i < count; i++) {
		sum.cpu_percent += points[i].cpu_percent;
		sum.memory_percent += points[i].memory_percent;
	}
	for (size_t i = 0; i < count; i++) {
		double cpu = points[i].cpu_percent - sum.cpu_percent / n;
		double memory = points[i].memory_percent - sum.memory_percent / n;

		squares.cpu_percent += cpu * cpu;
		squares.memory_percent += memory * memory;
	}
	return (struct interval_point){sqrt(squares.cpu_percent / n), sqrt(squares.memory_percent / n)};
}

int64_t interval_next(const struct interval_point *points, size_t count, int64_t current_s, int64_t min_s,
		      int64_t max_s)
{
	int64_t next_s = current_s;

	if (count >= POINTS_MIN) {
		struct interval_point spread = deviations(points, count);
		double most = fmax(spread.cpu_percent, spread.memory_percent);

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
