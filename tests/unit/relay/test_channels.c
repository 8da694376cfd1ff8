/* From channel payloads to frames: what is published comes out of the hub as the protocol says. */
#include "common/clock.h"
#include "common/keys.h"
#include "relay/channels.h"
#include "tests/unit/cm.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

/* A program's parts without its connections, and a client that takes everything. */
struct rig {
	struct hub *hub;
	struct follower follower;
	struct subscriber *subscriber;
	struct buf got; /* the frames, a line each */
};

static bool on_send(void *owner, struct frame *frame)
{
	struct rig *rig = owner;

	buf_append(&rig->got, frame_text(frame), frame->len);
	buf_char(&rig->got, '\n');
	return true;
}

static void on_nothing(void *owner)
{
	(void)owner;
}

static void on_drained(void *owner, size_t dropped)
{
	(void)owner;
	(void)dropped;
}

static const struct hub_outlet OUTLET = {
	.send = on_send, .wait = on_nothing, .overflow = on_nothing, .drained = on_drained};

static int set_up(void **state)
{
	static const struct token_secret SECRET = {.bytes = "0123456789abcdef0123456789abcdef", .len = 32};
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->hub = hub_new();
	rig->follower = (struct follower){.feed = node_feed_new(ev_default_loop(0), rig->hub),
					  .lines = log_feed_new(ev_default_loop(0), rig->hub),
					  .access = access_new(&SECRET)};
	node_feed_load_begin(rig->follower.feed);
	node_feed_load_end(rig->follower.feed);
	node_feed_load_settled(rig->follower.feed);
	access_complete(rig->follower.access);
	rig->subscriber = hub_join(rig->hub, &OUTLET, rig);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	hub_leave(rig->subscriber);
	node_feed_free(rig->follower.feed);
	log_feed_free(rig->follower.lines);
	access_free(rig->follower.access);
	hub_free(rig->hub);
	buf_free(&rig->got);
	free(rig);
	return 0;
}

static void publish(struct rig *rig, const char *channel, const char *payload)
{
	buf_clear(&rig->got);
	channels_message(&rig->follower, channel, payload, strlen(payload));
}

static void report(struct rig *rig, int cpu_percent)
{
	struct buf payload = {0};
	char fresh_until[CLOCK_ISO_SIZE];

	clock_format_iso(clock_now_ms() + 60000, fresh_until);
	buf_printf(&payload,
		   "w1\n{\"status\":\"online\",\"fresh_until\":\"%s\",\"services_total\":0,"
		   "\"services_running\":0,\"node_id\":\"w1\"}\n{\"timestamp\":\"%03d\",\"cpu_percent\":%d}\n"
		   "{\"timestamp\":\"%03d\",\"cpu_percent\":%d}",
		   fresh_until, cpu_percent, cpu_percent, cpu_percent, cpu_percent);
	publish(rig, CHANNEL_METRICS, payload.data);
	buf_free(&payload);
}

static void a_report_becomes_a_delta_and_a_node(void **state)
{
	struct rig *rig = *state;

	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	hub_subscribe(rig->subscriber, node_feed_topic_of_node("w1").name);
	report(rig, 1);
	assert_non_null(strstr(rig->got.data,
			       "{\"type\":\"delta\",\"seq\":1,\"data\":{\"workers\":{\"w1\":"
			       "{\"status\":\"online\",\"timestamp\":\"001\",\"cpu_percent\":1}},"
			       "\"removed\":[],\"stats\":{"));
	assert_non_null(strstr(rig->got.data, "{\"type\":\"node\",\"node_id\":\"w1\",\"node\":{"));
	assert_non_null(strstr(rig->got.data, "\"point\":{\"timestamp\":\"001\",\"cpu_percent\":1}}"));
}

static void a_repeat_while_loading_settles_adds_nothing(void **state)
{
	struct rig *rig = *state;
	struct frame *node;

	report(rig, 1);
	node_feed_load_begin(rig->follower.feed);
	node_feed_load_end(rig->follower.feed); /* w1 was not loaded: it is gone */
	report(rig, 2);
	report(rig, 3);
	report(rig, 2); /* older than what is known */
	report(rig, 3); /* the same */
	node = node_feed_node(rig->follower.feed, "w1");
	assert_non_null(strstr(frame_text(node), "\"history\":[{\"timestamp\":\"002\",\"cpu_percent\":2},"
						 "{\"timestamp\":\"003\",\"cpu_percent\":3}]"));
	frame_release(node);
}

static void an_older_time_is_believed_once_live(void **state)
{
	struct rig *rig = *state;
	struct frame *node;

	report(rig, 5);
	report(rig, 4); /* the coordinator's clock was set back */
	node = node_feed_node(rig->follower.feed, "w1");
	assert_non_null(strstr(frame_text(node), "{\"timestamp\":\"004\",\"cpu_percent\":4}]"));
	frame_release(node);
}

static void lines_of_one_message_are_told_together(void **state)
{
	struct rig *rig = *state;

	hub_subscribe(rig->subscriber, TOPIC_LOGS);
	publish(rig, CHANNEL_LOGS,
		"w1\n{\"message\":\"a\",\"seq\":1}\n{\"message\":\"b\",\"seq\":2}\n{\"message\":\"a\","
		"\"seq\":1}");
	assert_non_null(strstr(rig->got.data,
			       "{\"type\":\"new_logs\",\"node_id\":\"w1\",\"logs\":[{\"message\":"
			       "\"a\",\"seq\":1},{\"message\":\"b\",\"seq\":2}],\"timestamp\":\""));
	assert_int_equal(log_feed_told_seq(rig->follower.lines), 2);
}

static void what_ends_a_token_is_taken(void **state)
{
	struct rig *rig = *state;
	const struct access *access = rig->follower.access;
	struct token_claims viewer = {.subject = "alice",
				      .id = "t1",
				      .role = ROLE_VIEWER,
				      .generation = 3,
				      .expires_at = INT64_MAX};
	struct token_claims worker = {
		.subject = "w1", .id = "t2", .role = ROLE_WORKER, .expires_at = INT64_MAX};

	publish(rig, CHANNEL_REVOKED, "user alice 3");
	assert_null(access_ended(access, &viewer, 0));
	publish(rig, CHANNEL_REVOKED, "user alice 4");
	assert_string_equal(access_ended(access, &viewer, 0), "user_changed");
	publish(rig, CHANNEL_REVOKED, "user alice 0");
	assert_string_equal(access_ended(access, &viewer, 0), "user_changed");
	assert_string_equal(access_ended(access, &worker, 0), "token_revoked"); /* nobody made it */
	publish(rig, CHANNEL_REVOKED, "worker t2");
	assert_null(access_ended(access, &worker, 0));
	publish(rig, CHANNEL_REVOKED, "token t2");
	assert_string_equal(access_ended(access, &worker, 0), "token_revoked");
	worker.expires_at = 5;
	assert_string_equal(access_ended(access, &worker, 5000), "token_expired");
}

/* While Redis is away nothing is known that could end a session, but time. */
static void forgetting_ends_nobody(void **state)
{
	struct rig *rig = *state;
	struct token_claims viewer = {
		.subject = "bob", .id = "t1", .role = ROLE_VIEWER, .generation = 1, .expires_at = INT64_MAX};

	assert_string_equal(access_ended(rig->follower.access, &viewer, 0), "user_changed");
	access_forget(rig->follower.access);
	assert_null(access_ended(rig->follower.access, &viewer, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_report_becomes_a_delta_and_a_node, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_repeat_while_loading_settles_adds_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_older_time_is_believed_once_live, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_of_one_message_are_told_together, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_ends_a_token_is_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgetting_ends_nobody, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
