/* What is spliced from stored states: status as time goes by, sums, commands that expire. */
#include "common/clock.h"
#include "common/cluster.h"
#include "common/command.h"
#include "common/json.h"
#include "common/node.h"
#include "tests/unit/cm.h"

#include <string.h>

#define REPORTED    1763375400000
#define FRESH_UNTIL (REPORTED + 55000) /* an interval of 30 s */
#define MINUTE_MS   60000
#define SILENCE_MS  (10 * MINUTE_MS)
#define SUMMARY	    "{\"timestamp\":\"2025-11-17T10:30:00.000Z\",\"fresh_until\":\"x\",\"cpu_percent\":5}"

static void write_state(struct buf *out, const char *node, bool offline, int services, int running)
{
	struct json_out json = {.buf = out};
	struct node_head head = {offline, node_overdue_at(REPORTED, 30), services, running, REPORTED};

	node_open(&json, node, &head);
	json_close(&json, '}');
}

/* A node of the list, whose state is written into the buffer, with a presence. */
static struct cluster_node make_node(struct buf *state, const char *id, bool offline, int services,
				     int running)
{
	struct cluster_node node = {.id = id, .presence = {.heard_ms = REPORTED}};

	buf_clear(state);
	write_state(state, id, offline, services, running);
	node.state = (struct span){state->data, state->len};
	node.summary = (struct span){SUMMARY, strlen(SUMMARY)};
	assert_int_equal(node_head_read(state->data, state->len, &node.head), ERR_NONE);
	return node;
}

static void status_follows_the_clock(void **state)
{
	const struct node_presence presence = {.heard_ms = REPORTED};
	struct node_head head;
	struct buf text = {0}, out = {0};

	(void)state;
	write_state(&text, "n1", false, 2, 1);
	assert_int_equal(node_head_read(text.data, text.len, &head), ERR_NONE);
	assert_true(head.fresh_until_ms == FRESH_UNTIL);
	assert_true(head.reported_at_ms == REPORTED);
	assert_int_equal(head.services_total, 2);
	assert_int_equal(head.services_running, 1);
	assert_int_equal(node_status_at(&head, &presence, FRESH_UNTIL), NODE_ONLINE);
	assert_int_equal(node_status_at(&head, &presence, FRESH_UNTIL + 1), NODE_STALE);
	node_write(&out, (struct span){text.data, text.len}, &presence, "\"more\":1", FRESH_UNTIL + 1);
	assert_string_equal(buf_string(&out),
			    "{\"status\":\"stale\",\"last_heard\":\"2025-11-17T10:30:00.000Z\","
			    "\"fresh_until\":\"2025-11-17T10:30:55.000Z\","
			    "\"services_total\":2,\"services_running\":1,\"node_id\":\"n1\","
			    "\"timestamp\":\"2025-11-17T10:30:00.000Z\",\"more\":1}");
	buf_free(&text);
	buf_free(&out);
}

static void what_is_heard_after_the_report_keeps_a_node_online(void **state)
{
	const struct node_presence later = {.heard_ms = REPORTED + 40000};
	struct buf text = {0}, out = {0};
	struct cluster_node node = make_node(&text, "n1", false, 0, 0);

	(void)state;
	assert_true(node_fresh_until(&node.head, &later) == FRESH_UNTIL + 40000);
	assert_int_equal(node_status_at(&node.head, &later, FRESH_UNTIL + 40000), NODE_ONLINE);
	assert_int_equal(node_status_at(&node.head, &later, FRESH_UNTIL + 40001), NODE_STALE);
	node_write_summary(&out, node.summary, &node.head, &later, FRESH_UNTIL);
	assert_string_equal(buf_string(&out),
			    "{\"status\":\"online\",\"last_heard\":\"2025-11-17T10:30:40.000Z\","
			    "\"stream_lost\":null,\"timestamp\":\"2025-11-17T10:30:00.000Z\","
			    "\"fresh_until\":\"2025-11-17T10:31:35.000Z\",\"cpu_percent\":5}");
	buf_free(&text);
	buf_free(&out);
}

static void a_lost_stream_is_stale_until_something_is_heard(void **state)
{
	struct node_presence lost = {.heard_ms = REPORTED, .stream_lost_ms = REPORTED + 5000};
	struct buf text = {0}, out = {0};
	struct cluster_node node = make_node(&text, "n1", false, 0, 0);

	(void)state;
	assert_int_equal(node_status_at(&node.head, &lost, REPORTED + 7000), NODE_STALE);
	node_write(&out, node.state, &lost, NULL, REPORTED + 7000);
	assert_non_null(strstr(buf_string(&out), ",\"stream_lost\":\"2025-11-17T10:30:05.000Z\","));
	buf_clear(&out);
	node_write_summary(&out, (struct span){"{}", 2}, &node.head, &lost, REPORTED + 7000);
	assert_string_equal(buf_string(&out),
			    "{\"status\":\"stale\",\"last_heard\":\"2025-11-17T10:30:00.000Z\","
			    "\"stream_lost\":\"2025-11-17T10:30:05.000Z\"}");
	lost.heard_ms = REPORTED + 5001;
	assert_int_equal(node_status_at(&node.head, &lost, REPORTED + 7000), NODE_ONLINE);
	node = make_node(&text, "n1", true, 0, 0);
	lost.heard_ms = REPORTED;
	assert_false(node_is_lost(&node.head, &lost)); /* it said goodbye first */
	buf_free(&text);
	buf_free(&out);
}

static void a_goodbye_is_offline_at_once(void **state)
{
	struct buf text = {0};
	struct cluster_node node = make_node(&text, "n1", true, 0, 0);

	(void)state;
	assert_int_equal(node_status_at(&node.head, &node.presence, REPORTED), NODE_OFFLINE);
	buf_free(&text);
}

static void a_worker_silent_for_ten_minutes_is_missing(void **state)
{
	struct buf text = {0};
	struct cluster_node node = make_node(&text, "w1", false, 0, 0);
	struct node_head hourly = {.fresh_until_ms = node_overdue_at(REPORTED, 3600),
				   .reported_at_ms = REPORTED};

	(void)state;
	assert_false(cluster_node_is_missing(&node, REPORTED + SILENCE_MS));
	assert_true(cluster_node_is_missing(&node, REPORTED + SILENCE_MS + 1));
	node.presence.heard_ms = REPORTED + MINUTE_MS;
	assert_false(cluster_node_is_missing(&node, REPORTED + SILENCE_MS + 1));
	assert_true(node_missing_since(&node.head, &node.presence) == REPORTED + MINUTE_MS + SILENCE_MS);
	node.id = "coordinator";
	assert_false(cluster_node_is_missing(&node, REPORTED + 2 * SILENCE_MS));
	/* A cron worker that comes once an hour is not missing in between. */
	assert_false(node_is_missing(&hourly, &(struct node_presence){0}, REPORTED + 60 * MINUTE_MS));
	assert_true(node_is_missing(&hourly, &(struct node_presence){0}, REPORTED + 91 * MINUTE_MS));
	buf_free(&text);
}

static void a_foreign_state_harms_nobody(void **state)
{
	static const char *const BAD[] = {"", "{", "{}", "{\"status\":\"online\"}",
					  "{\"status\":\"up\",\"fresh_until\":\"x"};
	struct node_head head;
	struct buf out = {0}, text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		assert_int_equal(node_head_read(BAD[i], strlen(BAD[i]), &head), ERR_MALFORMED);
	write_state(&text, "n1", false, 2, 1);
	for (const char *end = strstr(text.data, ",\"node_id\""); end-- > text.data;)
		assert_int_equal(node_head_read(text.data, (size_t)(end - text.data), &head), ERR_MALFORMED);
	node_write(&out, (struct span){"{}", 2}, &(struct node_presence){0}, NULL, 0);
	assert_string_equal(buf_string(&out), "null");
	buf_free(&out);
	buf_free(&text);
}

/* The member of an object in the document, by two names. */
static const char *text_of(struct buf *out, const struct json *document, const char *first,
			   const char *second)
{
	buf_clear(out);
	json_write(out, json_get(json_get(document, first), second));
	return buf_string(out);
}

static void the_cluster_is_summed_and_valid_json(void **state)
{
	struct buf texts[4] = {{0}}, out = {0};
	const struct cluster_totals totals = {REPORTED - 60000, 17, 0};
	struct cluster_node nodes[] = {
		make_node(&texts[0], "coordinator", false, 3, 3), make_node(&texts[1], "w1", false, 2, 1),
		make_node(&texts[2], "w2", true, 1, 0), make_node(&texts[3], "w3", false, 8, 8)};
	struct json *document = NULL;
	struct reason why;

	(void)state;
	nodes[3].presence.heard_ms = REPORTED - SILENCE_MS - 1;
	cluster_write_metrics(
		&out, &(struct cluster){.nodes = nodes, .count = 4, .totals = &totals, .now_ms = REPORTED});
	assert_int_equal(json_parse(out.data, out.len, &document, &why), ERR_NONE);
	buf_clear(&out);
	json_write(&out, json_get(document, "stats"));
	assert_string_equal(buf_string(&out),
			    "{\"uptime_seconds\":60,\"active_workers\":1,\"total_updates\":17,"
			    "\"total_services\":6,\"active_services\":4,\"unknown_services\":1,"
			    "\"last_cleanup\":null}");
	assert_string_equal(text_of(&out, document, "coordinator", "cluster_state"),
			    "{\"total_workers\":2,\"connected_workers\":1,\"total_nodes\":3,"
			    "\"nodes\":[\"coordinator\",\"w1\",\"w2\"]}");
	assert_int_equal(json_count(json_get(document, "workers")), 2);
	assert_string_equal(json_text(json_get(json_get(json_get(document, "workers"), "w2"), "status")),
			    "offline");
	assert_string_equal(text_of(&out, document, "missing", "w3"),
			    "{\"node_id\":\"w3\",\"last_seen\":\"2025-11-17T10:19:59.999Z\","
			    "\"since\":\"2025-11-17T10:29:59.999Z\",\"said_goodbye\":false,\"summary\":{"
			    "\"status\":\"stale\",\"last_heard\":\"2025-11-17T10:19:59.999Z\","
			    "\"stream_lost\":null,\"timestamp\":\"2025-11-17T10:30:00.000Z\","
			    "\"fresh_until\":\"2025-11-17T10:20:54.999Z\",\"cpu_percent\":5}}");
	json_free(document);
	buf_clear(&out);
	cluster_write_metrics(&out, &(struct cluster){.nodes = nodes,
						      .count = 4,
						      .totals = &totals,
						      .now_ms = REPORTED,
						      .hides_missing = true});
	assert_null(strstr(buf_string(&out), "missing"));
	for (size_t i = 0; i < 4; i++)
		buf_free(&texts[i]);
	buf_free(&out);
}

static void an_empty_cluster_still_has_its_coordinator(void **state)
{
	struct cluster_totals totals = {0, 0, REPORTED};
	struct json *document = NULL;
	struct buf out = {0};
	struct reason why;

	(void)state;
	cluster_write_metrics(&out, &(struct cluster){.totals = &totals, .now_ms = REPORTED});
	assert_int_equal(json_parse(out.data, out.len, &document, &why), ERR_NONE);
	assert_string_equal(json_text(json_get(json_get(document, "coordinator"), "status")), "offline");
	assert_int_equal(json_count(json_get(document, "workers")), 0);
	assert_string_equal(json_text(json_get(json_get(document, "stats"), "last_cleanup")),
			    "2025-11-17T10:30:00.000Z");
	json_free(document);
	buf_free(&out);
}

static void a_command_tells_how_long_it_may_still_run(void **state)
{
	static const char STORED[] = "1763375400500 {\"id\":\"a\"}";
	static const char *const BAD[] = {
		"", "1", " {}", "x {}", "1 []", "1 {", "99999999999999999 {\"id\":1}"};
	struct buf out = {0};

	(void)state;
	assert_int_equal(command_write(&out, STORED, strlen(STORED), REPORTED), ERR_NONE);
	assert_string_equal(buf_string(&out), "{\"expires_in_ms\":500,\"id\":\"a\"}");
	buf_clear(&out);
	assert_int_equal(command_write(&out, STORED, strlen(STORED), REPORTED + 500), ERR_NOT_FOUND);
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		assert_int_equal(command_write(&out, BAD[i], strlen(BAD[i]), 0), ERR_MALFORMED);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_follows_the_clock),
		cmocka_unit_test(what_is_heard_after_the_report_keeps_a_node_online),
		cmocka_unit_test(a_lost_stream_is_stale_until_something_is_heard),
		cmocka_unit_test(a_goodbye_is_offline_at_once),
		cmocka_unit_test(a_worker_silent_for_ten_minutes_is_missing),
		cmocka_unit_test(a_foreign_state_harms_nobody),
		cmocka_unit_test(the_cluster_is_summed_and_valid_json),
		cmocka_unit_test(an_empty_cluster_still_has_its_coordinator),
		cmocka_unit_test(a_command_tells_how_long_it_may_still_run),
	};

	return cmocka_run_group_tests_name("common/cluster", tests, NULL, NULL);
}
