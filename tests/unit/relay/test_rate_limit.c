/* A burst, then so many a second, and the burst again after a rest. */
#include "relay/rate_limit.h"
#include "tests/unit/cm.h"

#define START_MS 1000000

/* How often it gives at this time, tried more often than it may. */
static int taken_at(struct rate_limit *limit, int64_t monotonic_ms)
{
	int count = 0;

	for (int i = 0; i < 10 * RATE_LIMIT_BURST; i++)
		count += rate_limit_take(limit, monotonic_ms);
	return count;
}

static void a_burst_is_allowed_and_no_more(void **state)
{
	struct rate_limit limit = {0};

	(void)state;
	assert_int_equal(taken_at(&limit, START_MS), RATE_LIMIT_BURST);
	assert_int_equal(taken_at(&limit, START_MS), 0);
}

static void it_comes_back_so_much_a_second(void **state)
{
	struct rate_limit limit = {0};

	(void)state;
	assert_int_equal(taken_at(&limit, START_MS), RATE_LIMIT_BURST);
	assert_int_equal(taken_at(&limit, START_MS + 500), RATE_LIMIT_A_SECOND / 2);
	assert_int_equal(taken_at(&limit, START_MS + 1500), RATE_LIMIT_A_SECOND);
	assert_int_equal(taken_at(&limit, START_MS + 3600000), RATE_LIMIT_BURST);
}

static void who_keeps_to_it_may_go_on_for_ever(void **state)
{
	struct rate_limit limit = {0};

	(void)state;
	for (int i = 0; i < 10 * RATE_LIMIT_BURST; i++)
		assert_true(rate_limit_take(&limit, START_MS + i * (1000 / RATE_LIMIT_A_SECOND)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_allowed_and_no_more),
		cmocka_unit_test(it_comes_back_so_much_a_second),
		cmocka_unit_test(who_keeps_to_it_may_go_on_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
