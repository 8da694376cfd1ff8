/* What is shown of a service over time: since when, how it failed last, and one that dies again and again. */
#include "reporter/services/record.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

/* A moment; both clocks run alike here, the wall clock a million ahead. */
static struct record_time at(int64_t ms)
{
	return (struct record_time){.wall = 1000000 + ms, .monotonic = ms};
}

static struct service_state runs(int64_t restarts)
{
	return (struct service_state){.status = SERVICE_RUNNING,
				      .installed = true,
				      .restarts_known = true,
				      .restarts = restarts,
				      .detail = "active (running)"};
}

static struct service_state failed(int64_t restarts, int64_t failed_ms)
{
	return (struct service_state){.status = SERVICE_ERROR,
				      .installed = true,
				      .restarts_known = true,
				      .restarts = restarts,
				      .since_ms = failed_ms,
				      .failure = "exit status 1",
				      .failed_ms = failed_ms};
}

static bool take(struct service_record *record, struct service_state told, int64_t ms)
{
	return service_record_take(record, &told, at(ms));
}

static void a_service_that_dies_again_and_again_is_an_error_all_the_time(void **state)
{
	struct service_record record = {0};
	int64_t now = 5000;

	(void)state;
	assert_true(take(&record, runs(0), now));
	assert_true(take(&record, failed(0, at(now).wall), now));
	for (int64_t restarts = 1; restarts < 20; restarts++) {
		now += 400;
		assert_int_equal(take(&record, runs(restarts), now), restarts == 1);
		assert_int_equal(record.shown.status, SERVICE_ERROR);
		assert_string_equal(record.shown.detail, "active (running), restarted just now");
		assert_string_equal(record.shown.failure, "exit status 1");
		now += 400;
		assert_false(take(&record, failed(restarts, at(now).wall), now));
		assert_int_equal(record.shown.restarts, restarts);
		assert_int_equal(record.shown.failed_ms, at(now).wall);
		assert_int_equal(record.shown.since_ms, at(5000).wall);
	}
}

static void it_runs_again_once_it_has_kept_running(void **state)
{
	struct service_record record = {0};

	(void)state;
	take(&record, runs(0), 1000);
	take(&record, failed(0, at(2000).wall), 2000);
	take(&record, runs(1), 3000);
	assert_int_equal(service_record_wait_ms(&record, 3000), RECORD_STEADY_MS);
	assert_false(service_record_settle(&record, at(3000 + RECORD_STEADY_MS - 1)));
	assert_int_equal(service_record_wait_ms(&record, 3000 + RECORD_STEADY_MS + 7), 0);
	assert_true(service_record_settle(&record, at(3000 + RECORD_STEADY_MS)));
	assert_int_equal(record.shown.status, SERVICE_RUNNING);
	assert_string_equal(record.shown.detail, "active (running)");
	assert_int_equal(record.shown.since_ms, at(3000 + RECORD_STEADY_MS).wall);
	assert_string_equal(record.shown.failure, "exit status 1"); /* is still told */
	assert_int_equal(record.shown.failed_ms, at(2000).wall);
	assert_int_equal(service_record_wait_ms(&record, 99999), -1);
}

static void a_start_by_hand_counts_at_once(void **state)
{
	struct service_record record = {0};

	(void)state;
	take(&record, runs(4), 1000);
	take(&record, failed(4, at(2000).wall), 2000);
	take(&record, runs(5), 3000);
	assert_int_equal(record.shown.status, SERVICE_ERROR);
	assert_true(take(&record, runs(0), 4000)); /* the manager counts from 0 again */
	assert_int_equal(record.shown.status, SERVICE_RUNNING);
}

static void restarts_without_a_failure_are_none_of_an_error(void **state)
{
	struct service_record record = {0};

	(void)state;
	take(&record, runs(500), 1000);
	assert_false(take(&record, runs(512), 2000));
	assert_int_equal(record.shown.status, SERVICE_RUNNING);
	assert_int_equal(record.shown.restarts, 512);
	assert_int_equal(service_record_wait_ms(&record, 2000), -1);
}

static void a_status_is_dated_by_its_manager_or_when_it_is_first_seen(void **state)
{
	struct service_record record = {0};
	struct service_state stopped = {.status = SERVICE_STOPPED, .installed = true};
	struct service_state running = {.status = SERVICE_RUNNING, .installed = true};

	(void)state;
	take(&record, stopped, 1000);
	assert_int_equal(record.shown.since_ms, 0); /* it may have been so for long */
	take(&record, running, 2000);
	assert_int_equal(record.shown.since_ms, at(2000).wall);
	take(&record, running, 3000);
	assert_int_equal(record.shown.since_ms, at(2000).wall);
	/* It ran, stopped and runs again, and nobody saw it but its manager. */
	running.since_ms = at(3500).wall;
	assert_false(take(&record, running, 4000));
	assert_int_equal(record.shown.since_ms, at(3500).wall);
}

static void a_failure_without_a_date_begins_when_it_is_first_seen(void **state)
{
	struct service_record record = {0};
	struct service_state bad = {.status = SERVICE_ERROR, .failure = "the health check failed"};

	(void)state;
	take(&record, bad, 1000);
	take(&record, bad, 2000);
	assert_int_equal(record.shown.failed_ms, at(1000).wall);
	take(&record, runs(0), 3000);
	take(&record, bad, 4000);
	assert_int_equal(record.shown.failed_ms, at(4000).wall);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_that_dies_again_and_again_is_an_error_all_the_time),
		cmocka_unit_test(it_runs_again_once_it_has_kept_running),
		cmocka_unit_test(a_start_by_hand_counts_at_once),
		cmocka_unit_test(restarts_without_a_failure_are_none_of_an_error),
		cmocka_unit_test(a_status_is_dated_by_its_manager_or_when_it_is_first_seen),
		cmocka_unit_test(a_failure_without_a_date_begins_when_it_is_first_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
