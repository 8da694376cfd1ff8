/* From channel payloads to events: what is published is told to whoever listens, in the same order. */
#include "common/clock.h"
#include "common/keys.h"
#include "feed/channels.h"
#include "tests/unit/cm.h"
#include "tests/unit/feed/heard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rig {
	struct known known;
	struct buf heard;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	known_load_begin(&rig->known);
	known_load_end(&rig->known);
	known_follow(&rig->known);
	known_listen(&rig->known, &HEARD_EVENTS, &rig->heard);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	known_free(&rig->known);
	buf_free(&rig->heard);
	free(rig);
	return 0;
}

/* What is heard when this is published. */
static const char *publish(struct rig *rig, const char *channel, const char *payload)
{
	buf_clear(&rig->heard);
	channels_message(&rig->known, channel, payload, strlen(payload));
	return buf_string(&rig->heard);
}

static const char *report(struct rig *rig, const char *node, int number)
{
	struct buf payload = {0};
	const char *heard;

	heard_write_report(&payload, node, number);
	heard = publish(rig, CHANNEL_METRICS, payload.data);
	buf_free(&payload);
	return heard;
}

static void a_report_is_told_with_its_point(void **state)
{
	struct rig *rig = *state;
	const struct known_node *node;

	assert_string_equal(report(rig, "w1", 1), "reported w1 point;");
	assert_string_equal(report(rig, "w1", 2), "reported w1 point;");
	node = node_table_get(&rig->known.nodes, "w1");
	assert_string_equal(
		node->points.data,
		"{\"timestamp\":\"001\",\"cpu_percent\":1},{\"timestamp\":\"002\",\"cpu_percent\":2}");
	assert_int_equal(rig->known.totals.total_updates, 2);
	assert_int_equal(node->status, NODE_ONLINE);
}

static void an_empty_line_is_no_point(void **state)
{
	struct rig *rig = *state;
	struct buf payload = {0};
	char *point, *end;

	heard_write_report(&payload, "w1", 1);
	point = strchr(strchr(payload.data, '\n') + 1, '\n') + 1;
	end = strchr(point, '\n');
	memmove(point, end, strlen(end) + 1);
	assert_string_equal(publish(rig, CHANNEL_METRICS, payload.data), "reported w1;");
	buf_free(&payload);
}

static void lines_of_one_message_are_told_together_and_once(void **state)
{
	struct rig *rig = *state;

	assert_string_equal(publish(rig, CHANNEL_LOGS,
				    "w1\n{\"message\":\"a\",\"seq\":1}\n{\"message\":\"b\",\"seq\":2}\n"
				    "{\"message\":\"a\",\"seq\":1}"),
			    "lines 1 2;");
	assert_string_equal(publish(rig, CHANNEL_LOGS, "w1\n{\"message\":\"b\",\"seq\":2}"), "");
	assert_string_equal(publish(rig, CHANNEL_LOGS, "w2\n{\"message\":\"c\",\"seq\":3}"), "lines 3;");
	assert_int_equal(rig->known.log.last_seq, 3);
}

static void what_is_cleared_or_removed_is_told(void **state)
{
	struct rig *rig = *state;
	size_t count;

	report(rig, "w1", 1);
	report(rig, "w2", 1);
	publish(rig, CHANNEL_LOGS, "w1\n{\"seq\":1}\n{\"seq\":2}");
	assert_string_equal(publish(rig, CHANNEL_LOGS, "w1"), "log cleared w1;");
	log_ring_after(&rig->known.log.ring, 0, &count);
	assert_int_equal(count, 0);
	assert_string_equal(publish(rig, CHANNEL_LOGS, "*"), "log cleared *;");
	assert_string_equal(publish(rig, CHANNEL_REMOVED, "history w2"), "history cleared w2;");
	assert_string_equal(publish(rig, CHANNEL_REMOVED, "history *"),
			    "history cleared w1;history cleared w2;");
	assert_string_equal(publish(rig, CHANNEL_REMOVED, "w1"), "removed w1;");
	assert_string_equal(publish(rig, CHANNEL_REMOVED, "w1"), "");
	assert_null(node_table_get(&rig->known.nodes, "w1"));
}

static void a_beat_and_the_state_of_a_stream_are_told(void **state)
{
	struct rig *rig = *state;
	char lost[64], heard[64];
	int64_t now_ms = clock_now_ms();

	(void)snprintf(heard, sizeof(heard), "w1 %" PRId64, now_ms - 1000);
	(void)snprintf(lost, sizeof(lost), "w1 lost %" PRId64, now_ms);
	assert_string_equal(publish(rig, CHANNEL_HEARD, heard), ""); /* nobody knows it */
	assert_string_equal(publish(rig, CHANNEL_STREAMS, lost), "");
	report(rig, "w1", 1);
	assert_string_equal(publish(rig, CHANNEL_HEARD, heard), "heard w1;");
	assert_int_equal(node_table_get(&rig->known.nodes, "w1")->presence.heard_ms, now_ms - 1000);
	assert_string_equal(publish(rig, CHANNEL_STREAMS, lost), "status w1 stale;");
	assert_string_equal(publish(rig, CHANNEL_STREAMS, lost), "");
	assert_string_equal(publish(rig, CHANNEL_STREAMS, "w1 back"), "status w1 online;");
	publish(rig, CHANNEL_STREAMS, lost);
	(void)snprintf(heard, sizeof(heard), "w1 %" PRId64, now_ms + 1);
	assert_string_equal(publish(rig, CHANNEL_HEARD, heard), "status w1 online;");
}

static void messages_of_another_shape_change_nothing(void **state)
{
	static const char *const CHANNELS[] = {CHANNEL_METRICS, CHANNEL_LOGS, CHANNEL_REMOVED, CHANNEL_HEARD,
					       CHANNEL_STREAMS};
	static const char *const BAD[] = {
		"",	   "../x",	  "../x\n{}\n{}\n{}", "w1\nnonsense\n\nnonsense", "history ../x",
		"../x 12", "../x lost 12"};
	static const char *const BAD_TIMES[] = {
		"w1",	    "w1 ",	 "w1 x",   "w1 -1",	 "w1 lost",
		"w1 lost ", "w1 lost x", "w1 1e3", "w1 gone 12", "w1 99999999999999999999999999"};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(CHANNELS) / sizeof(*CHANNELS); i++)
		for (size_t j = 0; j < sizeof(BAD) / sizeof(*BAD); j++)
			assert_string_equal(publish(rig, CHANNELS[i], BAD[j]), "");
	assert_string_equal(publish(rig, CHANNEL_METRICS, "w1\n{}\n{}"), "");
	assert_string_equal(publish(rig, "another", "w1"), "");
	for (size_t i = 0; i < sizeof(BAD_TIMES) / sizeof(*BAD_TIMES); i++) {
		assert_string_equal(publish(rig, CHANNEL_HEARD, BAD_TIMES[i]), "");
		assert_string_equal(publish(rig, CHANNEL_STREAMS, BAD_TIMES[i]), "");
	}
	assert_int_equal(rig->known.nodes.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_report_is_told_with_its_point, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_empty_line_is_no_point, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_of_one_message_are_told_together_and_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_cleared_or_removed_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_beat_and_the_state_of_a_stream_are_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(messages_of_another_shape_change_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
