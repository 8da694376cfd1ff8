/* From what the feed tells to frames: what happens comes out of the hub as the protocol says. */
#include "common/clock.h"
#include "common/keys.h"
#include "feed/channels.h"
#include "relay/log_feed.h"
#include "relay/log_watch.h"
#include "relay/node_feed.h"
#include "tests/unit/cm.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is known, which this test tells; and a client that takes everything. */
struct rig {
	struct known known;
	struct hub *hub;
	struct node_feed *nodes;
	struct log_feed *lines;
	struct log_watches *watches;
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
	struct ev_loop *loop = ev_default_loop(0);
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->hub = hub_new();
	rig->nodes = node_feed_new(loop, rig->hub, &rig->known);
	rig->lines = log_feed_new(loop, &rig->known);
	rig->watches = log_watches_new(rig->hub, &rig->known, rig->lines);
	known_load_begin(&rig->known);
	known_load_end(&rig->known);
	known_follow(&rig->known);
	rig->subscriber = hub_join(rig->hub, &OUTLET, rig);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	hub_leave(rig->subscriber);
	log_watches_free(rig->watches);
	log_feed_free(rig->lines);
	node_feed_free(rig->nodes);
	hub_free(rig->hub);
	known_free(&rig->known);
	buf_free(&rig->got);
	free(rig);
	return 0;
}

static void publish(struct rig *rig, const char *channel, const char *payload)
{
	buf_clear(&rig->got);
	channels_message(&rig->known, channel, payload, strlen(payload));
}

/* A report of w1 that came so long ago. */
static void report_from(struct rig *rig, int cpu_percent, int64_t ago_ms)
{
	struct buf payload = {0};
	char fresh_until[CLOCK_ISO_SIZE], timestamp[CLOCK_ISO_SIZE];
	int64_t now_ms = clock_now_ms();

	clock_format_iso(now_ms - ago_ms + 60000, fresh_until);
	clock_format_iso(now_ms - ago_ms, timestamp);
	buf_printf(&payload,
		   "w1\n{\"status\":\"online\",\"fresh_until\":\"%s\",\"services_total\":0,"
		   "\"services_running\":0,\"node_id\":\"w1\",\"timestamp\":\"%s\"}\n{\"timestamp\":\"%03d\","
		   "\"cpu_percent\":%d}\n"
		   "{\"timestamp\":\"%03d\",\"cpu_percent\":%d}",
		   fresh_until, timestamp, cpu_percent, cpu_percent, cpu_percent, cpu_percent);
	publish(rig, CHANNEL_METRICS, payload.data);
	buf_free(&payload);
}

static void report(struct rig *rig, int cpu_percent)
{
	report_from(rig, cpu_percent, 0);
}

/* Whether a frame holds the pieces in this order, whatever stands between them. */
static bool holds(const char *frame, const char *const *pieces)
{
	for (; *pieces; pieces++) {
		frame = strstr(frame, *pieces);
		if (!frame)
			return false;
		frame += strlen(*pieces);
	}
	return true;
}
#define PIECES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_report_becomes_a_delta_and_a_node(void **state)
{
	struct rig *rig = *state;

	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	hub_subscribe(rig->subscriber, node_feed_topic("w1").name);
	report(rig, 1);
	assert_true(holds(rig->got.data,
			  PIECES("{\"type\":\"delta\",\"seq\":1,\"data\":{\"workers\":{\"w1\":"
				 "{\"status\":\"online\",\"last_heard\":\"",
				 "\",\"stream_lost\":null,\"timestamp\":\"001\",\"cpu_percent\":1}},"
				 "\"removed\":[],\"stats\":{")));
	assert_non_null(strstr(rig->got.data, "{\"type\":\"node\",\"node_id\":\"w1\",\"node\":{"));
	assert_non_null(strstr(rig->got.data, "\"point\":{\"timestamp\":\"001\",\"cpu_percent\":1}}"));
}

/* With nobody to tell, the changes of three reports wait for whoever wants a snapshot. */
static void a_snapshot_tells_what_has_gathered(void **state)
{
	struct rig *rig = *state;
	struct frame *snapshot;

	report(rig, 1);
	report(rig, 2);
	snapshot = node_feed_snapshot(rig->nodes);
	assert_true(holds(
		frame_text(snapshot),
		PIECES("{\"type\":\"snapshot\",\"seq\":1,\"data\":{\"coordinator\":null,\"workers\":{\"w1\":"
		       "{\"status\":\"online\",\"last_heard\":\"",
		       "\",\"stream_lost\":null,\"timestamp\":\"002\",\"cpu_percent\":2}},\"missing\":{},"
		       "\"stats\":{")));
	frame_release(snapshot);
	publish(rig, CHANNEL_REMOVED, "w1");
	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	report(rig, 3);
	assert_string_equal(buf_string(&rig->got), ""); /* the batch of the removal is open */
	snapshot = node_feed_snapshot(rig->nodes);
	assert_non_null(strstr(frame_text(snapshot), "\"seq\":1,"));
	frame_release(snapshot);
}

static void a_removed_node_is_told_to_those_who_know_it(void **state)
{
	struct rig *rig = *state;

	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	report(rig, 1);
	hub_unsubscribe(rig->subscriber, TOPIC_DELTA);
	publish(rig, CHANNEL_REMOVED, "w1");
	report(rig, 2);
	publish(rig, CHANNEL_REMOVED, "w1"); /* of the second one nobody has heard */
	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	known_load_begin(&rig->known);
	frame_release(node_feed_snapshot(rig->nodes));
	assert_non_null(strstr(rig->got.data, "\"workers\":{},\"removed\":[\"w1\"],"));
}

/* Waits until no batch is open: the next change goes out at once. */
static void end_batch(void)
{
	ev_run(ev_default_loop(0), 0);
}

static void heard(struct rig *rig, int64_t ago_ms)
{
	char payload[64];

	(void)snprintf(payload, sizeof(payload), "w1 %lld", (long long)(clock_now_ms() - ago_ms));
	publish(rig, CHANNEL_HEARD, payload);
}

static void a_beat_is_told_but_not_each_one(void **state)
{
	struct rig *rig = *state;

	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	report_from(rig, 1, 40000);
	heard(rig, 31000);
	assert_string_equal(buf_string(&rig->got), "");
	heard(rig, 20000);
	assert_true(holds(rig->got.data, PIECES("\"seq\":2,\"data\":{\"workers\":{\"w1\":{\"last_heard\":\"",
						"\"}},\"removed\":[],\"stats\"")));
	heard(rig, 11000);
	assert_string_equal(buf_string(&rig->got), "");
}

static void a_lost_stream_is_told_at_once(void **state)
{
	struct rig *rig = *state;
	char payload[64];

	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	report_from(rig, 1, 5000);
	end_batch();
	(void)snprintf(payload, sizeof(payload), "w1 lost %lld", (long long)clock_now_ms() - 2000);
	publish(rig, CHANNEL_STREAMS, payload);
	assert_true(
		holds(rig->got.data, PIECES("\"w1\":{\"status\":\"stale\",\"stream_lost\":\"20", "\"}}")));
	assert_non_null(strstr(rig->got.data, "\"active_workers\":0,"));
	end_batch();
	publish(rig, CHANNEL_STREAMS, "w1 back");
	assert_non_null(strstr(rig->got.data, "\"w1\":{\"status\":\"online\",\"stream_lost\":null}}"));
}

static void a_worker_that_becomes_missing_is_shown_as_such(void **state)
{
	struct rig *rig = *state;
	struct frame *snapshot;

	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	report_from(rig, 1, 601000);
	assert_true(holds(rig->got.data,
			  PIECES("\"workers\":{},\"removed\":[],\"missing\":{\"w1\":{\"node_id\":\"w1\","
				 "\"last_seen\":\"",
				 "\",\"said_goodbye\":false,\"summary\":{\"status\":\"stale\",",
				 "\"cpu_percent\":1}}},\"stats\":{")));
	hub_unsubscribe(rig->subscriber, TOPIC_DELTA);
	heard(rig, 0);
	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	report_from(rig, 2, 602000);
	hub_unsubscribe(rig->subscriber, TOPIC_DELTA);
	snapshot = node_feed_snapshot(rig->nodes); /* tells what has gathered */
	assert_true(holds(frame_text(snapshot),
			  PIECES("\"workers\":{},\"missing\":{\"w1\":{\"node_id\":\"w1\",")));
	frame_release(snapshot);
	hub_subscribe(rig->subscriber, TOPIC_DELTA);
	end_batch();
	heard(rig, 0);
	assert_true(holds(rig->got.data,
			  PIECES("\"workers\":{\"w1\":{\"status\":\"online\",",
				 "\"cpu_percent\":2}},\"removed\":[],\"missing\":{\"w1\":null},")));
	end_batch();
	report_from(rig, 3, 603000);
	assert_true(
		holds(rig->got.data, PIECES("\"workers\":{},\"removed\":[\"w1\"],\"missing\":{\"w1\":{")));
	end_batch();
	publish(rig, CHANNEL_REMOVED, "w1");
	assert_non_null(strstr(rig->got.data, "\"workers\":{},\"removed\":[],\"missing\":{\"w1\":null},"));
}

static void lines_that_pass_are_told_together(void **state)
{
	struct rig *rig = *state;
	const struct entry_filter filter = {.node = "w1"};
	struct log_watch *watch = log_watch_take(rig->watches, &filter);

	log_watch_follow(watch, rig->subscriber);
	publish(rig, CHANNEL_LOGS,
		"w1\n{\"message\":\"a\",\"seq\":1}\n{\"message\":\"b\",\"seq\":2}\n{\"message\":\"a\","
		"\"seq\":1}");
	assert_non_null(strstr(rig->got.data,
			       "{\"type\":\"new_logs\",\"node_id\":\"w1\",\"logs\":[{\"message\":"
			       "\"a\",\"seq\":1},{\"message\":\"b\",\"seq\":2}],\"timestamp\":\""));
	assert_int_equal(rig->lines->told_seq, 2);
	publish(rig, CHANNEL_LOGS, "w2\n{\"message\":\"c\",\"seq\":3}");
	publish(rig, CHANNEL_LOGS, "*"); /* ends the batch */
	assert_string_equal(buf_string(&rig->got), "");
	assert_int_equal(rig->lines->told_seq, 3);
	log_watch_end(watch, rig->subscriber);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_report_becomes_a_delta_and_a_node, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_snapshot_tells_what_has_gathered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_removed_node_is_told_to_those_who_know_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_beat_is_told_but_not_each_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_lost_stream_is_told_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_worker_that_becomes_missing_is_shown_as_such, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(lines_that_pass_are_told_together, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
