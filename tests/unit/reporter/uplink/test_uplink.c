/* What the uplink makes of what the coordinator says. */
#include "reporter/uplink/private.h"
#include "tests/unit/cm.h"

static void nobody_can_make_us_wait_for_ever(void **state)
{
	(void)state;
	assert_int_equal(uplink_retry_after_ms(-1), -1);
	assert_int_equal(uplink_retry_after_ms(0), 0);
	assert_int_equal(uplink_retry_after_ms(7), 7000);
	assert_int_equal(uplink_retry_after_ms(86400), 300000);
	assert_int_equal(uplink_retry_after_ms(INT64_MAX), 300000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_can_make_us_wait_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
