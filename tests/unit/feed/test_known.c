/* Learning what is, at the start and after Redis was away: told once, in order, with what is missing. */
#include "common/keys.h"
#include "feed/channels.h"
#include "tests/unit/cm.h"
#include "tests/unit/feed/heard.h"

#include <stdlib.h>
#include <string.h>

struct rig {
	struct known known;
	struct buf heard;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

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

/* What has been heard since this was asked last. */
static void check_heard(struct rig *rig, const char *expected)
{
	assert_string_equal(buf_string(&rig->heard), expected);
	buf_clear(&rig->heard);
}

static void publish_report(struct rig *rig, const char *node, int number)
{
	struct buf payload = {0};

	heard_write_report(&payload, node, number);
	channels_message(&rig->known, CHANNEL_METRICS, payload.data, payload.len);
	buf_free(&payload);
}

static void publish_line(struct rig *rig, const char *node, int seq)
{
	struct buf payload = {0};

	buf_printf(&payload, "%s\n", node);
	heard_write_entry(&payload, node, seq);
	channels_message(&rig->known, CHANNEL_LOGS, payload.data, payload.len);
	buf_free(&payload);
}

/* What Redis holds of a node: the state and the summary of a report, and its point. */
static void load_node(struct rig *rig, const char *node, int number)
{
	struct span lines[4];
	struct buf payload = {0};
	char *at;

	heard_write_report(&payload, node, number);
	at = payload.data + strlen(node) + 1;
	for (int i = 1; i < 4; i++) {
		lines[i] = (struct span){at, strcspn(at, "\n")};
		at += lines[i].len + 1;
	}
	known_load_node(&rig->known, node, &(struct node_report){.state = lines[1], .summary = lines[3]},
			&(struct node_presence){0});
	known_load_points(&rig->known, node, &lines[2], 1);
	buf_free(&payload);
}

/* The log holds the entries from `first` to `last`, older ones are gone. */
static void load_log(struct rig *rig, int first, int last)
{
	struct log_ring loaded = {0};
	struct buf entry = {0};

	for (int seq = first; seq <= last; seq++) {
		buf_clear(&entry);
		heard_write_entry(&entry, "w1", seq);
		log_ring_insert(&loaded, "w1", entry.data, entry.len);
	}
	loaded.complete_from = first;
	log_tail_load(&rig->known.log, &loaded, last);
	assert_int_equal(loaded.count, 0);
	buf_free(&entry);
}

static void what_is_is_told_in_one_go(void **state)
{
	struct rig *rig = *state;

	known_load_begin(&rig->known);
	check_heard(rig, "learning;");
	load_node(rig, "w1", 1);
	load_node(rig, "w2", 1);
	load_log(rig, 7, 9);
	check_heard(rig, "");
	known_load_end(&rig->known);
	known_follow(&rig->known);
	check_heard(rig, "catching up;loaded w2;loaded w1;lines 7 8 9;following;");
}

static void what_was_missed_is_told_and_what_is_gone(void **state)
{
	struct rig *rig = *state;

	what_is_is_told_in_one_go(state);
	known_lost(&rig->known);
	known_load_begin(&rig->known);
	load_node(rig, "w2", 2);
	load_node(rig, "w3", 1);
	load_log(rig, 8, 11);
	known_load_end(&rig->known);
	known_follow(&rig->known);
	check_heard(rig, "away;learning;catching up;loaded w3;loaded w2;removed w1;lines 10 11;following;");
}

static void a_gap_is_told_and_a_restart(void **state)
{
	struct rig *rig = *state;

	what_is_is_told_in_one_go(state);
	known_load_begin(&rig->known);
	load_log(rig, 21, 22);
	known_load_end(&rig->known);
	known_follow(&rig->known);
	check_heard(rig, "learning;catching up;removed w2;removed w1;gap 9 21;lines 21 22;following;");
	known_load_begin(&rig->known);
	load_log(rig, 1, 3);
	known_load_end(&rig->known);
	known_follow(&rig->known);
	check_heard(rig, "learning;catching up;restarted 1;lines 1 2 3;following;");
}

static void a_repeat_while_catching_up_adds_nothing(void **state)
{
	struct rig *rig = *state;
	const struct known_node *node;

	known_load_begin(&rig->known);
	load_node(rig, "w1", 3);
	known_load_end(&rig->known);
	publish_report(rig, "w1", 2); /* older than what is known */
	publish_report(rig, "w1", 3); /* the same */
	publish_report(rig, "w1", 4);
	known_follow(&rig->known);
	check_heard(rig, "learning;catching up;loaded w1;reported w1 point;following;");
	node = node_table_get(&rig->known.nodes, "w1");
	assert_string_equal(
		node->points.data,
		"{\"timestamp\":\"003\",\"cpu_percent\":3},{\"timestamp\":\"004\",\"cpu_percent\":4}");
}

static void an_older_time_is_believed_when_following(void **state)
{
	struct rig *rig = *state;

	what_is_is_told_in_one_go(state);
	publish_report(rig, "w1", 5);
	publish_report(rig, "w1", 4); /* the coordinator's clock was set back */
	check_heard(rig, "reported w1 point;reported w1 point;");
	assert_non_null(
		strstr(node_table_get(&rig->known.nodes, "w1")->points.data, "\"timestamp\":\"004\""));
}

/* Each node's log is read at another moment: 11 was published before 12 was read. */
static void lines_published_meanwhile_are_told_in_order(void **state)
{
	struct rig *rig = *state;
	struct log_ring loaded = {0};
	struct buf entry = {0};

	what_is_is_told_in_one_go(state);
	known_load_begin(&rig->known);
	heard_write_entry(&entry, "w1", 12);
	log_ring_insert(&loaded, "w1", entry.data, entry.len);
	log_tail_load(&rig->known.log, &loaded, 10);
	known_load_end(&rig->known);
	publish_line(rig, "w2", 11);
	publish_line(rig, "w1", 12);
	known_follow(&rig->known);
	check_heard(rig, "learning;catching up;removed w2;removed w1;lines 11 12;following;");
	publish_line(rig, "w1", 13);
	check_heard(rig, "lines 13;");
	buf_free(&entry);
}

static void what_a_cleared_log_held_is_not_told_any_more(void **state)
{
	struct rig *rig = *state;

	known_load_begin(&rig->known);
	load_log(rig, 1, 3);
	known_load_end(&rig->known);
	channels_message(&rig->known, CHANNEL_LOGS, "w1", 2);
	publish_line(rig, "w1", 4);
	known_follow(&rig->known);
	check_heard(rig, "learning;catching up;log cleared w1;lines 4;following;");
}

static void a_status_changes_with_the_clock(void **state)
{
	static const char STATE[] = "{\"status\":\"online\",\"fresh_until\":\"2025-11-17T10:30:55.123Z\","
				    "\"services_total\":0,\"services_running\":0,\"node_id\":\"w1\"}";
	struct rig *rig = *state;
	struct known_node *node;

	what_is_is_told_in_one_go(state);
	known_report(&rig->known, "w1",
		     &(struct node_report){.state = {STATE, sizeof(STATE) - 1}, .summary = {"{}", 2}});
	check_heard(rig, "reported w1;");
	node = node_table_get(&rig->known.nodes, "w1");
	assert_int_equal(node->status, NODE_STALE);
	node->status = NODE_ONLINE;
	known_look_at_clock(&rig->known);
	known_look_at_clock(&rig->known);
	check_heard(rig, "status w1 stale;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_is_told_in_one_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_missed_is_told_and_what_is_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_gap_is_told_and_a_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_repeat_while_catching_up_adds_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_older_time_is_believed_when_following, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_published_meanwhile_are_told_in_order, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_a_cleared_log_held_is_not_told_any_more, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_status_changes_with_the_clock, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
