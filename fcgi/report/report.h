/*
 * A worker's report on the coordinator's side: read from the body that came, checked field by field, and
 * written as it is kept and served. Knows neither Redis nor HTTP.
 *
 * It is one of three: the reporter gathers what it sends (reporter/report), this one is what was received and
 * found right (hence `parsed`), and the relay passes on the stored text without parsing it (relay/nodes.h).
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
	double load1; /* 0 where the worker does not tell it */
	/* Counters since the machine's start; -1 where the worker does not tell them. */
	int64_t network_bytes_sent, network_bytes_recv;
	int64_t disk_read_bytes, disk_write_bytes;
};

enum report_status { REPORT_RUNNING, REPORT_STOPPED, REPORT_ERROR, REPORT_STATUS_COUNT };

struct parsed_services {
	struct buf json; /* {name: service} */
	int total, by_status[REPORT_STATUS_COUNT];
	uint32_t revision; /* a hash of what a browser must hear of; see services.c */
};

struct parsed_certificates {
	bool given;	    /* the report told them; else they are as they were, and the rest is empty */
	struct buf json;    /* an array, each certificate with its worker */
	int64_t total;	    /* of those that could be read */
	int64_t errors;	    /* paths that could not */
	bool has_days_left; /* there is a certificate */
	int64_t days_left;  /* until the first of them ends; negative once it has ended */
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
	const struct json *logs; /* an array in the body, not checked yet; NULL if there is none */
	const char *batch;	 /* the id of the logs' batch; "" */
};

/*
 * Reads a report as docs/PROTOCOL.md, "Reports" has it. ERR_INVALID names the field, as in
 * "metrics.memory.percent is missing"; *out is untouched then. On success the caller frees with report_free,
 * and keeps `body` until then.
 */
enum err report_read(const struct json *body, struct parsed_report *out, struct reason *why) MUST_CHECK;
void report_free(struct parsed_report *report);

/* When the report came, and the interval that its reporter is granted for the next one. */
struct report_grant {
	int64_t now_ms;
	int64_t interval_s;
};

/*
 * Append what docs/ARCHITECTURE.md describes as `{n}:state`, a point of `{n}:history`, and `{n}:summary`.
 * None of them can fail.
 */
void report_write_state(const struct parsed_report *report, const struct report_grant *grant,
			struct buf *out);
void report_write_point(const struct parsed_report *report, const struct report_grant *grant,
			struct buf *out);
void report_write_summary(const struct parsed_report *report, const struct report_grant *grant,
			  struct buf *out);

/*
 * The parts of a report, each in its file; called by report_read. They take what stands at the member's name
 * (NULL: nothing) and fill a zeroed *out, which may hold memory on failure, too: report_free frees it.
 */
enum err report_read_metrics(const struct json *metrics, struct parsed_metrics *out,
			     struct reason *why) MUST_CHECK;
enum err report_read_services(const struct json *services, struct parsed_services *out,
			      struct reason *why) MUST_CHECK;
enum err report_read_certificates(const struct json *certificates, const char *node,
				  struct parsed_certificates *out, struct reason *why) MUST_CHECK;

#endif
