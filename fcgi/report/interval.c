/* How often a worker should report. */
#include "fcgi/report/interval.h"

#include "common/limits.h"

#include <math.h>

#define STEADY_BELOW 5.0 /* standard deviation, percentage points */
#define SWINGS_ABOVE 20.0
#define POINTS_MIN   3
#define STEP_S	     30
#define BETWEEN_S    60

/* The population's standard deviation. */
static double deviation(const struct interval_point *points, size_t count,
			double (*value)(const struct interval_point *))
{
	double sum = 0, squares = 0, mean;

	for (size_t i = 0; i < count; i++)
		sum += value(&points[i]);
	mean = sum / (double)count;
	for (size_t i = 0; i < count; i++)
		squares += (value(&points[i]) - mean) * (value(&points[i]) - mean);
	return sqrt(squares / (double)count);
}

static double cpu_of(const struct interval_point *point)
{
	return point->cpu_percent;
}

static double memory_of(const struct interval_point *point)
{
	return point->memory_percent;
}

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
	return value < min ? min : value > max ? max : value;
}

int64_t interval_next(const struct interval_point *points, size_t count, int64_t current_s, int64_t min_s,
		      int64_t max_s)
{
	double cpu, memory;

	if (count < POINTS_MIN)
		return clamp(current_s, min_s, max_s);
	cpu = deviation(points, count, cpu_of);
	memory = deviation(points, count, memory_of);
	if (cpu > SWINGS_ABOVE || memory > SWINGS_ABOVE)
		return clamp(LIMIT_INTERVAL_MIN_S, min_s, max_s);
	if (cpu < STEADY_BELOW && memory < STEADY_BELOW)
		return clamp(current_s + STEP_S, min_s, max_s);
	return clamp(BETWEEN_S, min_s, max_s);
}
