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

static void write_state(struct buf *out, const char *node, bool offline, int services, int running)
{
	struct json_out json = {.buf = out};
	struct node_head head = {offline, node_fresh_until(REPORTED, 30), services, running};

	node_open(&json, &head);
	json_put_text(&json, "node_id", node);
	json_close(&json, '}');
}

static void status_follows_the_clock(void **state)
{
	struct node_head head;
	struct buf text = {0}, out = {0};

	(void)state;
	write_state(&text, "n1", false, 2, 1);
	assert_int_equal(node_head_read(text.data, text.len, &head), ERR_NONE);
	assert_true(head.fresh_until_ms == FRESH_UNTIL);
	assert_int_equal(head.services_total, 2);
	assert_int_equal(head.services_running, 1);
	assert_int_equal(node_status_at(&head, FRESH_UNTIL), NODE_ONLINE);
	assert_int_equal(node_status_at(&head, FRESH_UNTIL + 1), NODE_STALE);
	node_write(&out, text.data, text.len, "\"more\":1", FRESH_UNTIL + 1);
	assert_string_equal(buf_string(&out),
			    "{\"status\":\"stale\",\"fresh_until\":\"2025-11-17T10:30:55.000Z\","
			    "\"services_total\":2,\"services_running\":1,\"node_id\":\"n1\",\"more\":1}");
	buf_free(&text);
	buf_free(&out);
}

static void a_goodbye_is_offline_at_once(void **state)
{
	struct node_head head;
	struct buf text = {0};

	(void)state;
	write_state(&text, "n1", true, 0, 0);
	assert_int_equal(node_head_read(text.data, text.len, &head), ERR_NONE);
	assert_int_equal(node_status_at(&head, REPORTED), NODE_OFFLINE);
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
	for (size_t len = 0; len < text.len - strlen(",\"node_id\":\"n1\"}"); len++)
		assert_int_equal(node_head_read(text.data, len, &head), ERR_MALFORMED);
	node_write(&out, "{}", 2, NULL, 0);
	assert_string_equal(buf_string(&out), "null");
	buf_free(&out);
	buf_free(&text);
}

static void the_cluster_is_summed_and_valid_json(void **state)
{
	struct buf a = {0}, b = {0}, c = {0}, out = {0};
	struct cluster_totals totals = {REPORTED - 60000, 17, 0};
	struct json *document = NULL;
	struct reason why;

	(void)state;
	write_state(&a, "coordinator", false, 3, 3);
	write_state(&b, "w1", false, 2, 1);
	write_state(&c, "w2", true, 1, 0);
	{
		struct cluster_node nodes[] = {
			{"coordinator", a.data, a.len}, {"w1", b.data, b.len}, {"w2", c.data, c.len}};

		cluster_write_metrics(&out, nodes, 3, &totals, REPORTED);
		assert_int_equal(json_parse(out.data, out.len, &document, &why), ERR_NONE);
	}
	buf_clear(&out);
	json_write(&out, json_get(document, "stats"));
	assert_string_equal(buf_string(&out),
			    "{\"uptime_seconds\":60,\"active_workers\":1,\"total_updates\":17,"
			    "\"total_services\":6,\"active_services\":4,\"last_cleanup\":null}");
	buf_clear(&out);
	json_write(&out, json_get(json_get(document, "coordinator"), "cluster_state"));
	assert_string_equal(buf_string(&out),
			    "{\"total_workers\":2,\"connected_workers\":1,\"total_nodes\":3,"
			    "\"nodes\":[\"coordinator\",\"w1\",\"w2\"]}");
	assert_int_equal(json_count(json_get(document, "workers")), 2);
	assert_string_equal(json_text(json_get(json_get(json_get(document, "workers"), "w2"), "status")),
			    "offline");
	json_free(document);
	buf_free(&a);
	buf_free(&b);
	buf_free(&c);
	buf_free(&out);
}

static void an_empty_cluster_still_has_its_coordinator(void **state)
{
	struct cluster_totals totals = {0, 0, REPORTED};
	struct json *document = NULL;
	struct buf out = {0};
	struct reason why;

	(void)state;
	cluster_write_metrics(&out, NULL, 0, &totals, REPORTED);
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
		cmocka_unit_test(a_goodbye_is_offline_at_once),
		cmocka_unit_test(a_foreign_state_harms_nobody),
		cmocka_unit_test(the_cluster_is_summed_and_valid_json),
		cmocka_unit_test(an_empty_cluster_still_has_its_coordinator),
		cmocka_unit_test(a_command_tells_how_long_it_may_still_run),
	};

	return cmocka_run_group_tests_name("common/cluster", tests, NULL, NULL);
}
