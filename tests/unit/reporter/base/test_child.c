/* Children that end, are late, or are given up: whoever started one hears of its end once, or never. */
#include "reporter/base/child.h"
#include "tests/unit/cm.h"

#include <string.h>

struct bench {
	struct loop *loop;
	struct children *children;
	struct timer *deadline;
	int ends;
	struct child_end end; /* the last; its output is gone */
	char output[64];
};

static void on_end(void *user, const struct child_end *end)
{
	struct bench *bench = user;

	bench->ends++;
	bench->end = *end;
	memcpy(bench->output, end->output, end->output_len < sizeof(bench->output) ? end->output_len : 0);
	loop_stop(bench->loop);
}

static void on_deadline(void *user)
{
	struct bench *bench = user;

	loop_stop(bench->loop);
}

static int set_up(void **state)
{
	static struct bench bench;

	bench = (struct bench){.loop = loop_new()};
	bench.deadline = loop_timer(bench.loop, on_deadline, &bench);
	bench.children = children_new(bench.loop);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	children_free(bench->children);
	timer_free(bench->deadline);
	loop_free(bench->loop);
	return 0;
}

static void run_for(struct bench *bench, int64_t ms)
{
	timer_start(bench->deadline, ms);
	loop_run(bench->loop);
	timer_stop(bench->deadline);
}

static char shell[] = "sh", option[] = "-c";

static void an_end_is_told_from_the_loop_with_its_output(void **state)
{
	struct bench *bench = *state;
	char script[] = "echo some; echo words >&2; exit 7";
	char *argv[] = {shell, option, script, NULL};

	child_start(bench->children, argv, 60000, on_end, bench);
	assert_int_equal(bench->ends, 0);
	run_for(bench, 60000);
	assert_int_equal(bench->ends, 1);
	assert_int_equal(bench->end.status, 7);
	assert_false(bench->end.timed_out);
	assert_string_equal(bench->output, "words\n");
}

static void a_child_whose_time_is_up_is_killed_and_told(void **state)
{
	struct bench *bench = *state;
	char script[] = "sleep 1000";
	char *argv[] = {shell, option, script, NULL};

	child_start(bench->children, argv, 1, on_end, bench);
	run_for(bench, 60000);
	assert_int_equal(bench->ends, 1);
	assert_true(bench->end.timed_out);
	assert_int_equal(bench->end.status, -1);
}

/* Its time is up in the very turn of the loop in which it is given up, before it can be reaped. */
static void a_child_that_is_given_up_when_its_time_is_up_calls_nobody(void **state)
{
	struct bench *bench = *state;
	char script[] = "sleep 1000";
	char *argv[] = {shell, option, script, NULL};

	for (int i = 0; i < 20; i++)
		child_cancel(child_start(bench->children, argv, 0, on_end, bench));
	run_for(bench, 100);
	assert_int_equal(bench->ends, 0);
}

static void a_child_that_could_not_be_started_is_told_or_given_up(void **state)
{
	struct bench *bench = *state;
	char missing[] = "/nonexistent/program";
	char *argv[] = {missing, NULL};

	child_cancel(child_start(bench->children, argv, 60000, on_end, bench));
	run_for(bench, 10);
	assert_int_equal(bench->ends, 0);
	child_start(bench->children, argv, 60000, on_end, bench);
	run_for(bench, 60000);
	assert_int_equal(bench->ends, 1);
	assert_int_not_equal(bench->end.error, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_end_is_told_from_the_loop_with_its_output),
		TEST(a_child_whose_time_is_up_is_killed_and_told),
		TEST(a_child_that_is_given_up_when_its_time_is_up_calls_nobody),
		TEST(a_child_that_could_not_be_started_is_told_or_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
