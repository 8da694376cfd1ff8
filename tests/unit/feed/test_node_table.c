/* The table of nodes and their points. */
#include "common/limits.h"
#include "feed/node_table.h"
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

static struct known_node *report(struct node_table *nodes, const char *id, const char *summary)
{
	const struct node_report report = {.state = span(STATE), .summary = span(summary)};

	return node_table_report(nodes, id, &report);
}

static void nodes_are_sorted_and_found(void **state)
{
	static const char *const IDS[] = {"m", "a", "z", "coordinator", "b"};
	struct node_table nodes = {0};

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_non_null(report(&nodes, IDS[i], "{}"));
	for (size_t i = 1; i < nodes.count; i++)
		assert_true(strcmp(nodes.list[i - 1]->id, nodes.list[i]->id) < 0);
	assert_string_equal(node_table_get(&nodes, "coordinator")->id, "coordinator");
	assert_null(node_table_get(&nodes, "c"));
	known_node_free(node_table_take(&nodes, "m"));
	assert_null(node_table_take(&nodes, "m"));
	assert_int_equal(nodes.count, 4);
	node_table_free(&nodes);
}

static void a_state_of_another_shape_is_not_taken(void **state)
{
	const struct node_report bad = {.state = span("{\"status\":1}"), .summary = span("{}")};
	const struct node_report worse = {.state = span(STATE), .summary = span("")};
	struct node_table nodes = {0};

	(void)state;
	assert_null(node_table_report(&nodes, "w", &bad));
	assert_null(node_table_report(&nodes, "w", &worse));
	assert_int_equal(nodes.count, 0);
	node_table_free(&nodes);
}

static void the_newest_points_are_kept(void **state)
{
	struct node_table nodes = {0};
	struct known_node *node = report(&nodes, "w", "{}");
	char point[64], expected[LIMIT_HISTORY_POINTS_PUSHED * 64] = "";
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 3 * LIMIT_HISTORY_POINTS_PUSHED; i++) {
		snprintf(point, sizeof(point), "{\"timestamp\":\"%04d\",\"cpu_percent\":%d}", i, i);
		known_node_append_point(node, span(point));
		if (i >= 2 * LIMIT_HISTORY_POINTS_PUSHED)
			len += (size_t)snprintf(expected + len, sizeof(expected) - len, "%s%s",
						len ? "," : "", point);
	}
	assert_string_equal(node->points.data, expected);
	assert_true(known_node_has_point(node, span(point)));
	assert_true(known_node_has_point(node, span("{\"timestamp\":\"0003\"}")));
	assert_false(known_node_has_point(node, span("{\"timestamp\":\"9999\"}")));
	assert_false(known_node_has_point(node, span("{\"other\":1}")));
	known_node_set_points(node, NULL, 0);
	assert_false(known_node_has_point(node, span(point)));
	known_node_append_point(node, span(point));
	assert_string_equal(node->points.data, point);
	node_table_free(&nodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_are_sorted_and_found),
		cmocka_unit_test(a_state_of_another_shape_is_not_taken),
		cmocka_unit_test(the_newest_points_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
