/* Delays between tries. */
#include "reporter/base/backoff.h"
#include "tests/unit/cm.h"

#include <stdbool.h>

static void waiting_doubles_up_to_its_bound_and_is_spread(void **state)
{
	struct backoff backoff = {.min_ms = 1000, .max_ms = 60000};
	int64_t ceiling = 1000;
	bool spread = false;

	(void)state;
	for (int i = 0; i < 20; i++) {
		int64_t delay = backoff_next(&backoff);

		assert_in_range(delay, ceiling / 2, ceiling);
		spread |= delay != ceiling / 2 && delay != ceiling;
		ceiling = ceiling * 2 > 60000 ? 60000 : ceiling * 2;
	}
	assert_true(spread);
	backoff_reset(&backoff);
	assert_in_range(backoff_next(&backoff), 500, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_doubles_up_to_its_bound_and_is_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
