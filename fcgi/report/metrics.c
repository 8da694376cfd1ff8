/*
 * The `metrics` object, by one table: a new metric is a row here, and then kept and served with the rest.
 * What has no row is not kept.
 */
#include "common/clock.h"
#include "common/limits.h"
#include "fcgi/report/report.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define EXACT_MAX 9007199254740992.0 /* 2^53: a double holds every integer up to it */

enum kind { KIND_PERCENT, KIND_COUNT, KIND_BYTES, KIND_SIZE, KIND_LOADS, KIND_TIME };

struct metric {
	const char *group; /* the object it stands in, NULL for `metrics` itself */
	const char *key;
	enum kind kind;
	bool needed;
};

/* A group's rows stand together. */
static const struct metric METRICS[] = {
	{NULL, "cpu_percent", KIND_PERCENT, true},
	{NULL, "cpu_count", KIND_COUNT, false},
	{"memory", "percent", KIND_PERCENT, true},
	{"memory", "total", KIND_BYTES, false},
	{"memory", "available", KIND_BYTES, false},
	{"memory", "used", KIND_BYTES, false},
	{"disk", "percent", KIND_PERCENT, true},
	{"disk", "total", KIND_BYTES, false},
	{"disk", "free", KIND_BYTES, false},
	{"disk", "used", KIND_BYTES, false},
	{NULL, "memory_usage_mb", KIND_SIZE, false},
	{NULL, "load_average", KIND_LOADS, false},
	{"disk_io", "read_bytes", KIND_BYTES, false},
	{"disk_io", "write_bytes", KIND_BYTES, false},
	{"disk_io", "read_count", KIND_COUNT, false},
	{"disk_io", "write_count", KIND_COUNT, false},
	{"network_io", "bytes_sent", KIND_BYTES, false},
	{"network_io", "bytes_recv", KIND_BYTES, false},
	{"network_io", "packets_sent", KIND_COUNT, false},
	{"network_io", "packets_recv", KIND_COUNT, false},
	{NULL, "process_count", KIND_COUNT, false},
	{NULL, "timestamp", KIND_TIME, false},
};

static enum err take_number(const struct json *object, const char *path, const struct metric *metric,
			    struct json_out *out, struct reason *why)
{
	double max = metric->kind == KIND_PERCENT ? 100 : EXACT_MAX, number;
	enum err err = json_need_number(object, path, metric->key, 0, max, &number, why);

	if (err == ERR_NONE)
		json_put_number(out, metric->key, number);
	return err;
}

static enum err take_integer(const struct json *object, const char *path, const struct metric *metric,
			     struct json_out *out, struct reason *why)
{
	int64_t number;
	enum err err = json_need_integer(object, path, metric->key, 0, (int64_t)EXACT_MAX, &number, why);

	if (err == ERR_NONE)
		json_put_integer(out, metric->key, number);
	return err;
}

static enum err take_time(const struct json *object, const char *path, const struct metric *metric,
			  struct json_out *out, struct reason *why)
{
	const char *text;
	int64_t ms;
	enum err err = json_need_text(object, path, metric->key, LIMIT_NAME, &text, why);

	if (err != ERR_NONE)
		return err;
	if (clock_parse_iso(text, strlen(text), &ms) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "%s.%s is not an ISO 8601 time", path, metric->key);
	json_put_time(out, metric->key, ms);
	return ERR_NONE;
}

/* SAMPLE [0.52, 0.58, 0.59] */
static enum err take_loads(const struct json *object, const char *path, const struct metric *metric,
			   struct json_out *out, struct reason *why)
{
	const struct json *loads = json_get(object, metric->key);

	if (!json_is_array(loads) || json_count(loads) != 3)
		return reason_set(why, ERR_INVALID, "%s.%s must be an array of three numbers", path,
				  metric->key);
	json_open_member(out, metric->key, '[');
	for (const struct json *load = json_first(loads); load; load = json_next(load)) {
		if (!json_is_number(load) || json_number(load) < 0)
			return reason_set(why, ERR_INVALID, "%s.%s must hold numbers from 0", path,
					  metric->key);
		json_put_number(out, NULL, json_number(load));
	}
	json_close(out, ']');
	return ERR_NONE;
}

static enum err take(const struct json *object, const char *path, const struct metric *metric,
		     struct json_out *out, struct reason *why)
{
	const struct json *value = json_get(object, metric->key);

	if ((!value || json_is_null(value)) && !metric->needed)
		return ERR_NONE;
	switch (metric->kind) {
	case KIND_PERCENT:
	case KIND_SIZE:
		return take_number(object, path, metric, out, why);
	case KIND_COUNT:
	case KIND_BYTES:
		return take_integer(object, path, metric, out, why);
	case KIND_LOADS:
		return take_loads(object, path, metric, out, why);
	case KIND_TIME:
		return take_time(object, path, metric, out, why);
	}
	return ERR_INTERNAL;
}

static bool same_group(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The object a row's value stands in, and how it is called in messages. */
static enum err enter_group(const struct json *metrics, const char *group, const struct json **object,
			    char *path, size_t size, struct reason *why)
{
	(void)snprintf(path, size, group ? "metrics.%s" : "metrics", group);
	*object = group ? json_get(metrics, group) : metrics;
	if (*object && !json_is_null(*object) && !json_is_object(*object))
		return reason_set(why, ERR_INVALID, "%s must be an object", path);
	return ERR_NONE;
}

static int64_t counter(const struct json *group, const char *key)
{
	const struct json *value = json_get(group, key);

	return json_is_number(value) ? (int64_t)json_number(value) : -1;
}

static void note_summary(const struct json *metrics, struct parsed_metrics *out)
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
	const char *group = NULL;
	char path[64] = "metrics";
	enum err err = ERR_NONE;

	if (!json_is_object(metrics))
		return reason_set(why, ERR_INVALID, "metrics must be an object");
	json_open(&json, '{');
	for (size_t i = 0; i < sizeof(METRICS) / sizeof(*METRICS) && err == ERR_NONE; i++) {
		if (!same_group(METRICS[i].group, group)) {
			if (group)
				json_close(&json, '}');
			group = METRICS[i].group;
			if (group)
				json_open_member(&json, group, '{');
			err = enter_group(metrics, group, &object, path, sizeof(path), why);
		}
		if (err == ERR_NONE)
			err = take(object, path, &METRICS[i], &json, why);
	}
	json_close(&json, '}');
	if (err == ERR_NONE)
		note_summary(metrics, out);
	return err;
}
