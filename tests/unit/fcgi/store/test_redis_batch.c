/* How many things are asked in one round trip. */
#include "fcgi/store/redis.h"
#include "tests/unit/cm.h"

static void all_things_come_once_and_never_more_than_a_pipeline_holds(void **state)
{
	static const size_t TOTALS[] = {0, 1, 15, 16, 17, 63, 64, 65, 1000};
	static const size_t COMMANDS[] = {1, 2, 3, 4, REDIS_PIPELINE_MAX};

	(void)state;
	for (size_t t = 0; t < sizeof(TOTALS) / sizeof(*TOTALS); t++)
		for (size_t c = 0; c < sizeof(COMMANDS) / sizeof(*COMMANDS); c++) {
			struct redis_batch batch = {.total = TOTALS[t], .commands = COMMANDS[c]};
			size_t seen = 0, at_once = REDIS_PIPELINE_MAX / COMMANDS[c];

			while (redis_batch_next(&batch)) {
				assert_int_equal(batch.first, seen);
				assert_in_range(batch.end - batch.first, 1, at_once);
				seen = batch.end;
				/* Only the last round trip may have room left. */
				assert_true(batch.end == batch.total || batch.end - batch.first == at_once);
			}
			assert_int_equal(seen, TOTALS[t]);
			assert_false(redis_batch_next(&batch));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_things_come_once_and_never_more_than_a_pipeline_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
