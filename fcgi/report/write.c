/*
 * A report as it is kept: state, point, summary (docs/architecture/redis.md). The state is what the
 * dashboard shows of a node, a point is a dot of its charts, and the summary is flat and short, so that the
 * relay can send it to browsers that only show the list of workers.
 */
#include "common/limits.h"
#include "common/node.h"
#include "fcgi/report/report.h"

/* A daemon beats between its reports, so its silence is noticed long before the next report is overdue. */
static int64_t fresh_until(const struct parsed_report *report, const struct report_grant *grant)
{
	return report->cron ? node_overdue_at(grant->now_ms, grant->interval_s)
			    : grant->now_ms + LIMIT_UNHEARD_S * 1000;
}

void report_write_state(const struct parsed_report *report, const struct report_grant *grant, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct node_head head = {
		.offline = report->goodbye,
		.fresh_until_ms = fresh_until(report, grant),
		.services_total = report->services.total,
		.services_running = report->services.by_status[REPORT_RUNNING],
		.reported_at_ms = grant->now_ms,
	};

	node_open(&json, report->node, &head);
	json_put_text(&json, "mode", report->cron ? "cron" : "daemon");
	json_put_integer(&json, "current_interval", grant->interval_s);
	json_put_integer(&json, "min_interval", report->min_interval_s);
	json_put_integer(&json, "max_interval", report->max_interval_s);
	if (report->interval_fixed)
		json_put_bool(&json, "interval_fixed", true);
	json_put_raw(&json, "metrics", report->metrics.json.data, report->metrics.json.len);
	report_write_troubles(&report->troubles, &json, "troubles");
	json_put_raw(&json, "services", report->services.json.data, report->services.json.len);
	if (report->reporter.len)
		json_put_raw(&json, "reporter", report->reporter.data, report->reporter.len);
	json_close(&json, '}');
}

/* A counter that the worker does not tell has no member; a 0 would draw a fall in the chart. */
static void put_counter(struct json_out *json, const char *key, int64_t counter)
{
	if (counter >= 0)
		json_put_integer(json, key, counter);
}

/* Counters stand in a point as they are; the page computes rates from the time between two points. */
void report_write_point(const struct parsed_report *report, const struct report_grant *grant, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_time(&json, "timestamp", grant->now_ms);
	json_put_number(&json, "cpu_percent", report->metrics.cpu_percent);
	json_put_number(&json, "memory_percent", report->metrics.memory_percent);
	json_put_number(&json, "disk_percent", report->metrics.disk_percent);
	put_counter(&json, "network_bytes_sent", report->metrics.network_bytes_sent);
	put_counter(&json, "network_bytes_recv", report->metrics.network_bytes_recv);
	put_counter(&json, "disk_read_bytes", report->metrics.disk_read_bytes);
	put_counter(&json, "disk_write_bytes", report->metrics.disk_write_bytes);
	json_close(&json, '}');
}

/* A summary always has the same members, so that the relay can tell what changed: what is not known is null.
 */
static void put_known(struct json_out *json, const char *key, int64_t counter)
{
	if (counter >= 0)
		json_put_integer(json, key, counter);
	else
		json_put_null(json, key);
}

void report_write_summary(const struct parsed_report *report, const struct report_grant *grant,
			  struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '{');
	json_put_time(&json, "timestamp", grant->now_ms);
	json_put_text(&json, "mode", report->cron ? "cron" : "daemon");
	json_put_integer(&json, "current_interval", grant->interval_s);
	json_put_time(&json, "fresh_until", fresh_until(report, grant));
	json_put_number(&json, "cpu_percent", report->metrics.cpu_percent);
	json_put_number(&json, "memory_percent", report->metrics.memory_percent);
	json_put_number(&json, "disk_percent", report->metrics.disk_percent);
	json_put_number(&json, "load1", report->metrics.load1);
	put_known(&json, "network_bytes_sent", report->metrics.network_bytes_sent);
	put_known(&json, "network_bytes_recv", report->metrics.network_bytes_recv);
	json_put_number(&json, "network_receive_bytes_per_second", report->metrics.network_receive_rate);
	json_put_number(&json, "network_transmit_bytes_per_second", report->metrics.network_transmit_rate);
	json_put_integer(&json, "services_total", report->services.total);
	json_put_integer(&json, "services_running", report->services.by_status[REPORT_RUNNING]);
	json_put_integer(&json, "services_stopped", report->services.by_status[REPORT_STOPPED]);
	json_put_integer(&json, "services_error", report->services.by_status[REPORT_ERROR]);
	json_put_integer(&json, "services_revision", report->services.revision);
	json_put_integer(&json, "troubles_total",
			 (int64_t)(report->troubles.count + report->troubles.left_out));
	json_put_integer(&json, "certificates_total", report->certificates.total);
	json_put_integer(&json, "certificates_error", report->certificates.errors);
	if (report->certificates.has_days_left)
		json_put_integer(&json, "certificate_days_left", report->certificates.days_left);
	else
		json_put_null(&json, "certificate_days_left");
	json_close(&json, '}');
}
