/*
 * The `metrics` object, by one table: a new metric is a row here, and is then checked, kept and served with
 * the rest. What has no row is not kept. The reporter's side of a metric is a file of reporter/metrics.
 *
 * Every row is always written. A member that is absent or null was not measured and is null. One that makes
 * no sense (a share of 172 %, a text) is null as well, and a trouble says why. Neither costs the report: a
 * driver that counts wrong would otherwise take the whole machine out of sight.
 *
 * Counters may be as large as 2^63. JSON readers that use doubles, ours among them, know them beyond 2^53
 * only to one part in 2^53, which no rate suffers from. They are never cut: a counter that stands still is a
 * rate of 0.
 */
#include "common/clock.h"
#include "common/limits.h"
#include "fcgi/report/report.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 9223372036854775808.0 /* 2^63 */

enum metric_kind { KIND_PERCENT, KIND_COUNT, KIND_BYTES, KIND_SIZE, KIND_LOADS, KIND_TIME };

struct metric {
	const char *group; /* the object that it stands in; "" for `metrics` itself */
	const char *key;
	enum metric_kind kind;
};

static const struct metric METRICS[] = {
	{"", "cpu_percent", KIND_PERCENT},
	{"", "cpu_count", KIND_COUNT},
	{"memory", "percent", KIND_PERCENT},
	{"memory", "total", KIND_BYTES},
	{"memory", "available", KIND_BYTES},
	{"memory", "used", KIND_BYTES},
	{"disk", "percent", KIND_PERCENT},
	{"disk", "total", KIND_BYTES},
	{"disk", "free", KIND_BYTES},
	{"disk", "used", KIND_BYTES},
	{"", "memory_usage_mb", KIND_SIZE},
	{"", "load_average", KIND_LOADS},
	{"disk_io", "read_bytes", KIND_BYTES},
	{"disk_io", "write_bytes", KIND_BYTES},
	{"disk_io", "read_count", KIND_COUNT},
	{"disk_io", "write_count", KIND_COUNT},
	{"network_io", "bytes_sent", KIND_BYTES},
	{"network_io", "bytes_recv", KIND_BYTES},
	{"network_io", "packets_sent", KIND_COUNT},
	{"network_io", "packets_recv", KIND_COUNT},
	{"", "process_count", KIND_COUNT},
	{"", "boot_time", KIND_TIME},
	{"", "timestamp", KIND_TIME},
};

/* SAMPLE [0.52, 0.58, 0.59] */
static enum err take_loads(const struct json *loads, const char *key, struct json_out *out,
			   struct reason *why)
{
	if (!json_is_array(loads) || json_count(loads) != 3)
		return reason_set(why, ERR_INVALID, "is not an array of three numbers");
	for (const struct json *load = json_first(loads); load; load = json_next(load))
		if (!json_is_number(load) || json_number(load) < 0)
			return reason_set(why, ERR_INVALID, "holds what is not a number from 0");
	json_put_value(out, key, loads);
	return ERR_NONE;
}

static enum err take_time(const struct json *value, const char *key, struct json_out *out, struct reason *why)
{
	const char *text = json_text(value);
	int64_t ms;

	if (!text || clock_parse_iso(text, strlen(text), &ms) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "is not an ISO 8601 time");
	json_put_time(out, key, ms);
	return ERR_NONE;
}

static enum err take_number(const struct json *value, const struct metric *metric, struct json_out *out,
			    struct reason *why)
{
	bool is_whole = metric->kind == KIND_COUNT || metric->kind == KIND_BYTES;
	double number = json_number(value), max = metric->kind == KIND_PERCENT ? 100 : COUNT_MAX;

	if (!json_is_number(value))
		return reason_set(why, ERR_INVALID, "is not a number");
	if (number < 0 || number > max)
		return reason_set(why, ERR_INVALID, "is %.15g, which is not from 0 to %.15g", number, max);
	if (is_whole && trunc(number) != number)
		return reason_set(why, ERR_INVALID, "is %.15g, which is not a whole number", number);
	if (is_whole)
		json_put_integer(out, metric->key, number < COUNT_MAX ? (int64_t)number : INT64_MAX);
	else
		json_put_number(out, metric->key, number);
	return ERR_NONE;
}

/* Checks one value and writes it; nothing is written if it is refused. */
static enum err take(const struct json *value, const struct metric *metric, struct json_out *out,
		     struct reason *why)
{
	switch (metric->kind) {
	case KIND_LOADS:
		return take_loads(value, metric->key, out, why);
	case KIND_TIME:
		return take_time(value, metric->key, out, why);
	default:
		return take_number(value, metric, out, why);
	}
}

/* A counter for the points and the summary, which keep -1 where it is null. */
static int64_t counter(const struct json *group, const char *key)
{
	const struct json *value = json_get(group, key);

	if (!json_is_number(value))
		return -1;
	return json_number(value) < COUNT_MAX ? (int64_t)json_number(value) : INT64_MAX;
}

static double number_or_nan(const struct json *value)
{
	return json_is_number(value) ? json_number(value) : NAN;
}

/* What points and summaries hold, from the object as it is written. */
static void note_numbers(struct parsed_metrics *out)
{
	struct json *metrics = NULL;
	const struct json *network, *disk;

	if (json_parse(out->json.data, out->json.len, &metrics, NULL) != ERR_NONE)
		abort(); /* we wrote it */
	network = json_get(metrics, "network_io");
	disk = json_get(metrics, "disk_io");
	out->cpu_percent = number_or_nan(json_get(metrics, "cpu_percent"));
	out->memory_percent = number_or_nan(json_get(json_get(metrics, "memory"), "percent"));
	out->disk_percent = number_or_nan(json_get(json_get(metrics, "disk"), "percent"));
	out->load1 = number_or_nan(json_first(json_get(metrics, "load_average")));
	out->network_bytes_sent = counter(network, "bytes_sent");
	out->network_bytes_recv = counter(network, "bytes_recv");
	out->disk_read_bytes = counter(disk, "read_bytes");
	out->disk_write_bytes = counter(disk, "write_bytes");
	out->network_receive_rate = out->network_transmit_rate = NAN;
	json_free(metrics);
}

/* The object that a group's members are read from. One that is something else is a trouble, and has no
 * members. */
static const struct json *open_group(const struct json *metrics, const char *group,
				     struct parsed_troubles *troubles)
{
	const struct json *object = *group ? json_get(metrics, group) : metrics;

	if (!object || json_is_null(object) || json_is_object(object))
		return object;
	report_add_trouble(troubles, "metric", group, "is not an object", 0);
	return NULL;
}

enum err report_read_metrics(const struct json *metrics, struct parsed_metrics *out,
			     struct parsed_troubles *troubles, struct reason *why)
{
	struct json_out json = {.buf = &out->json};
	const struct json *object = metrics;
	const char *group = "";

	if (!json_is_object(metrics))
		return reason_set(why, ERR_INVALID, "metrics must be an object");
	json_open(&json, '{');
	for (size_t i = 0; i < sizeof(METRICS) / sizeof(*METRICS); i++) {
		const struct metric *metric = &METRICS[i];
		const struct json *value;
		struct reason wrong;
		char name[64];

		if (strcmp(metric->group, group) != 0) {
			if (*group)
				json_close(&json, '}');
			group = metric->group;
			object = open_group(metrics, group, troubles);
			if (*group)
				json_open_member(&json, group, '{');
		}
		value = json_get(object, metric->key);
		if (!value || json_is_null(value)) {
			json_put_null(&json, metric->key);
		} else if (take(value, metric, &json, &wrong) != ERR_NONE) {
			(void)snprintf(name, sizeof(name), "%s%s%s", group, *group ? "." : "", metric->key);
			json_put_null(&json, metric->key);
			report_add_trouble(troubles, "metric", name, wrong.text, 0);
		}
	}
	json_close(&json, '}');
	note_numbers(out);
	return ERR_NONE;
}
