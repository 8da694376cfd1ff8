/* Beats: when they come, and that they do not when something else was said. */
#include "common/clock.h"
#include "common/mem.h"
#include "reporter/base/loop.h"
#include "reporter/uplink/uplink.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/far_end.h"
#include "tests/unit/reporter/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SILENCE_MS = 200,
	LONG_SILENCE_MS = 1000,
	TALK_MS = 20,
	PATIENCE_MS = 60000, /* for the broken case only: a loaded machine is slow */
};

struct rig {
	struct folder folder;
	struct loop *loop;
	struct far_end coordinator;
	struct config_reporter config;
	char token_file[128];
	struct uplink *uplink;
	struct timer *talk, *patience;
	int wanted;	       /* requests after which the loop stops; 0: it does not */
	int beats, others;     /* requests so far */
	int64_t talk_until_ms; /* other calls follow each other until then, and then the loop stops */
	int64_t said_ms;       /* when the last of them was made */
	int64_t asked_ms;      /* monotonic: when the last request came */
	bool is_mute;	       /* the coordinator does not answer */
};

static void on_asked(void *user)
{
	struct rig *rig = user;
	bool is_beat = strstr(rig->coordinator.request, "POST /api/reporter/beat HTTP/1.1") != NULL;

	*(is_beat ? &rig->beats : &rig->others) += 1;
	rig->asked_ms = clock_monotonic_ms();
	if (!rig->is_mute)
		far_end_answer(&rig->coordinator, 204, "");
	if (rig->wanted && rig->beats + rig->others >= rig->wanted)
		loop_stop(rig->loop);
}

static void on_said(void *user, const struct uplink_answer *answer)
{
	struct rig *rig = user;

	assert_int_equal(answer->outcome, UPLINK_TAKEN);
	if (clock_monotonic_ms() < rig->talk_until_ms)
		timer_start(rig->talk, TALK_MS);
	else
		loop_stop(rig->loop);
}

static void on_talk(void *user)
{
	struct rig *rig = user;
	struct buf body = {0};

	buf_text(&body, "{}");
	rig->said_ms = clock_monotonic_ms();
	uplink_post(rig->uplink, "/api/reporter/logs", &body, on_said, rig);
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

static int set_up(void **state)
{
	struct rig *rig = mem_alloc(1, sizeof(*rig));
	struct reason why;

	folder_make(&rig->folder);
	rig->loop = loop_new();
	far_end_open(&rig->coordinator, rig->loop, on_asked, rig);
	(void)snprintf(rig->token_file, sizeof(rig->token_file), "%s",
		       folder_write(&rig->folder, "token", "a.b.c"));
	rig->config =
		(struct config_reporter){.coordinator = rig->coordinator.url, .token_file = rig->token_file};
	assert_int_equal(uplink_new(rig->loop, &rig->config, &rig->uplink, &why), ERR_NONE);
	rig->talk = loop_timer(rig->loop, on_talk, rig);
	rig->patience = loop_timer(rig->loop, on_patience_over, rig);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	uplink_free(rig->uplink);
	timer_free(rig->talk);
	timer_free(rig->patience);
	far_end_close(&rig->coordinator);
	loop_free(rig->loop);
	folder_remove(&rig->folder);
	free(rig);
	return 0;
}

static void silence_is_broken_again_and_again(void **state)
{
	struct rig *rig = *state;
	int64_t began_ms = clock_monotonic_ms();

	uplink_begin_beats(rig->uplink, SILENCE_MS);
	rig->wanted = 3;
	run_for(rig, PATIENCE_MS);
	assert_int_equal(rig->beats, 3);
	assert_true(rig->asked_ms - began_ms >= (int64_t)3 * SILENCE_MS);
	assert_non_null(strstr(rig->coordinator.request, "Authorization: Bearer a.b.c"));
	assert_non_null(strstr(rig->coordinator.request, "Content-Length: 0"));
}

static void what_else_is_said_stands_for_a_beat(void **state)
{
	struct rig *rig = *state;

	uplink_begin_beats(rig->uplink, LONG_SILENCE_MS);
	rig->talk_until_ms = clock_monotonic_ms() + LONG_SILENCE_MS * 3 / 2;
	timer_start(rig->talk, 0);
	run_for(rig, PATIENCE_MS);
	assert_true(rig->others > 1);
	assert_int_equal(rig->beats, 0);
	rig->wanted = rig->others + 1;
	run_for(rig, PATIENCE_MS);
	assert_int_equal(rig->beats, 1);
	assert_true(rig->asked_ms - rig->said_ms >= LONG_SILENCE_MS);
}

static void one_beat_is_on_its_way_at_a_time(void **state)
{
	struct rig *rig = *state;

	rig->is_mute = true;
	uplink_begin_beats(rig->uplink, SILENCE_MS / 4);
	rig->wanted = 1;
	run_for(rig, PATIENCE_MS);
	rig->wanted = 2;
	run_for(rig, (int64_t)3 * SILENCE_MS);
	assert_int_equal(rig->beats, 1); /* a second connection would fail the test */
}

static void none_comes_when_they_are_ended(void **state)
{
	struct rig *rig = *state;

	uplink_begin_beats(rig->uplink, SILENCE_MS / 4);
	uplink_end_beats(rig->uplink);
	uplink_end_beats(rig->uplink);
	timer_start(rig->talk, 0);
	run_for(rig, PATIENCE_MS);
	assert_int_equal(rig->others, 1);
	run_for(rig, SILENCE_MS);
	assert_int_equal(rig->beats, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(silence_is_broken_again_and_again),
		TEST(what_else_is_said_stands_for_a_beat),
		TEST(one_beat_is_on_its_way_at_a_time),
		TEST(none_comes_when_they_are_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
