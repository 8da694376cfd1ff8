/* What a report means beside the one before: rates, and what it leaves out because it is as it was. */
#include "common/clock.h"
#include "fcgi/report/report.h"

#include <math.h>
#include <string.h>

/* Bytes a second; NAN if the counter was not told, or began anew. */
static double rate(const struct json *before, int64_t after, double seconds)
{
	double grown = (double)after - json_number(before);

	if (after < 0 || !json_is_number(before) || grown < 0 || !(seconds > 0))
		return NAN;
	return round(grown / seconds);
}

void report_compare(struct parsed_report *report, const struct json *summary_before, int64_t now_ms)
{
	struct parsed_metrics *metrics = &report->metrics;
	struct parsed_certificates *certificates = &report->certificates;
	const char *timestamp = json_text(json_get(summary_before, "timestamp"));
	const struct json *days_left = json_get(summary_before, "certificate_days_left");
	int64_t before_ms;

	if (timestamp && clock_parse_iso(timestamp, strlen(timestamp), &before_ms) == ERR_NONE) {
		double seconds = (double)(now_ms - before_ms) / 1000;

		metrics->network_receive_rate = rate(json_get(summary_before, "network_bytes_recv"),
						     metrics->network_bytes_recv, seconds);
		metrics->network_transmit_rate = rate(json_get(summary_before, "network_bytes_sent"),
						      metrics->network_bytes_sent, seconds);
	}
	if (certificates->given || !summary_before)
		return;
	certificates->total = (int64_t)json_number(json_get(summary_before, "certificates_total"));
	certificates->errors = (int64_t)json_number(json_get(summary_before, "certificates_error"));
	certificates->has_days_left = json_is_number(days_left);
	certificates->days_left = (int64_t)json_number(days_left);
}
