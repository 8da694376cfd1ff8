/* What is known of nodes, their points, and what changed of their summaries. */
#include "common/limits.h"
#include "relay/nodes.h"
#include "relay/summary.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE                                                                                       \
	"{\"status\":\"online\",\"fresh_until\":\"2025-11-17T10:30:55.123Z\",\"services_total\":2," \
	"\"services_running\":1,\"node_id\":\"w\"}"

static struct span span(const char *text)
{
	return (struct span){text, strlen(text)};
}

static struct node *report(struct nodes *nodes, const char *id, const char *summary)
{
	const struct report report = {.state = span(STATE), .summary = span(summary)};

	return nodes_report(nodes, id, &report);
}

static void nodes_are_sorted_and_found(void **state)
{
	static const char *const IDS[] = {"m", "a", "z", "coordinator", "b"};
	struct nodes nodes = {0};

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_non_null(report(&nodes, IDS[i], "{}"));
	for (size_t i = 1; i < nodes.count; i++)
		assert_true(strcmp(nodes.list[i - 1]->id, nodes.list[i]->id) < 0);
	assert_string_equal(nodes_get(&nodes, "coordinator")->id, "coordinator");
	assert_null(nodes_get(&nodes, "c"));
	nodes_remove(&nodes, "m");
	nodes_remove(&nodes, "m");
	assert_int_equal(nodes.count, 4);
	assert_int_equal(nodes.changed, 4);
	nodes_free(&nodes);
}

static void a_state_of_another_shape_is_not_taken(void **state)
{
	const struct report bad = {.state = span("{\"status\":1}"), .summary = span("{}")};
	const struct report worse = {.state = span(STATE), .summary = span("")};
	struct nodes nodes = {0};

	(void)state;
	assert_null(nodes_report(&nodes, "w", &bad));
	assert_null(nodes_report(&nodes, "w", &worse));
	assert_int_equal(nodes.count, 0);
	nodes_free(&nodes);
}

static void the_newest_points_are_kept(void **state)
{
	struct nodes nodes = {0};
	struct node *node = report(&nodes, "w", "{}");
	char point[64], expected[LIMIT_HISTORY_POINTS_PUSHED * 64] = "";
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 3 * LIMIT_HISTORY_POINTS_PUSHED; i++) {
		snprintf(point, sizeof(point), "{\"timestamp\":\"%04d\",\"cpu_percent\":%d}", i, i);
		nodes_append_point(node, span(point));
		if (i >= 2 * LIMIT_HISTORY_POINTS_PUSHED)
			len += (size_t)snprintf(expected + len, sizeof(expected) - len, "%s%s",
						len ? "," : "", point);
	}
	assert_string_equal(node->points.data, expected);
	assert_true(nodes_has_point(node, span(point)));
	assert_true(nodes_has_point(node, span("{\"timestamp\":\"0003\"}")));
	assert_false(nodes_has_point(node, span("{\"timestamp\":\"9999\"}")));
	assert_false(nodes_has_point(node, span("{\"other\":1}")));
	nodes_set_points(node, NULL, 0);
	assert_false(nodes_has_point(node, span(point)));
	nodes_append_point(node, span(point));
	assert_string_equal(node->points.data, point);
	nodes_free(&nodes);
}

static void only_what_changed_is_written(void **state)
{
	const char *before = "{\"timestamp\":\"1\",\"cpu_percent\":5,\"mode\":\"daemon\",\"least\":null}";
	const char *after =
		"{\"timestamp\":\"2\",\"cpu_percent\":5.5,\"mode\":\"daemon\",\"least\":null,\"new\":[1]}";
	struct buf out = {0};

	(void)state;
	assert_true(summary_write_changes(&out, span(before), NODE_ONLINE, span(after), NODE_ONLINE));
	assert_string_equal(buf_string(&out), "{\"timestamp\":\"2\",\"cpu_percent\":5.5,\"new\":[1]}");
	buf_clear(&out);
	assert_true(summary_write_changes(&out, span(before), NODE_ONLINE, span(before), NODE_STALE));
	assert_string_equal(buf_string(&out), "{\"status\":\"stale\"}");
	buf_clear(&out);
	assert_false(summary_write_changes(&out, span(before), NODE_STALE, span(before), NODE_STALE));
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static void a_summary_gets_its_status(void **state)
{
	struct buf out = {0};

	(void)state;
	summary_write(&out, span("{\"a\":1}"), NODE_OFFLINE);
	summary_write(&out, span("{}"), NODE_ONLINE);
	assert_string_equal(buf_string(&out), "{\"status\":\"offline\",\"a\":1}{\"status\":\"online\"}");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_are_sorted_and_found),
		cmocka_unit_test(a_state_of_another_shape_is_not_taken),
		cmocka_unit_test(the_newest_points_are_kept),
		cmocka_unit_test(only_what_changed_is_written),
		cmocka_unit_test(a_summary_gets_its_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
