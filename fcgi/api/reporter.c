/* /api/reporter: what workers send. The node is the token's, whatever the body says. */
#include "common/clock.h"
#include "common/limits.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/command.h"
#include "fcgi/model/logbook.h"
#include "fcgi/report/interval.h"
#include "fcgi/report/report.h"
#include "fcgi/store/reports.h"

#include <string.h>

/* A worker's token speaks for its own node alone. */
static enum err check_node(struct call *call, const char *node)
{
	if (strcmp(node, call->session->subject) != 0)
		return reason_set(call->why, ERR_NODE_MISMATCH, "the token is for the node %s, not for %.64s",
				  call->session->subject, node);
	return ERR_NONE;
}

/* The interval that follows from the last points, this report's among them. */
static int64_t grant_interval(const struct parsed_report *report, const struct buf *stored_points)
{
	struct interval_point points[INTERVAL_POINTS] = {
		{report->metrics.cpu_percent, report->metrics.memory_percent}};
	struct json *stored = NULL;
	size_t count = 1;

	if (report->cron || report->interval_fixed)
		return report->interval_s;
	if (json_parse(stored_points->data, stored_points->len, &stored, NULL) == ERR_NONE)
		for (const struct json *p = json_first(stored); p && count < INTERVAL_POINTS;
		     p = json_next(p))
			points[count++] = (struct interval_point){json_number(json_get(p, "cpu_percent")),
								  json_number(json_get(p, "memory_percent"))};
	json_free(stored);
	return interval_next(points, count, report->interval_s, report->min_interval_s,
			     report->max_interval_s);
}

/* Certificates the report does not tell are as they were. */
static void keep_certificates(struct parsed_report *report, const struct buf *stored_summary)
{
	struct json *summary = NULL;
	const struct json *days_left;

	if (report->certificates.given || !stored_summary->len ||
	    json_parse(stored_summary->data, stored_summary->len, &summary, NULL) != ERR_NONE)
		return;
	days_left = json_get(summary, "certificate_days_left");
	report->certificates.total = (int64_t)json_number(json_get(summary, "certificates_total"));
	report->certificates.has_days_left = json_is_number(days_left);
	report->certificates.days_left = (int64_t)json_number(days_left);
	json_free(summary);
}

static bool certificates_changed(const struct parsed_report *report, const struct buf *stored)
{
	const struct buf *now = &report->certificates.json;

	return report->certificates.given &&
	       (now->len != stored->len || memcmp(now->data, stored->data, now->len) != 0);
}

static enum err store_report(struct call *call, struct parsed_report *report,
			     const struct report_before *before, const struct report_grant *grant,
			     struct buf *commands)
{
	struct buf state = {0}, point = {0}, summary = {0};
	int64_t fresh_s = (grant->interval_s * 3 + 1) / 2 + 10;
	struct report_parts parts = {
		.node = report->node,
		.instance = report->instance,
		.instance_held_s = report->goodbye ? 0 : fresh_s,
		.now_ms = grant->now_ms,
		.state = &state,
		.point = &point,
		.summary = &summary,
	};
	enum err err;

	keep_certificates(report, &before->summary);
	report_write_state(report, grant, &state);
	report_write_point(report, grant, &point);
	report_write_summary(report, grant, &summary);
	if (certificates_changed(report, &before->certificates))
		parts.certificates = &report->certificates.json;
	err = reports_store(call->context->store, &parts, commands);
	buf_free(&state);
	buf_free(&point);
	buf_free(&summary);
	return err;
}

static void write_answer(struct call *call, const struct parsed_report *report,
			 const struct report_grant *grant, const struct buf *commands)
{
	struct json_out json = {.buf = &call->response->body};

	json_open(&json, '{');
	json_put_text(&json, "status", "received");
	json_put_text(&json, "worker_id", report->node);
	json_put_time(&json, "timestamp", grant->now_ms);
	json_put_integer(&json, "next_report_interval", grant->interval_s);
	json_put_raw(&json, "commands", commands->data, commands->len);
	json_close(&json, '}');
}

/* Entries that came along; they were checked before anything of the report was stored. */
static enum err store_logs(struct call *call, const struct parsed_report *report)
{
	int64_t added, total;

	if (!report->logs || !json_first(report->logs))
		return ERR_NONE;
	return logbook_add(call->context->store, report->node, report->batch, report->logs, &added, &total,
			   call->why);
}

static enum err take_report(struct call *call, struct parsed_report *report)
{
	struct report_before before = {0};
	struct report_grant grant = {.now_ms = clock_now_ms()};
	struct buf commands = {0};
	enum err err = check_node(call, report->node);

	if (err == ERR_NONE && report->logs)
		err = logbook_check(report->logs, call->why);
	if (err == ERR_NONE)
		err = reports_begin(call->context->store, report->node, report->instance, INTERVAL_POINTS - 1,
				    &before);
	if (err != ERR_NONE)
		return err;
	if (before.other_instance) {
		err = reason_set(call->why, ERR_DUPLICATE_WORKER,
				 "another reporter reports as %s; give this one its own node id and token",
				 report->node);
	} else {
		grant.interval_s = grant_interval(report, &before.points);
		err = store_report(call, report, &before, &grant, &commands);
	}
	if (err == ERR_NONE)
		err = store_logs(call, report);
	if (err == ERR_NONE)
		write_answer(call, report, &grant, &commands);
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
	int64_t added = 0, total = 0;
	enum err err = json_need_text(call->body, "", "node_id", 256, &node, call->why);

	if (err == ERR_NONE)
		err = check_node(call, node);
	if (err == ERR_NONE)
		err = json_need_text(call->body, "", "batch", LOGBOOK_BATCH_MAX, &batch, call->why);
	if (err == ERR_NONE && !*batch)
		err = reason_set(call->why, ERR_INVALID, "batch is empty");
	if (err == ERR_NONE)
		err = logbook_add(call->context->store, node, batch, json_get(call->body, "logs"), &added,
				  &total, call->why);
	if (err != ERR_NONE)
		return err;
	json_open(&json, '{');
	json_put_bool(&json, "success", true);
	json_put_integer(&json, "added", added);
	json_put_integer(&json, "total_stored", total);
	json_close(&json, '}');
	return ERR_NONE;
}

/* What is kept of a result; its size is bounded by the body's. */
static enum err read_result(struct call *call, struct buf *out)
{
	struct json_out json = {.buf = out};
	const struct json *success = json_get(call->body, "success");
	static const struct {
		const char *key;
		size_t max_len;
	} TEXTS[] = {{"message", LIMIT_MESSAGE},
		     {"error", LIMIT_MESSAGE},
		     {"code", LIMIT_NAME},
		     {"status", LIMIT_NAME}};

	if (!json_is_bool(success))
		return reason_set(call->why, ERR_INVALID, "success must be true or false");
	json_open(&json, '{');
	json_put_bool(&json, "success", json_is_true(success));
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		const char *text = NULL;
		enum err err =
			json_optional_text(call->body, "", TEXTS[i].key, TEXTS[i].max_len, &text, call->why);

		if (err != ERR_NONE)
			return err;
		if (text)
			json_put_text(&json, TEXTS[i].key, text);
	}
	if (json_get(call->body, "result"))
		json_put_value(&json, "result", json_get(call->body, "result"));
	json_close(&json, '}');
	return ERR_NONE;
}

enum err api_report_result(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};
	const char *id = NULL;
	struct buf result = {0};
	enum err err = json_need_text(call->body, "", "command_id", ID_RANDOM_SIZE - 1, &id, call->why);

	if (err == ERR_NONE)
		err = read_result(call, &result);
	if (err == ERR_NONE)
		err = command_take_result(call->context->store, call->session->subject, id, &result);
	if (err == ERR_UNKNOWN_COMMAND)
		err = reason_set(call->why, err, "there is no command %s for %s", id, call->session->subject);
	if (err == ERR_NONE) {
		json_open(&json, '{');
		json_put_bool(&json, "success", true);
		json_close(&json, '}');
	}
	buf_free(&result);
	return err;
}
