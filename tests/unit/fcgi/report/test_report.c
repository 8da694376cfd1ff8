/* A report as it is written to the store; what is refused is tested through the whole stack. */
#include "common/clock.h"
#include "common/json_scan.h"
#include "common/node.h"
#include "fcgi/report/report.h"
#include "tests/unit/cm.h"

#include <stdio.h>
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

static const char BEGINNING[] = "{\"cpu_percent\":12.35,\"memory\":{\"percent\":50},";

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
		cmocka_unit_test(the_revision_follows_names_states_installation_and_when_they_began),
		cmocka_unit_test(a_workers_bounds_lie_within_the_contracts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
