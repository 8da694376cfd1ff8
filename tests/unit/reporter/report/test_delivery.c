/* Reports on their way to a coordinator of the test's own, which answers when it is told to. */
#include "common/clock.h"
#include "common/mem.h"
#include "reporter/base/loop.h"
#include "reporter/report/delivery.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/far_end.h"
#include "tests/unit/reporter/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LONG_MS = 60000,
	PATIENCE_MS = 60000, /* for the broken case only: a loaded machine is slow */
};

struct rig {
	struct folder folder;
	struct loop *loop;
	struct uplink *uplink;
	struct config_reporter config;
	char token_file[128];
	struct delivery *delivery;
	struct timer *patience;
	int64_t interval_ms;			      /* what take_answer returns */
	void (*on_answer)(struct delivery *delivery); /* called once by take_answer; NULL: nothing */
	char story[32]; /* n, l: a report or the last one was written; a: its answer taken; !: told of it */

	const char *wanted; /* the story that ends run_until */
	int64_t at_ms[32];  /* when each of it was noted */

	struct far_end coordinator;
	int status; /* of its answers; 0: it waits until it is told */
};

static void note(struct rig *rig, char what)
{
	size_t len = strlen(rig->story);

	assert_true(len + 1 < sizeof(rig->story));
	rig->story[len] = what;
	rig->at_ms[len] = clock_monotonic_ms();
	if (rig->wanted && strcmp(rig->story, rig->wanted) == 0)
		loop_stop(rig->loop);
}

/* --- the coordinator ---------------------------------------------------------------------------- */

static void on_request(void *user)
{
	struct rig *rig = user;

	if (rig->status)
		far_end_answer(&rig->coordinator, rig->status, "{}");
	else
		loop_stop(rig->loop);
}

/* --- the owner ---------------------------------------------------------------------------------- */

static void on_write(void *user, bool last, struct buf *body)
{
	note(user, last ? 'l' : 'n');
	buf_text(body, "{report}");
}

static int64_t on_take_answer(void *user, const struct uplink_answer *answer)
{
	struct rig *rig = user;
	void (*once)(struct delivery *) = rig->on_answer;

	(void)answer;
	note(rig, 'a');
	rig->on_answer = NULL;
	if (once)
		once(rig->delivery);
	return rig->interval_ms;
}

static void on_answered(void *user, const struct uplink_answer *answer)
{
	(void)answer;
	note(user, '!');
}

static void on_patience_over(void *user)
{
	struct rig *rig = user;

	loop_stop(rig->loop);
}

static void run_for(struct rig *rig, int64_t ms)
{
	timer_start(rig->patience, ms);
	loop_run(rig->loop);
	timer_stop(rig->patience);
}

/* Until the story is this one. What follows it in the same turn of the loop is a failure. */
static void run_until(struct rig *rig, const char *story)
{
	rig->wanted = story;
	run_for(rig, PATIENCE_MS);
	rig->wanted = NULL;
	assert_string_equal(rig->story, story);
}

/* Until the coordinator has the report, and holds it. */
static void run_until_held(struct rig *rig)
{
	rig->status = 0;
	run_for(rig, PATIENCE_MS);
	assert_true(rig->coordinator.client >= 0);
}

static void release(struct rig *rig)
{
	rig->status = 200;
	far_end_answer(&rig->coordinator, 200, "{}");
}

static int set_up(void **state)
{
	struct rig *rig = mem_alloc(1, sizeof(*rig));
	const struct delivery_events events = {
		.user = rig, .write = on_write, .take_answer = on_take_answer, .answered = on_answered};
	struct reason why;

	*rig = (struct rig){.status = 200, .interval_ms = DELIVERY_NO_INTERVAL};
	folder_make(&rig->folder);
	rig->loop = loop_new();
	far_end_open(&rig->coordinator, rig->loop, on_request, rig);
	snprintf(rig->token_file, sizeof(rig->token_file), "%s",
		 folder_write(&rig->folder, "token", "a.b.c"));
	rig->config =
		(struct config_reporter){.coordinator = rig->coordinator.url, .token_file = rig->token_file};
	assert_int_equal(uplink_new(rig->loop, &rig->config, &rig->uplink, &why), ERR_NONE);
	rig->delivery = delivery_new(rig->loop, rig->uplink, &events);
	rig->patience = loop_timer(rig->loop, on_patience_over, rig);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	delivery_free(rig->delivery);
	uplink_free(rig->uplink);
	timer_free(rig->patience);
	far_end_close(&rig->coordinator);
	loop_free(rig->loop);
	folder_remove(&rig->folder);
	free(rig);
	return 0;
}

/* --- tests -------------------------------------------------------------------------------------- */

static void however_often_it_is_asked_meanwhile_one_report_follows_the_one_on_its_way(void **state)
{
	struct rig *rig = *state;

	assert_false(delivery_is_pending(rig->delivery));
	delivery_request(rig->delivery, DELIVERY_NOW);
	assert_true(delivery_is_pending(rig->delivery));
	run_until_held(rig);
	delivery_request(rig->delivery, DELIVERY_NOW);
	delivery_request(rig->delivery, DELIVERY_SOON);
	delivery_request(rig->delivery, DELIVERY_NOW);
	release(rig);
	run_until(rig, "na!na!");
	assert_false(delivery_is_pending(rig->delivery));
}

static void ask(struct delivery *delivery)
{
	delivery_request(delivery, DELIVERY_NOW);
}

static void a_command_that_comes_with_an_answer_may_ask_for_a_report(void **state)
{
	struct rig *rig = *state;

	rig->on_answer = ask;
	rig->interval_ms = LONG_MS;
	delivery_request(rig->delivery, DELIVERY_NOW);
	run_until(rig, "na!na!");
}

static void what_is_cancelled_is_not_sent(void **state)
{
	struct rig *rig = *state;

	delivery_request(rig->delivery, DELIVERY_NOW);
	delivery_cancel(rig->delivery);
	run_for(rig, 50);
	assert_string_equal(rig->story, "");
	delivery_request(rig->delivery, DELIVERY_NOW);
	run_until_held(rig);
	delivery_request(rig->delivery, DELIVERY_NOW);
	delivery_cancel(rig->delivery);
	release(rig);
	run_until(rig, "na!");
	assert_false(delivery_is_pending(rig->delivery));
}

static void the_goodbye_follows_the_report_on_its_way_and_is_the_last(void **state)
{
	struct rig *rig = *state;

	rig->interval_ms = 10;
	delivery_request(rig->delivery, DELIVERY_NOW);
	run_until_held(rig);
	delivery_request(rig->delivery, DELIVERY_NOW);
	delivery_send_last(rig->delivery);
	release(rig);
	run_until(rig, "nala!"); /* nobody is told of the one before */
	delivery_request(rig->delivery, DELIVERY_NOW);
	run_for(rig, 100);
	assert_string_equal(rig->story, "nala!");
	assert_false(delivery_is_pending(rig->delivery));
}

static void a_goodbye_that_nothing_precedes_is_sent_at_once(void **state)
{
	struct rig *rig = *state;

	delivery_request(rig->delivery, DELIVERY_NOW);
	delivery_send_last(rig->delivery);
	run_until(rig, "la!");
}

static void the_interval_runs_from_when_the_report_left(void **state)
{
	struct rig *rig = *state;

	rig->interval_ms = 1000;
	delivery_request(rig->delivery, DELIVERY_NOW);
	run_until_held(rig);
	run_for(rig, rig->interval_ms);
	release(rig);
	rig->status = 0;
	run_until(rig, "na!n"); /* the next one was due already, and did not wait from the answer on */
	assert_true(rig->at_ms[3] - rig->at_ms[1] < rig->interval_ms);
}

static void while_the_coordinator_is_away_changes_ask_for_nothing(void **state)
{
	struct rig *rig = *state;

	rig->status = 503;
	rig->interval_ms = LONG_MS;
	delivery_request(rig->delivery, DELIVERY_NOW);
	run_until(rig, "na!");
	delivery_request(rig->delivery, DELIVERY_SOON);
	run_for(rig, 50);
	assert_string_equal(rig->story, "na!");
	delivery_request(rig->delivery, DELIVERY_NOW); /* people may */
	run_until(rig, "na!na!");
	assert_true(delivery_is_pending(rig->delivery)); /* by back-off */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(however_often_it_is_asked_meanwhile_one_report_follows_the_one_on_its_way),
		TEST(a_command_that_comes_with_an_answer_may_ask_for_a_report),
		TEST(what_is_cancelled_is_not_sent),
		TEST(the_goodbye_follows_the_report_on_its_way_and_is_the_last),
		TEST(a_goodbye_that_nothing_precedes_is_sent_at_once),
		TEST(the_interval_runs_from_when_the_report_left),
		TEST(while_the_coordinator_is_away_changes_ask_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
