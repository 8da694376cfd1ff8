/*
 * The `metrics` object, by one table: a new metric is a row here, and is then checked, kept and served with
 * the rest. What has no row is not kept. The reporter's side of a metric is a file of reporter/metrics.
 */
#include "common/clock.h"
#include "common/limits.h"
#include "fcgi/report/report.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define EXACT_MAX 9007199254740992.0 /* 2^53: a double holds every integer up to it */

enum metric_kind { KIND_PERCENT, KIND_COUNT, KIND_BYTES, KIND_SIZE, KIND_LOADS, KIND_TIME };

struct metric {
	const char *group; /* the object that it stands in; "" for `metrics` itself */
	const char *key;
	enum metric_kind kind;
	bool needed; /* a report without it is refused */
};

static const struct metric METRICS[] = {
	{"", "cpu_percent", KIND_PERCENT, true},
	{"", "cpu_count", KIND_COUNT, false},
	{"memory", "percent", KIND_PERCENT, true},
	{"memory", "total", KIND_BYTES, false},
	{"memory", "available", KIND_BYTES, false},
	{"memory", "used", KIND_BYTES, false},
	{"disk", "percent", KIND_PERCENT, true},
	{"disk", "total", KIND_BYTES, false},
	{"disk", "free", KIND_BYTES, false},
	{"disk", "used", KIND_BYTES, false},
	{"", "memory_usage_mb", KIND_SIZE, false},
	{"", "load_average", KIND_LOADS, false},
	{"disk_io", "read_bytes", KIND_BYTES, false},
	{"disk_io", "write_bytes", KIND_BYTES, false},
	{"disk_io", "read_count", KIND_COUNT, false},
	{"disk_io", "write_count", KIND_COUNT, false},
	{"network_io", "bytes_sent", KIND_BYTES, false},
	{"network_io", "bytes_recv", KIND_BYTES, false},
	{"network_io", "packets_sent", KIND_COUNT, false},
	{"network_io", "packets_recv", KIND_COUNT, false},
	{"", "process_count", KIND_COUNT, false},
	{"", "boot_time", KIND_TIME, false},
	{"", "timestamp", KIND_TIME, false},
};

/* SAMPLE [0.52, 0.58, 0.59] */
static enum err take_loads(const struct json *loads, const char *path, const char *key, struct json_out *out,
			   struct reason *why)
{
	if (!json_is_array(loads) || json_count(loads) != 3)
		return reason_set(why, ERR_INVALID, "%s.%s must be an array of three numbers", path, key);
	json_open_member(out, key, '[');
	for (const struct json *load = json_first(loads); load; load = json_next(load)) {
		if (!json_is_number(load) || json_number(load) < 0)
			return reason_set(why, ERR_INVALID, "%s.%s must hold numbers from 0", path, key);
		json_put_number(out, NULL, json_number(load));
	}
	json_close(out, ']');
	return ERR_NONE;
}

/* Checks one value and writes it. `path` is how `object` is called in messages. */
static enum err take(const struct json *object, const char *path, const struct metric *metric,
		     struct json_out *out, struct reason *why)
{
	const struct json *value = json_get(object, metric->key);
	const char *text = NULL;
	double number = 0;
	int64_t integer = 0;
	enum err err;

	if ((!value || json_is_null(value)) && !metric->needed)
		return ERR_NONE;
	switch (metric->kind) {
	case KIND_PERCENT:
	case KIND_SIZE:
		err = json_need_number(object, path, metric->key, 0,
				       metric->kind == KIND_PERCENT ? 100 : EXACT_MAX, &number, why);
		if (err != ERR_NONE)
			return err;
		json_put_number(out, metric->key, number);
		return ERR_NONE;
	case KIND_COUNT:
	case KIND_BYTES:
		err = json_need_integer(object, path, metric->key, 0, (int64_t)EXACT_MAX, &integer, why);
		if (err != ERR_NONE)
			return err;
		json_put_integer(out, metric->key, integer);
		return ERR_NONE;
	case KIND_LOADS:
		return take_loads(value, path, metric->key, out, why);
	case KIND_TIME:
		err = json_need_text(object, path, metric->key, LIMIT_NAME, &text, why);
		if (err != ERR_NONE)
			return err;
		if (clock_parse_iso(text, strlen(text), &integer) != ERR_NONE)
			return reason_set(why, ERR_INVALID, "%s.%s is not an ISO 8601 time", path,
					  metric->key);
		json_put_time(out, metric->key, integer);
		return ERR_NONE;
	}
	return ERR_INTERNAL;
}

/* A counter for the points and the summary, which keep -1 where the worker did not tell it. */
static int64_t counter(const struct json *group, const char *key)
{
	const struct json *value = json_get(group, key);

	return json_is_number(value) ? (int64_t)json_number(value) : -1;
}

/* What points and summaries hold, from an object whose types are known to be right. */
static void note_numbers(const struct json *metrics, struct parsed_metrics *out)
{
	const struct json *network = json_get(metrics, "network_io");
	const struct json *disk = json_get(metrics, "disk_io");

	out->cpu_percent = json_number(json_get(metrics, "cpu_percent"));
	out->memory_percent = json_number(json_get(json_get(metrics, "memory"), "percent"));
	out->disk_percent = json_number(json_get(json_get(metrics, "disk"), "percent"));
	out->load1 = json_number(json_first(json_get(metrics, "load_average")));
	out->network_bytes_sent = counter(network, "bytes_sent");
	out->network_bytes_recv = counter(network, "bytes_recv");
	out->disk_read_bytes = counter(disk, "read_bytes");
	out->disk_write_bytes = counter(disk, "write_bytes");
}

enum err report_read_metrics(const struct json *metrics, struct parsed_metrics *out, struct reason *why)
{
	struct json_out json = {.buf = &out->json};
	const struct json *object = metrics;
	const char *group = "";
	char path[64] = "metrics";

	if (!json_is_object(metrics))
		return reason_set(why, ERR_INVALID, "metrics must be an object");
	json_open(&json, '{');
	for (size_t i = 0; i < sizeof(METRICS) / sizeof(*METRICS); i++) {
		const struct metric *metric = &METRICS[i];
		enum err err;

		if (strcmp(metric->group, group) != 0) {
			if (*group)
				json_close(&json, '}');
			group = metric->group;
			(void)snprintf(path, sizeof(path), *group ? "metrics.%s" : "metrics", group);
			object = *group ? json_get(metrics, group) : metrics;
			if (object && !json_is_null(object) && !json_is_object(object))
				return reason_set(why, ERR_INVALID, "%s must be an object", path);
			if (*group)
				json_open_member(&json, group, '{');
		}
		err = take(object, path, metric, &json, why);
		if (err != ERR_NONE)
			return err;
	}
	json_close(&json, '}');
	note_numbers(metrics, out);
	return ERR_NONE;
}
