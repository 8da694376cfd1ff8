/* Puts a report together. What its parts say is their owners' concern. */
#include "reporter/report/report.h"

void report_write(const struct report_parts *parts, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct buf metrics = {0};

	sample_write(parts->sample, &metrics);
	json_open(&json, '{');
	json_put_text(&json, "worker_id", parts->config->node_id);
	if (parts->instance)
		json_put_text(&json, "instance", parts->instance);
	json_put_text(&json, "mode", parts->mode == REPORT_CRON ? "cron" : "daemon");
	json_put_integer(&json, "interval", parts->interval_s);
	json_put_bool(&json, "interval_fixed", parts->interval_fixed);
	json_put_integer(&json, "min_interval", parts->config->min_interval_s);
	json_put_integer(&json, "max_interval", parts->config->max_interval_s);
	if (parts->goodbye)
		json_put_bool(&json, "goodbye", true);
	json_put_raw(&json, "metrics", metrics.data, metrics.len);
	services_write(parts->services, &json, "services", parts->sample->timestamp_ms);
	troubles_write(parts->troubles, &json, "troubles");
	if (parts->certificates)
		json_put_raw(&json, "certificates", parts->certificates->data, parts->certificates->len);
	if (parts->reporter)
		json_put_raw(&json, "reporter", parts->reporter->data, parts->reporter->len);
	json_close(&json, '}');
	buf_free(&metrics);
}
