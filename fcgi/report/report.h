/*
 * A worker's report on the coordinator's side: read from the body that came, checked field by field, and
 * written as it is kept and served. Knows neither Redis nor HTTP.
 *
 * The reporter has a report of its own, the parts that it sends (reporter/report/report.h). The feed passes
 * on the stored text without parsing it (feed/node_table.h). Here `parsed` means received and found right.
 */
#ifndef FCGI_REPORT_REPORT_H
#define FCGI_REPORT_REPORT_H

#include "common/buf.h"
#include "common/id.h"
#include "common/json.h"
#include "common/limits.h"

#include <stdbool.h>
#include <stdint.h>

/* NAN and -1 stand for what the worker does not tell; both are written as null. */
struct parsed_metrics {
	struct buf json; /* the `metrics` object as it is served */
	double cpu_percent, memory_percent, disk_percent;
	double load1;
	/* Counters since the machine's start. */
	int64_t network_bytes_sent, network_bytes_recv;
	int64_t disk_read_bytes, disk_write_bytes;
	/* Bytes a second since the report before; see report_compare. */
	double network_receive_rate, network_transmit_rate;
};

/* Something that the reporter could not do, or a member of its metrics that makes no sense. */
struct parsed_trouble {
	const char *part; /* static storage */
	char name[LIMIT_TROUBLE + 1], message[LIMIT_TROUBLE + 1];
	int64_t since_ms; /* 0: not known */
};

/* At most LIMIT_TROUBLES_A_NODE. A zeroed struct has none. */
struct parsed_troubles {
	struct parsed_trouble *items;
	size_t count;
	size_t left_out; /* there were more */
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
	struct parsed_troubles troubles; /* those of the API about the metrics, then the reporter's */
	struct parsed_services services;
	struct parsed_certificates certificates;
	struct buf reporter;	 /* the reporter's own statistics, "" if not told */
	const struct json *logs; /* an array in the body, not checked yet; NULL if there is none */
	const char *batch;	 /* the id of the logs' batch; "" */
};

/*
 * Reads a report as docs/PROTOCOL.md, "Reports" has it. A member of the metrics that makes no sense costs
 * that member: it is null, and a trouble names it. Anything else that is wrong costs the report: ERR_INVALID
 * names the field, as in "services.nginx.status is missing"; *out is untouched then. On success the caller
 * frees with report_free, and keeps `body` until then.
 */
enum err report_read(const struct json *body, struct parsed_report *out, struct reason *why) MUST_CHECK;
void report_free(struct parsed_report *report);

/* When the report came, and the interval that its reporter is granted for the next one. */
struct report_grant {
	int64_t now_ms;
	int64_t interval_s;
};

/*
 * Compares the report with the summary of the one before (NULL: there is none): how fast the network's
 * counters grew, unknown where they are or were not told, or fell; and the certificates, which a report
 * leaves out while they are as they were.
 */
void report_compare(struct parsed_report *report, const struct json *summary_before, int64_t now_ms);

/* Since when the troubles last that do not say it: as in `before`, the array of the state before, or from now
 * on. */
void report_date_troubles(struct parsed_troubles *troubles, const struct json *before, int64_t now_ms);

/*
 * Append what docs/architecture/redis.md describes as `{n}:state`, a point of `{n}:history`, and
 * `{n}:summary`. None of them can fail.
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
			     struct parsed_troubles *troubles, struct reason *why) MUST_CHECK;
void report_read_troubles(const struct json *troubles, struct parsed_troubles *out);

/* Adds a trouble whose texts are copied and cut; `part` must have static storage. */
void report_add_trouble(struct parsed_troubles *troubles, const char *part, const char *name,
			const char *message, int64_t since_ms);
void report_write_troubles(const struct parsed_troubles *troubles, struct json_out *out, const char *key);
enum err report_read_services(const struct json *services, struct parsed_services *out,
			      struct reason *why) MUST_CHECK;
enum err report_read_certificates(const struct json *certificates, const char *node,
				  struct parsed_certificates *out, struct reason *why) MUST_CHECK;

#endif
