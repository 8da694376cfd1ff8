/*
 * A worker's report: checked field by field as it comes in, and written as it is kept and served. Knows
 * neither Redis nor HTTP.
 */
#ifndef FCGI_REPORT_REPORT_H
#define FCGI_REPORT_REPORT_H

#include "common/buf.h"
#include "common/id.h"
#include "common/json.h"

#include <stdbool.h>
#include <stdint.h>

struct parsed_metrics {
	struct buf json; /* the `metrics` object as it is served */
	double cpu_percent, memory_percent, disk_percent;
	double load1;
	/* Counters; -1 where the worker does not tell them. */
	int64_t network_bytes_sent, network_bytes_recv;
	int64_t disk_read_bytes, disk_write_bytes;
};

enum report_status { REPORT_RUNNING, REPORT_STOPPED, REPORT_ERROR, REPORT_STATUS_COUNT };

struct parsed_services {
	struct buf json; /* {name: service} */
	int total, by_status[REPORT_STATUS_COUNT];
	uint32_t revision; /* another one whenever a name, a status or an `installed` is */
};

struct parsed_certificates {
	bool given;	 /* the report told them; else what was known stays */
	struct buf json; /* array, each with its worker */
	int64_t total;
	bool has_days_left;
	int64_t days_left; /* the least */
};

struct parsed_report {
	const char *node; /* texts live as long as the body that was read */
	const char *instance;
	bool cron, goodbye, interval_fixed;
	int64_t interval_s, min_interval_s, max_interval_s;
	struct parsed_metrics metrics;
	struct parsed_services services;
	struct parsed_certificates certificates;
	struct buf reporter;	 /* the reporter's own statistics, "" if not told */
	const struct json *logs; /* array, NULL if there are none */
	const char *batch;	 /* the logs' batch; "" */
};

/* ERR_INVALID names the field. */
enum err report_read(const struct json *body, struct parsed_report *out, struct reason *why) MUST_CHECK;
void report_free(struct parsed_report *report);

/* When it came and what the reporter is granted. */
struct report_grant {
	int64_t now_ms;
	int64_t interval_s;
};

/* Append what docs/ARCHITECTURE.md describes as `{n}:state`, a point of `{n}:history`, and `{n}:summary`. */
void report_write_state(const struct parsed_report *report, const struct report_grant *grant,
			struct buf *out);
void report_write_point(const struct parsed_report *report, const struct report_grant *grant,
			struct buf *out);
void report_write_summary(const struct parsed_report *report, const struct report_grant *grant,
			  struct buf *out);

/* The parts, each in its file. */
enum err report_read_metrics(const struct json *metrics, struct parsed_metrics *out,
			     struct reason *why) MUST_CHECK;
enum err report_read_services(const struct json *services, struct parsed_services *out,
			      struct reason *why) MUST_CHECK;
enum err report_read_certificates(const struct json *certificates, const char *node,
				  struct parsed_certificates *out, struct reason *why) MUST_CHECK;

#endif
