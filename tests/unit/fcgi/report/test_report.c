/* A report as it is written to the store; what is refused is tested through the whole stack. */
#include "common/clock.h"
#include "common/json_scan.h"
#include "common/node.h"
#include "fcgi/report/report.h"
#include "tests/unit/cm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW_MS 1763375400123

/* Reads a report with these services and other members. The body must outlive the report. */
static struct json *read_report(const char *services, const char *others, struct parsed_report *report)
{
	struct json *body = NULL;
	struct reason why = {.text = ""};
	char text[2048];
	int len = snprintf(
		text, sizeof(text),
		"{\"worker_id\":\"w\",\"mode\":\"daemon\",\"interval\":60,\"metrics\":{\"cpu_percent\":"
		"12.3456,\"memory\":{\"percent\":50},\"disk\":{\"percent\":25.5},\"load_average\":[0.5,1,2],"
		"\"network_io\":{\"bytes_sent\":9007199254740991,\"bytes_recv\":7},\"unheard_of\":1},"
		"\"services\":%s%s}",
		services, others);

	assert_true(len > 0 && len < (int)sizeof(text));
	assert_int_equal(json_parse(text, (size_t)len, &body, &why), ERR_NONE);
	if (report_read(body, report, &why) != ERR_NONE)
		fail_msg("%s", why.text);
	return body;
}

static uint32_t revision_of(const char *services)
{
	struct parsed_report report;
	struct json *body = read_report(services, "", &report);
	uint32_t revision = report.services.revision;

	report_free(&report);
	json_free(body);
	return revision;
}

static const char BEGINNING[] =
	"{\"cpu_percent\":12.35,\"cpu_count\":null,\"memory\":{\"percent\":50,\"total\":null,";

static void the_state_begins_with_its_head_and_holds_what_is_known(void **state)
{
	const struct report_grant grant = {.now_ms = NOW_MS, .interval_s = 90};
	struct parsed_report report;
	struct json *body = read_report("{\"a\":{\"status\":\"running\"},\"b\":{\"status\":\"error\"}}",
					",\"reporter\":{\"service\":\"metrics_reporter\"}", &report);
	struct buf text = {0};
	struct node_head head;
	struct span span;

	(void)state;
	report_write_state(&report, &grant, &text);
	assert_int_equal(node_head_read(text.data, text.len, &head), ERR_NONE);
	assert_int_equal(head.services_total, 2);
	assert_int_equal(head.services_running, 1);
	assert_false(head.offline);
	assert_int_equal(head.reported_at_ms, NOW_MS);
	assert_int_equal(head.fresh_until_ms, NOW_MS + 30000); /* of a daemon, which beats */
	report.cron = true;
	buf_clear(&text);
	report_write_state(&report, &grant, &text);
	assert_int_equal(node_head_read(text.data, text.len, &head), ERR_NONE);
	assert_int_equal(head.fresh_until_ms, NOW_MS + 90 * 1500 + 10000);
	assert_true(json_scan_find(text.data, text.len, "metrics", &span));
	assert_memory_equal(span.data, BEGINNING, strlen(BEGINNING));
	assert_null(strstr(text.data, "unheard_of"));
	assert_non_null(strstr(text.data, "9007199254740991"));
	assert_true(json_scan_find(text.data, text.len, "reporter", &span));
	buf_free(&text);
	report_free(&report);
	json_free(body);
}

static void a_point_holds_shares_and_the_counters_that_are_told(void **state)
{
	const struct report_grant grant = {.now_ms = NOW_MS, .interval_s = 60};
	struct parsed_report report;
	struct json *body = read_report("{}", "", &report);
	struct buf text = {0};

	(void)state;
	report_write_point(&report, &grant, &text);
	assert_string_equal(text.data, "{\"timestamp\":\"2025-11-17T10:30:00.123Z\",\"cpu_percent\":12.35,"
				       "\"memory_percent\":50,\"disk_percent\":25.5"
				       ",\"network_bytes_sent\":9007199254740991,\"network_bytes_recv\":7}");
	buf_free(&text);
	report_free(&report);
	json_free(body);
}

static void the_summary_is_flat_and_counts(void **state)
{
	const struct report_grant grant = {.now_ms = NOW_MS, .interval_s = 60};
	struct parsed_report report;
	struct json *body = read_report("{\"a\":{\"status\":\"stopped\",\"installed\":false}}", "", &report),
		    *summary;
	struct buf text = {0};

	(void)state;
	report_write_summary(&report, &grant, &text);
	assert_int_equal(json_parse(text.data, text.len, &summary, NULL), ERR_NONE);
	for (const struct json *member = json_first(summary); member; member = json_next(member))
		assert_false(json_is_object(member) || json_is_array(member));
	assert_true(json_number(json_get(summary, "services_stopped")) == 1);
	assert_true(json_number(json_get(summary, "load1")) == 0.5);
	assert_true(json_is_null(json_get(summary, "certificate_days_left")));
	assert_true(json_number(json_get(summary, "certificates_total")) == 0);
	json_free(summary);
	buf_free(&text);
	report_free(&report);
	json_free(body);
}

/* The state that is kept of these metrics and other members. */
static struct json *state_of(const char *metrics, const char *others)
{
	const struct report_grant grant = {.now_ms = NOW_MS, .interval_s = 60};
	struct parsed_report report;
	struct json *body = NULL, *state = NULL;
	struct reason why = {.text = ""};
	struct buf text = {0};

	buf_printf(
		&text,
		"{\"worker_id\":\"w\",\"mode\":\"daemon\",\"interval\":60,\"metrics\":%s,\"services\":{}%s}",
		metrics, others);
	assert_int_equal(json_parse(text.data, text.len, &body, &why), ERR_NONE);
	if (report_read(body, &report, &why) != ERR_NONE)
		fail_msg("%s", why.text);
	report_compare(&report, NULL, NOW_MS);
	report_date_troubles(&report.troubles, NULL, NOW_MS);
	buf_clear(&text);
	report_write_state(&report, &grant, &text);
	assert_int_equal(json_parse(text.data, text.len, &state, NULL), ERR_NONE);
	buf_clear(&text);
	report_write_summary(&report, &grant, &text); /* must work with anything */
	buf_clear(&text);
	report_write_point(&report, &grant, &text);
	buf_free(&text);
	report_free(&report);
	json_free(body);
	return state;
}

static void a_member_that_makes_no_sense_costs_that_member_alone(void **state)
{
	static const struct {
		const char *metrics, *group, *key;
		bool is_trouble;
	} cases[] = {
		{"{}", "", "cpu_percent", false},
		{"{\"cpu_percent\":null}", "", "cpu_percent", false},
		{"{\"cpu_percent\":172}", "", "cpu_percent", true},
		{"{\"cpu_percent\":-0.01}", "", "cpu_percent", true},
		{"{\"cpu_percent\":\"12\"}", "", "cpu_percent", true},
		{"{\"memory\":{\"percent\":-400}}", "memory", "percent", true},
		{"{\"memory\":7}", "memory", "percent", true},
		{"{\"disk\":{\"total\":18446744073709541616}}", "disk", "total", true},
		{"{\"disk\":{\"free\":-1}}", "disk", "free", true},
		{"{\"process_count\":1.5}", "", "process_count", true},
		{"{\"load_average\":[1,2]}", "", "load_average", true},
		{"{\"load_average\":[1,2,\"3\"]}", "", "load_average", true},
		{"{\"load_average\":[1,2,null]}", "", "load_average", true},
		{"{\"network_io\":{\"bytes_sent\":true}}", "network_io", "bytes_sent", true},
		{"{\"timestamp\":\"now\"}", "", "timestamp", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *kept = state_of(cases[i].metrics, "");
		const struct json *group = json_get(kept, "metrics"), *trouble;

		if (*cases[i].group)
			group = json_get(group, cases[i].group);
		assert_true(json_is_null(json_get(group, cases[i].key)));
		trouble = json_first(json_get(kept, "troubles"));
		assert_int_equal(json_count(json_get(kept, "troubles")), cases[i].is_trouble);
		if (trouble) {
			const char *name = json_text(json_get(trouble, "name"));

			assert_string_equal(json_text(json_get(trouble, "part")), "metric");
			assert_non_null(strstr(name, *cases[i].group ? cases[i].group : cases[i].key));
			assert_string_equal(json_text(json_get(trouble, "since")),
					    "2025-11-17T10:30:00.123Z");
		}
		json_free(kept);
	}
}

static void large_counters_and_sizes_are_kept(void **state)
{
	struct json *kept = state_of(
		"{\"cpu_percent\":5,\"network_io\":{\"bytes_sent\":9007199254740994},"
		"\"disk_io\":{\"read_bytes\":12000000000000000},\"disk\":{\"total\":9223372036854775807}}",
		"");
	const struct json *metrics = json_get(kept, "metrics");

	(void)state;
	assert_true(json_number(json_get(json_get(metrics, "network_io"), "bytes_sent")) ==
		    9007199254740994.0);
	assert_true(json_number(json_get(json_get(metrics, "disk_io"), "read_bytes")) == 1.2e16);
	assert_true(json_number(json_get(json_get(metrics, "disk"), "total")) == 9223372036854775808.0);
	assert_int_equal(json_count(json_get(kept, "troubles")), 0);
	json_free(kept);
}

static void troubles_are_bounded_and_never_refused(void **state)
{
	struct buf others = {0};
	struct json *kept;
	const struct json *first, *troubles;

	(void)state;
	buf_text(&others, ",\"troubles\":[1,{},{\"part\":\"moon\",\"name\":\"a\",\"message\":\"b\"},"
			  "{\"part\":\"log\",\"name\":\"app\",\"message\":\"");
	for (int i = 0; i < 200; i++)
		buf_text(&others, "é");
	buf_text(&others, "\",\"since\":\"2025-11-17T09:00:00Z\"}");
	for (int i = 0; i < 50; i++)
		buf_printf(&others, ",{\"part\":\"service\",\"name\":\"s%d\",\"message\":\"x\",\"since\":7}",
			   i);
	buf_text(&others, "]");
	kept = state_of("{\"cpu_percent\":101}", others.data);
	troubles = json_get(kept, "troubles");
	assert_int_equal(json_count(troubles), 32);
	first = json_next(json_first(troubles)); /* behind the API's own */
	assert_string_equal(json_text(json_get(first, "name")), "app");
	assert_int_equal(strlen(json_text(json_get(first, "message"))),
			 299); /* whole characters and the mark */
	assert_string_equal(json_text(json_get(first, "since")), "2025-11-17T09:00:00.000Z");
	json_free(kept);
	kept = state_of("{}", ",\"troubles\":\"none\"");
	assert_int_equal(json_count(json_get(kept, "troubles")), 0);
	json_free(kept);
	buf_free(&others);
}

static void a_trouble_of_the_api_lasts_from_one_report_to_the_next(void **state)
{
	static const char BEFORE[] = "[{\"part\":\"metric\",\"name\":\"cpu_percent\",\"message\":\"x\","
				     "\"since\":\"2025-11-17T08:00:00.000Z\"}]";
	struct parsed_troubles troubles = {0};
	struct json *before;

	(void)state;
	assert_int_equal(json_parse(BEFORE, strlen(BEFORE), &before, NULL), ERR_NONE);
	report_add_trouble(&troubles, "metric", "cpu_percent", "y", 0);
	report_add_trouble(&troubles, "metric", "memory", "y", 0);
	report_date_troubles(&troubles, before, NOW_MS);
	assert_int_equal(troubles.items[0].since_ms, 1763366400000);
	assert_int_equal(troubles.items[1].since_ms, NOW_MS);
	free(troubles.items);
	json_free(before);
}

static void rates_are_those_since_the_report_before(void **state)
{
	static const struct {
		const char *before; /* what the summary says, 10 s earlier */
		double receive, transmit;
	} cases[] = {
		{"\"network_bytes_recv\":0,\"network_bytes_sent\":9007199254740891", 0.7, 10},
		{"\"network_bytes_recv\":8,\"network_bytes_sent\":9007199254740991", NAN, 0},
		{"\"network_bytes_recv\":null", NAN, NAN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed_report report;
		struct json *body = read_report("{}", "", &report), *summary;
		struct buf text = {0};

		report_compare(&report, NULL, NOW_MS);
		assert_true(isnan(report.metrics.network_receive_rate));
		buf_printf(&text, "{\"timestamp\":\"2025-11-17T10:29:50.123Z\",%s}", cases[i].before);
		assert_int_equal(json_parse(text.data, text.len, &summary, NULL), ERR_NONE);
		report_compare(&report, summary, NOW_MS);
		assert_true(isnan(cases[i].receive)
				    ? isnan(report.metrics.network_receive_rate)
				    : fabs(report.metrics.network_receive_rate - cases[i].receive) < 0.5);
		assert_true(isnan(cases[i].transmit)
				    ? isnan(report.metrics.network_transmit_rate)
				    : report.metrics.network_transmit_rate == cases[i].transmit);
		json_free(summary);
		report_free(&report);
		json_free(body);
		buf_free(&text);
	}
}

static void the_revision_follows_names_states_installation_and_when_they_began(void **state)
{
	uint32_t base = revision_of("{\"a\":{\"status\":\"running\",\"uptime\":1}}");

	(void)state;
	assert_int_equal(revision_of("{\"a\":{\"status\":\"running\",\"uptime\":2,\"description\":\"x\"}}"),
			 base);
	assert_int_not_equal(revision_of("{\"a\":{\"status\":\"stopped\"}}"), base);
	assert_int_not_equal(revision_of("{\"b\":{\"status\":\"running\"}}"), base);
	/* It was stopped in between. */
	assert_int_not_equal(
		revision_of("{\"a\":{\"status\":\"running\",\"since\":\"2025-11-17T10:30:01Z\"}}"),
		revision_of("{\"a\":{\"status\":\"running\",\"since\":\"2025-11-17T10:30:00Z\"}}"));
	assert_int_not_equal(revision_of("{\"a\":{\"status\":\"running\",\"installed\":false}}"), base);
	assert_int_not_equal(revision_of("{}"), base);
}

static void a_workers_bounds_lie_within_the_contracts(void **state)
{
	struct parsed_report report;
	struct json *body = read_report("{}", ",\"min_interval\":5,\"max_interval\":3600", &report);

	(void)state;
	assert_int_equal(report.min_interval_s, 30);
	assert_int_equal(report.max_interval_s, 300);
	report_free(&report);
	json_free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_state_begins_with_its_head_and_holds_what_is_known),
		cmocka_unit_test(a_point_holds_shares_and_the_counters_that_are_told),
		cmocka_unit_test(the_summary_is_flat_and_counts),
		cmocka_unit_test(a_member_that_makes_no_sense_costs_that_member_alone),
		cmocka_unit_test(large_counters_and_sizes_are_kept),
		cmocka_unit_test(troubles_are_bounded_and_never_refused),
		cmocka_unit_test(a_trouble_of_the_api_lasts_from_one_report_to_the_next),
		cmocka_unit_test(rates_are_those_since_the_report_before),
		cmocka_unit_test(the_revision_follows_names_states_installation_and_when_they_began),
		cmocka_unit_test(a_workers_bounds_lie_within_the_contracts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
