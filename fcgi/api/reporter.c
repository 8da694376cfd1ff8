/*
 * /api/reporter: what workers send: reports, batches of log lines, results of commands, and beats, by which
 * they are heard when there is nothing else to say. The node is the token's, whatever the body says, so a
 * worker can speak for nobody but itself.
 *
 * What a report must look like is decided in fcgi/report; how it is kept, in store/reports.h. This file joins
 * the two: what the store knew before the report decides about the next interval and about the certificates,
 * which a report leaves out while they are unchanged.
 */
#include "common/clock.h"
#include "common/limits.h"
#include "common/node.h"
#include "fcgi/api/body.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/command.h"
#include "fcgi/model/logbook.h"
#include "fcgi/report/interval.h"
#include "fcgi/report/report.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/reports.h"

#include <math.h>
#include <string.h>

static enum err check_node(struct call *call, const char *node)
{
	if (strcmp(node, call->session->subject) != 0)
		return reason_set(call->why, ERR_NODE_MISMATCH, "the token is for the node %s, not for %.64s",
				  call->session->subject, node);
	return ERR_NONE;
}

static double known(const struct json *share)
{
	return json_is_number(share) ? json_number(share) : NAN;
}

/*
 * The interval that follows from the last points, this report's among them. A cron worker comes when cron
 * calls it, and a user may have fixed the interval: both are granted what they have.
 */
static int64_t grant_interval(const struct parsed_report *report, const struct buf *stored_points)
{
	struct interval_point points[INTERVAL_POINTS] = {
		{report->metrics.cpu_percent, report->metrics.memory_percent}};
	struct json *stored = NULL;
	size_t count = 1;

	if (report->cron || report->interval_fixed)
		return report->interval_s;
	if (json_parse(stored_points->data, stored_points->len, &stored, NULL) != ERR_NONE)
		stored = NULL;
	for (const struct json *p = json_first(stored); p && count < INTERVAL_POINTS; p = json_next(p))
		points[count++] = (struct interval_point){known(json_get(p, "cpu_percent")),
							  known(json_get(p, "memory_percent"))};
	json_free(stored);
	return interval_next(points, count, report->interval_s, report->min_interval_s,
			     report->max_interval_s);
}

/* Joins in what the summary and, where it is needed, the state of the report before say. */
static enum err compare(struct call *call, struct parsed_report *report, const struct buf *stored_summary,
			int64_t now_ms)
{
	struct json *summary = NULL, *state = NULL;
	struct buf stored_state = {0};
	bool is_dated = true;
	enum err err;

	if (stored_summary->len &&
	    json_parse(stored_summary->data, stored_summary->len, &summary, NULL) != ERR_NONE)
		summary = NULL;
	report_compare(report, summary, now_ms);
	json_free(summary);
	for (size_t i = 0; i < report->troubles.count; i++)
		is_dated = is_dated && report->troubles.items[i].since_ms;
	if (is_dated)
		return ERR_NONE;
	err = nodes_state(call->context->store, report->node, &stored_state);
	if (err == ERR_NONE && json_parse(stored_state.data, stored_state.len, &state, NULL) != ERR_NONE)
		state = NULL;
	if (err == ERR_NONE || err == ERR_UNKNOWN_NODE) { /* its first report has none before it */
		report_date_troubles(&report->troubles, json_get(state, "troubles"), now_ms);
		err = ERR_NONE;
	}
	json_free(state);
	buf_free(&stored_state);
	return err;
}

/* Stores the report and takes the commands that wait for the node, a JSON array, into `commands`. */
static enum err store_report(struct call *call, struct parsed_report *report,
			     const struct report_before *before, const struct report_grant *grant,
			     struct buf *commands)
{
	const struct buf *now = &report->certificates.json, *then = &before->certificates;
	struct buf state = {0}, point = {0}, summary = {0};
	int64_t held_s = (node_overdue_at(grant->now_ms, grant->interval_s) - grant->now_ms + 999) / 1000;
	struct stored_report parts = {
		.node = report->node,
		.instance = report->instance,
		.instance_held_s = report->goodbye ? 0 : held_s,
		.now_ms = grant->now_ms,
		.state = &state,
		.point = &point,
		.summary = &summary,
	};
	enum err err;

	/* Certificates that did not change are not written, and so not pushed to the browsers again. */
	if (report->certificates.given &&
	    (now->len != then->len || memcmp(now->data, then->data, now->len) != 0))
		parts.certificates = now;
	report_write_state(report, grant, &state);
	report_write_point(report, grant, &point);
	report_write_summary(report, grant, &summary);
	err = reports_store(call->context->store, &parts, commands);
	buf_free(&state);
	buf_free(&point);
	buf_free(&summary);
	return err;
}

/*
 * A report from its checks to its answer. Everything is checked before anything is stored; the entries of its
 * log come last, so that a report which another reporter process disputes adds no lines.
 */
static enum err take_report(struct call *call, struct parsed_report *report)
{
	struct store *store = call->context->store;
	struct json_out json = {.buf = &call->response->body};
	struct report_before before = {0};
	struct report_grant grant = {.now_ms = clock_now_ms()};
	struct buf commands = {0};
	struct logbook_stored stored;
	enum err err = check_node(call, report->node);

	if (err != ERR_NONE)
		return err;
	err = report->logs ? logbook_check(report->logs, call->why) : ERR_NONE;
	if (err != ERR_NONE)
		return err;
	err = reports_begin(store, report->node, report->instance, INTERVAL_POINTS - 1, &before);
	if (err != ERR_NONE)
		return err;
	if (before.other_instance) {
		err = reason_set(call->why, ERR_DUPLICATE_WORKER,
				 "another reporter reports as %s; give this one its own node id and token",
				 report->node);
		goto out;
	}
	err = compare(call, report, &before.summary, grant.now_ms);
	if (err != ERR_NONE)
		goto out;
	grant.interval_s = grant_interval(report, &before.points);
	err = store_report(call, report, &before, &grant, &commands);
	if (err != ERR_NONE)
		goto out;
	if (report->logs && json_first(report->logs))
		err = logbook_add(store, report->node, &(struct logbook_batch){report->batch, report->logs},
				  &stored, call->why);
	if (err != ERR_NONE)
		goto out;
	json_open(&json, '{');
	json_put_text(&json, "status", "received");
	json_put_text(&json, "worker_id", report->node);
	json_put_time(&json, "timestamp", grant.now_ms);
	json_put_integer(&json, "next_report_interval", grant.interval_s);
	json_put_raw(&json, "commands", commands.data, commands.len);
	json_close(&json, '}');
out:
	report_before_free(&before);
	buf_free(&commands);
	return err;
}

enum err api_report(struct call *call)
{
	struct parsed_report report;
	enum err err = report_read(call->body, &report, call->why);

	if (err != ERR_NONE)
		return err;
	err = take_report(call, &report);
	report_free(&report);
	return err;
}

enum err api_report_logs(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};
	const char *node = NULL, *batch = NULL;
	struct logbook_stored stored;
	enum err err = json_need_text(call->body, "", "node_id", LIMIT_NAME, &node, call->why);

	if (err != ERR_NONE)
		return err;
	err = check_node(call, node);
	if (err != ERR_NONE)
		return err;
	err = json_need_text(call->body, "", "batch", LOGBOOK_BATCH_MAX, &batch, call->why);
	if (err != ERR_NONE)
		return err;
	/* Without an id a batch that is sent again could not be told from a new one. */
	if (!*batch)
		return reason_set(call->why, ERR_INVALID, "batch is empty");
	err = nodes_heard(call->context->store, node, clock_now_ms());
	if (err != ERR_NONE)
		return err;
	err = logbook_add(call->context->store, node,
			  &(struct logbook_batch){batch, json_get(call->body, "logs")}, &stored, call->why);
	if (err != ERR_NONE)
		return err;
	json_open(&json, '{');
	json_put_bool(&json, "success", true);
	json_put_integer(&json, "added", stored.added);
	json_put_integer(&json, "total_stored", stored.total);
	json_close(&json, '}');
	return ERR_NONE;
}

enum err api_report_result(struct call *call)
{
	const char *id = NULL;
	enum err err = json_need_text(call->body, "", "command_id", ID_RANDOM_SIZE - 1, &id, call->why);

	if (err != ERR_NONE)
		return err;
	err = nodes_heard(call->context->store, call->session->subject, clock_now_ms());
	if (err != ERR_NONE)
		return err;
	err = command_take_result(call->context->store, call->session->subject, id, call->body, call->why);
	if (err != ERR_NONE)
		return err;
	body_write_success(call);
	return ERR_NONE;
}

enum err api_report_beat(struct call *call)
{
	call->response->status = 204;
	return nodes_heard(call->context->store, call->session->subject, clock_now_ms());
}
