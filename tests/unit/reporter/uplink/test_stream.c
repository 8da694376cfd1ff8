/* The stream of commands: what comes by it, and when it is opened again. */
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

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

struct rig {
	struct folder folder;
	struct loop *loop;
	struct far_end relay;
	struct config_reporter config;
	char token_file[128];
	struct uplink *uplink;
	struct uplink_stream *stream;
	struct timer *patience;
	int wanted; /* connections after which the loop stops */
	char commands[256];
};

static void on_asked(void *user)
{
	struct rig *rig = user;

	if (rig->relay.connections >= rig->wanted)
		loop_stop(rig->loop);
	else
		far_end_answer(&rig->relay, 503, "{\"error\":\"no room\"}");
}

static void on_command(void *user, const char *json, size_t len)
{
	struct rig *rig = user;
	size_t used = strlen(rig->commands);

	assert_int_equal(strlen(json), len);
	(void)snprintf(rig->commands + used, sizeof(rig->commands) - used, "%s|", json);
	loop_stop(rig->loop);
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

/* Until the stream has asked so often; all requests but the last one are refused. */
static void run_until_asked(struct rig *rig, int connections)
{
	rig->wanted = connections;
	run_for(rig, 20000);
	assert_int_equal(rig->relay.connections, connections);
	assert_true(rig->relay.client >= 0);
}

static int set_up(void **state)
{
	struct rig *rig = mem_alloc(1, sizeof(*rig));
	struct reason why;

	folder_make(&rig->folder);
	rig->loop = loop_new();
	far_end_open(&rig->relay, rig->loop, on_asked, rig);
	(void)snprintf(rig->token_file, sizeof(rig->token_file), "%s",
		       folder_write(&rig->folder, "token", "a.b.c"));
	rig->config = (struct config_reporter){.coordinator = rig->relay.url, .token_file = rig->token_file};
	assert_int_equal(uplink_new(rig->loop, &rig->config, &rig->uplink, &why), ERR_NONE);
	rig->patience = loop_timer(rig->loop, on_patience_over, rig);
	rig->stream = uplink_stream_open(rig->uplink, on_command, rig);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	uplink_stream_free(rig->stream);
	uplink_free(rig->uplink);
	timer_free(rig->patience);
	far_end_close(&rig->relay);
	loop_free(rig->loop);
	folder_remove(&rig->folder);
	free(rig);
	return 0;
}

static void commands_come_by_it_and_other_events_are_ignored(void **state)
{
	struct rig *rig = *state;

	run_until_asked(rig, 1);
	assert_non_null(strstr(rig->relay.request, "GET /api/reporter/commands HTTP/1.1"));
	assert_non_null(strstr(rig->relay.request, "Accept: text/event-stream"));
	assert_non_null(strstr(rig->relay.request, "Authorization: Bearer a.b.c"));
	far_end_send(&rig->relay,
		     HEAD ": hello\n\nevent: weather\ndata: rain\n\nevent: command\ndata: {\"id\"");
	run_for(rig, 50);
	assert_string_equal(rig->commands, "");
	far_end_send(&rig->relay, ":1}\n\n");
	run_for(rig, 10000);
	assert_string_equal(rig->commands, "{\"id\":1}|");
}

static void what_a_lost_connection_began_is_forgotten(void **state)
{
	struct rig *rig = *state;

	run_until_asked(rig, 1);
	far_end_send(&rig->relay, HEAD "event: command\ndata: half");
	far_end_hang_up(&rig->relay);
	run_until_asked(rig, 2);
	far_end_send(&rig->relay, HEAD "event: command\ndata: whole\n\n");
	run_for(rig, 10000);
	assert_string_equal(rig->commands, "whole|");
}

static void a_stream_that_was_heard_is_opened_again_soon_and_one_that_was_not_ever_later(void **state)
{
	struct rig *rig = *state;
	int64_t hung_up_ms;

	run_until_asked(rig, 3); /* two refusals: the next delay would be a second at least */
	far_end_send(&rig->relay, HEAD);
	far_end_hang_up(&rig->relay); /* a head alone proves nothing */
	rig->wanted = 4;
	run_for(rig, 900);
	assert_int_equal(rig->relay.connections, 3);
	run_until_asked(rig, 4);
	far_end_send(&rig->relay, HEAD ": hello\n\n");
	run_for(rig, 50);
	far_end_hang_up(&rig->relay);
	hung_up_ms = clock_monotonic_ms();
	run_until_asked(rig, 5);
	assert_true(clock_monotonic_ms() - hung_up_ms <
		    2000); /* half a second; two to four without the reset */
}

static void what_is_freed_asks_no_more(void **state)
{
	struct rig *rig = *state;

	run_until_asked(rig, 1);
	uplink_stream_free(rig->stream);
	rig->stream = NULL;
	run_for(rig, 700);
	assert_int_equal(rig->relay.connections, 1);
	assert_int_equal(rig->relay.client, -1); /* it was hung up */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(commands_come_by_it_and_other_events_are_ignored),
		TEST(what_a_lost_connection_began_is_forgotten),
		TEST(a_stream_that_was_heard_is_opened_again_soon_and_one_that_was_not_ever_later),
		TEST(what_is_freed_asks_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
