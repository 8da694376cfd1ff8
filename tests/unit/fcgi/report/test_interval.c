/* The adaptive interval, rule by rule as the wire contract has them. */
#include "fcgi/report/interval.h"
#include "tests/unit/cm.h"

#include <math.h>

#define POINTS 10

/* CPU swings by `cpu` around 50, memory by `memory`: with two values the deviation is the distance. */
static int64_t after(double cpu, double memory, int64_t current_s)
{
	struct interval_point points[POINTS];

	for (int i = 0; i < POINTS; i++)
		points[i] =
			(struct interval_point){50 + (i % 2 ? cpu : -cpu), 50 + (i % 2 ? memory : -memory)};
	return interval_next(points, POINTS, current_s, 30, 300);
}

static void steady_metrics_lengthen_it_step_by_step_up_to_the_maximum(void **state)
{
	int64_t interval_s = 30;

	(void)state;
	for (int64_t wanted = 60; wanted <= 300; wanted += 30) {
		interval_s = after(1, 4.9, interval_s);
		assert_int_equal(interval_s, wanted);
	}
	assert_int_equal(after(1, 1, 300), 300);
}

static void a_swing_of_either_makes_it_30(void **state)
{
	(void)state;
	assert_int_equal(after(20.1, 0, 300), 30);
	assert_int_equal(after(0, 20.1, 300), 30);
}

static void between_it_is_60(void **state)
{
	(void)state;
	assert_int_equal(after(5, 0, 300), 60);
	assert_int_equal(after(0, 20, 30), 60);
}

static void with_too_few_points_it_stays(void **state)
{
	struct interval_point points[2] = {{0, 0}, {100, 100}};

	(void)state;
	assert_int_equal(interval_next(points, 2, 45, 30, 300), 45);
	assert_int_equal(interval_next(points, 1, 500, 30, 300), 300);
}

static void what_is_not_known_is_not_taken_for_0(void **state)
{
	struct interval_point points[POINTS];

	(void)state;
	for (int i = 0; i < POINTS; i++) /* memory is steady; CPU at 90 % is known now and then */
		points[i] = (struct interval_point){i % 3 ? NAN : 90, 50};
	assert_int_equal(interval_next(points, POINTS, 60, 30, 300), 90);
	for (int i = 0; i < POINTS; i++) /* CPU swings, memory is never known */
		points[i] = (struct interval_point){i % 2 ? 10 : 90, NAN};
	assert_int_equal(interval_next(points, POINTS, 90, 30, 300), 30);
	for (int i = 0; i < POINTS; i++)
		points[i] = (struct interval_point){i < 2 ? 10.0 * i : NAN, NAN};
	assert_int_equal(interval_next(points, POINTS, 90, 30, 300), 90);
}

static void the_reporters_own_bounds_hold(void **state)
{
	struct interval_point points[POINTS] = {{0, 0}};

	(void)state;
	assert_int_equal(interval_next(points, POINTS, 5, 5, 5), 5);
	assert_int_equal(interval_next(points, POINTS, 100, 30, 120), 120);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steady_metrics_lengthen_it_step_by_step_up_to_the_maximum),
		cmocka_unit_test(a_swing_of_either_makes_it_30),
		cmocka_unit_test(between_it_is_60),
		cmocka_unit_test(with_too_few_points_it_stays),
		cmocka_unit_test(what_is_not_known_is_not_taken_for_0),
		cmocka_unit_test(the_reporters_own_bounds_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
