/* Puts a report together; what its parts say is their owners' concern. */
#include "reporter/report/report.h"

#include "reporter/metrics/sampler.h"

static void put_part(struct json_out *out, const char *key, const struct buf *json)
{
	if (json)
		json_put_raw(out, key, json->data, json->len);
}

void report_write(const struct report *report, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct buf metrics = {0};

	sampler_write(report->sample, &metrics);
	json_open(&json, '{');
	json_put_text(&json, "worker_id", report->config->node_id);
	if (report->instance)
		json_put_text(&json, "instance", report->instance);
	json_put_text(&json, "mode", report->mode == REPORT_CRON ? "cron" : "daemon");
	json_put_integer(&json, "interval", report->interval_s);
	json_put_bool(&json, "interval_fixed", report->interval_fixed);
	json_put_integer(&json, "min_interval", report->config->min_interval_s);
	json_put_integer(&json, "max_interval", report->config->max_interval_s);
	if (report->goodbye)
		json_put_bool(&json, "goodbye", true);
	put_part(&json, "metrics", &metrics);
	services_write(report->services, &json, "services", report->sample->timestamp_ms);
	put_part(&json, "certificates", report->certificates);
	put_part(&json, "reporter", report->reporter);
	json_close(&json, '}');
	buf_free(&metrics);
}
