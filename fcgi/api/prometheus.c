/*
 * GET /metrics: the cluster in Prometheus' text format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), in its base units: bytes, seconds, ratios.
 *
 * Everything is read from the nodes' stored states at the moment of the scrape; nothing is counted here. The
 * format wants all samples of a metric in one group, so each metric is a walk over all nodes.
 */
#include "common/clock.h"
#include "common/id.h"
#include "common/mem.h"
#include "common/node.h"
#include "common/thresholds.h"
#include "fcgi/api/routes.h"
#include "fcgi/store/nodes.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "p2pdash_"
#define MEBI   1048576.0
#define SHARE  0.01

#define NUMBER_SIZE 32

/* A number of a node's stored state, by the path to it. A new metric of the report is a row here as well. */
static const struct sample {
	const char *name, *type, *help;
	const char *group; /* the object within `metrics`; NULL: `metrics` itself */
	const char *key;
	int index;     /* in an array; -1: the value is no array but a number */
	double factor; /* from the report's unit to the base unit */
} SAMPLES[] = {
	/* clang-format off */
	{"node_cpu_usage_ratio", "gauge", "Share of CPU time in use.", NULL, "cpu_percent", -1, SHARE},
	{"node_cpus", "gauge", "Processors.", NULL, "cpu_count", -1, 1},
	{"node_memory_usage_ratio", "gauge", "Share of memory in use.", "memory", "percent", -1, SHARE},
	{"node_memory_size_bytes", "gauge", "Memory.", "memory", "total", -1, 1},
	{"node_memory_available_bytes", "gauge", "Memory that programs can still get.", "memory", "available", -1, 1},
	{"node_memory_used_bytes", "gauge", "Memory in use.", "memory", "used", -1, 1},
	{"node_disk_usage_ratio", "gauge", "Share of the root file system in use.", "disk", "percent", -1, SHARE},
	{"node_disk_size_bytes", "gauge", "Root file system.", "disk", "total", -1, 1},
	{"node_disk_free_bytes", "gauge", "Room on the root file system.", "disk", "free", -1, 1},
	{"node_disk_used_bytes", "gauge", "Root file system in use.", "disk", "used", -1, 1},
	{"node_load1", "gauge", "Load average over 1 minute.", NULL, "load_average", 0, 1},
	{"node_load5", "gauge", "Load average over 5 minutes.", NULL, "load_average", 1, 1},
	{"node_load15", "gauge", "Load average over 15 minutes.", NULL, "load_average", 2, 1},
	{"node_disk_read_bytes_total", "counter", "Bytes read from disks.", "disk_io", "read_bytes", -1, 1},
	{"node_disk_written_bytes_total", "counter", "Bytes written to disks.", "disk_io", "write_bytes", -1, 1},
	{"node_disk_reads_total", "counter", "Reads from disks.", "disk_io", "read_count", -1, 1},
	{"node_disk_writes_total", "counter", "Writes to disks.", "disk_io", "write_count", -1, 1},
	{"node_network_transmit_bytes_total", "counter", "Bytes sent.", "network_io", "bytes_sent", -1, 1},
	{"node_network_receive_bytes_total", "counter", "Bytes received.", "network_io", "bytes_recv", -1, 1},
	{"node_network_transmit_packets_total", "counter", "Packets sent.", "network_io", "packets_sent", -1, 1},
	{"node_network_receive_packets_total", "counter", "Packets received.", "network_io", "packets_recv", -1, 1},
	{"node_processes", "gauge", "Processes.", NULL, "process_count", -1, 1},
	{"node_reporter_resident_memory_bytes", "gauge", "Resident memory of the reporter.", NULL, "memory_usage_mb", -1, MEBI},
	/* clang-format on */
};

/* A node with its state parsed: a scrape is rare, and asks for every number in it. */
struct target {
	const struct cluster_node *node;
	enum node_status status;
	bool is_missing;
	struct json *state;
};

static void write_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

/* Counters may have more digits than 15; other numbers have noise there. */
static const char *number_text(double value, char text[NUMBER_SIZE])
{
	(void)snprintf(text, NUMBER_SIZE, trunc(value) == value && fabs(value) < 1e19 ? "%.0f" : "%.15g",
		       value);
	return text;
}

/*
 * A node that does not report the value has no sample, which is not the same as a sample of 0. Nor has a node
 * that is not online: its last values are not those of now, and Prometheus would draw them as a level line.
 */
static void write_samples(struct buf *out, const struct sample *sample, const struct target *targets,
			  size_t count)
{
	char text[NUMBER_SIZE];

	write_head(out, sample->name, sample->type, sample->help);
	for (size_t i = 0; i < count; i++) {
		const struct json *metrics =
			targets[i].status == NODE_ONLINE ? json_get(targets[i].state, "metrics") : NULL;
		const struct json *group = sample->group ? json_get(metrics, sample->group) : metrics;
		const struct json *value = json_get(group, sample->key);

		if (sample->index >= 0)
			value = json_first(value);
		for (int k = 0; k < sample->index; k++)
			value = json_next(value);
		if (json_is_number(value))
			buf_printf(out, PREFIX "%s{node=\"%s\"} %s\n", sample->name, targets[i].node->id,
				   number_text(json_number(value) * sample->factor, text));
	}
}

static void write_time(struct buf *out, const char *name, const struct target *target, int64_t ms)
{
	buf_printf(out, PREFIX "%s{node=\"%s\"} %.3f\n", name, target->node->id, (double)ms / 1000);
}

static void write_presence(struct buf *out, const struct target *targets, size_t count)
{
	write_head(out, "node_up", "gauge", "Whether the node is online.");
	for (size_t i = 0; i < count; i++)
		buf_printf(out, PREFIX "node_up{node=\"%s\"} %d\n", targets[i].node->id,
			   targets[i].status == NODE_ONLINE);
	write_head(out, "node_missing", "gauge", "1 for a worker that was silent for ten minutes.");
	for (size_t i = 0; i < count; i++)
		if (targets[i].is_missing)
			buf_printf(out, PREFIX "node_missing{node=\"%s\"} 1\n", targets[i].node->id);
	write_head(out, "node_last_heard_timestamp_seconds", "gauge", "When the node was last heard.");
	for (size_t i = 0; i < count; i++)
		write_time(out, "node_last_heard_timestamp_seconds", &targets[i],
			   targets[i].node->presence.heard_ms);
	write_head(out, "node_last_report_timestamp_seconds", "gauge", "When the node reported last.");
	for (size_t i = 0; i < count; i++)
		if (targets[i].node->head.reported_at_ms)
			write_time(out, "node_last_report_timestamp_seconds", &targets[i],
				   targets[i].node->head.reported_at_ms);
	write_head(out, "node_report_interval_seconds", "gauge", "How often the node reports.");
	for (size_t i = 0; i < count; i++)
		buf_printf(out, PREFIX "node_report_interval_seconds{node=\"%s\"} %.15g\n",
			   targets[i].node->id, json_number(json_get(targets[i].state, "current_interval")));
}

/* Within a label's value the format escapes backslash, quote and newline; no name holds a newline (id.h). */
static void write_label(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			buf_char(out, '\\');
		buf_char(out, *text);
	}
}

/* The beginning of a service's sample, up to where its other labels or its value follow. */
static void open_service(struct buf *out, const char *name, const char *node, const char *service)
{
	buf_printf(out, PREFIX "%s{node=\"%s\",service=\"", name, node);
	write_label(out, service);
	buf_char(out, '"');
}

/* Of a node that is not online nobody knows what runs there. */
static const struct json *services_of(const struct target *target)
{
	return target->status == NODE_ONLINE ? json_get(target->state, "services") : NULL;
}

static void write_services(struct buf *out, const struct target *target)
{
	static const char *const STATUSES[] = {"running", "stopped", "error"};
	const struct json *services = services_of(target);

	for (const struct json *service = json_first(services); service; service = json_next(service)) {
		const char *status = json_text(json_get(service, "status"));

		for (size_t i = 0; status && i < sizeof(STATUSES) / sizeof(*STATUSES); i++) {
			open_service(out, "service_status", target->node->id, json_key(service));
			buf_printf(out, ",status=\"%s\"} %d\n", STATUSES[i],
				   strcmp(status, STATUSES[i]) == 0);
		}
	}
}

/* How often managers had to restart services, and when services failed last. Who does not know has no sample.
 */
static void write_restarts(struct buf *out, const struct target *targets, size_t count)
{
	write_head(out, "service_restarts_total", "counter", "Restarts of the service by its manager.");
	for (size_t i = 0; i < count; i++) {
		const struct json *service = json_first(services_of(&targets[i]));

		for (; service; service = json_next(service)) {
			const struct json *restarts = json_get(service, "restarts");

			if (!json_is_number(restarts))
				continue;
			open_service(out, "service_restarts_total", targets[i].node->id, json_key(service));
			buf_printf(out, "} %.15g\n", json_number(restarts));
		}
	}
	write_head(out, "service_last_failure_timestamp_seconds", "gauge", "When the service failed last.");
	for (size_t i = 0; i < count; i++) {
		const struct json *service = json_first(services_of(&targets[i]));

		for (; service; service = json_next(service)) {
			const char *at = json_text(json_get(json_get(service, "last_failure"), "at"));
			int64_t ms;

			if (!at || clock_parse_iso(at, strlen(at), &ms) != ERR_NONE)
				continue;
			open_service(out, "service_last_failure_timestamp_seconds", targets[i].node->id,
				     json_key(service));
			buf_printf(out, "} %.3f\n", (double)ms / 1000);
		}
	}
}

static void write_cluster(struct buf *out, const struct target *targets, size_t count,
			  const struct cluster_totals *totals)
{
	static const enum node_status STATUSES[] = {NODE_ONLINE, NODE_STALE, NODE_OFFLINE};

	write_head(out, "workers", "gauge", "Workers by status, without those that are missing.");
	for (size_t k = 0; k < sizeof(STATUSES) / sizeof(*STATUSES); k++) {
		int workers = 0;

		for (size_t i = 0; i < count; i++)
			workers += strcmp(targets[i].node->id, ID_COORDINATOR) != 0 &&
				   !targets[i].is_missing && targets[i].status == STATUSES[k];
		buf_printf(out, PREFIX "workers{status=\"%s\"} %d\n", node_status_name(STATUSES[k]), workers);
	}
	write_head(out, "reports_total", "counter", "Reports received.");
	buf_printf(out, PREFIX "reports_total %" PRId64 "\n", totals->total_updates);
	write_head(out, "start_time_seconds", "gauge",
		   "Since when the coordinator serves without an interruption.");
	buf_printf(out, PREFIX "start_time_seconds %.3f\n", (double)totals->started_at_ms / 1000);
}

/* A state that cannot be read is left out; only a fault of ours or a foreign hand in Redis makes one. */
static struct target *read_targets(const struct node_list *nodes, int64_t now_ms, size_t *count)
{
	struct target *targets = mem_alloc(nodes->count + 1, sizeof(*targets));

	*count = 0;
	for (size_t i = 0; i < nodes->count; i++) {
		const struct cluster_node *node = &nodes->list[i];
		struct target *target = &targets[*count];

		target->node = node;
		target->status = node_status_at(&node->head, &node->presence, now_ms);
		target->is_missing = cluster_node_is_missing(node, now_ms);
		if (!node->is_unreadable &&
		    json_parse(node->state.data, node->state.len, &target->state, NULL) == ERR_NONE)
			(*count)++;
	}
	return targets;
}

static void write_thresholds(struct buf *out)
{
	char text[NUMBER_SIZE];
	size_t count;
	const struct threshold *list = thresholds_list(&count);

	write_head(out, "threshold", "gauge", "From where on a value needs attention on the dashboard.");
	for (size_t i = 0; i < count; i++)
		buf_printf(out, PREFIX "threshold{value=\"%s\",level=\"%s\"} %s\n", list[i].value,
			   list[i].level, number_text(list[i].at, text));
}

enum err api_prometheus(struct call *call)
{
	struct buf *out = &call->response->body;
	struct target *targets;
	struct node_list nodes;
	size_t count;
	enum err err = nodes_load(call->context->store, &nodes);

	if (err != ERR_NONE)
		return err;
	targets = read_targets(&nodes, clock_now_ms(), &count);
	call->response->content_type = "text/plain; version=0.0.4; charset=utf-8";
	write_cluster(out, targets, count, &nodes.totals);
	write_thresholds(out);
	write_presence(out, targets, count);
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(*SAMPLES); i++)
		write_samples(out, &SAMPLES[i], targets, count);
	write_head(out, "service_status", "gauge", "1 for the status the service has, 0 for the others.");
	for (size_t i = 0; i < count; i++)
		write_services(out, &targets[i]);
	write_restarts(out, targets, count);
	for (size_t i = 0; i < count; i++)
		json_free(targets[i].state);
	free(targets);
	node_list_free(&nodes);
	return ERR_NONE;
}
