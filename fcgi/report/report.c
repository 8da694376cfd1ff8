/*
 * The report's frame: who reports, how often, and which parts belong to it.
 *
 * A report comes from a machine that somebody else may own, and what it says is stored, sent to every browser
 * and read again by other programs. So it is not passed on but rebuilt: each field is read with its type and
 * its bounds and written anew, and what has no row in a table of this room is left out. What is stored is
 * therefore always well formed, of bounded length, and never surprises the page.
 *
 * The whole report is checked before anything of it is stored: a report is taken or refused, never half
 * taken. A refusal names the field, because whoever reads it is most likely writing a reporter. Only a number
 * that was measured is no reason to refuse a report, however odd it is: see metrics.c.
 *
 * What must stay true: parsing needs nothing but the body. What the cluster knew before (the last points, the
 * other certificates) is joined in by api/reporter.c, which is where Redis is asked.
 */
#include "fcgi/report/report.h"

#include "common/limits.h"

#include <stdlib.h>
#include <string.h>

#define INTERVAL_CEILING_S 86400 /* cron may run once a day */
#define MODE_MAX	   16
#define INSTANCE_MAX	   64
#define BATCH_MAX	   64
#define REPORTER_MAX	   4096

static enum err read_flag(const struct json *body, const char *key, bool *out, struct reason *why)
{
	const struct json *value = json_get(body, key);

	if (value && !json_is_null(value) && !json_is_bool(value))
		return reason_set(why, ERR_INVALID, "%s must be true or false", key);
	*out = json_is_true(value);
	return ERR_NONE;
}

/* Which reporter of which node speaks, and in which way it comes. */
static enum err read_sender(const struct json *body, struct parsed_report *out, struct reason *why)
{
	const char *mode = NULL;
	enum err err = json_need_text(body, "", "worker_id", LIMIT_NAME, &out->node, why);

	if (err != ERR_NONE)
		return err;
	if (!id_is_node(out->node))
		return reason_set(
			why, ERR_INVALID,
			"worker_id must be 1 to %d letters, digits, dots, dashes and underscores and "
			"begin with a letter or digit",
			ID_NODE_MAX);
	err = json_optional_text(body, "", "instance", INSTANCE_MAX, &out->instance, why);
	if (err != ERR_NONE)
		return err;
	err = json_need_text(body, "", "mode", MODE_MAX, &mode, why);
	if (err != ERR_NONE)
		return err;
	out->cron = strcmp(mode, "cron") == 0;
	if (!out->cron && strcmp(mode, "daemon") != 0)
		return reason_set(why, ERR_INVALID, "mode must be \"daemon\" or \"cron\"");
	return ERR_NONE;
}

/*
 * When the next report is due: the interval that the reporter has, between which bounds it takes another one,
 * and whether it comes again at all. Bounds beyond what the coordinator grants are drawn in. The
 * coordinator's own reporter costs no network and may be quicker.
 */
static enum err read_schedule(const struct json *body, struct parsed_report *out, struct reason *why)
{
	bool is_coordinator = strcmp(out->node, ID_COORDINATOR) == 0;
	int64_t lowest = is_coordinator ? 1 : LIMIT_INTERVAL_MIN_S;
	enum err err = json_need_integer(body, "", "interval", 1, INTERVAL_CEILING_S, &out->interval_s, why);

	if (err != ERR_NONE)
		return err;
	out->min_interval_s = lowest;
	err = json_optional_integer(body, "", "min_interval", 1, INTERVAL_CEILING_S, &out->min_interval_s,
				    why);
	if (err != ERR_NONE)
		return err;
	out->max_interval_s = LIMIT_INTERVAL_MAX_S;
	err = json_optional_integer(body, "", "max_interval", 1, INTERVAL_CEILING_S, &out->max_interval_s,
				    why);
	if (err != ERR_NONE)
		return err;
	if (out->min_interval_s < lowest)
		out->min_interval_s = lowest;
	if (out->max_interval_s > LIMIT_INTERVAL_MAX_S)
		out->max_interval_s = LIMIT_INTERVAL_MAX_S;
	if (out->min_interval_s > out->max_interval_s)
		return reason_set(why, ERR_INVALID, "min_interval must not be above max_interval");
	err = read_flag(body, "goodbye", &out->goodbye, why);
	if (err != ERR_NONE)
		return err;
	return read_flag(body, "interval_fixed", &out->interval_fixed, why);
}

/* The reporter's statistics are its own business; they are kept as they are, within bounds. */
static enum err read_reporter(const struct json *reporter, struct buf *out, struct reason *why)
{
	if (!reporter || json_is_null(reporter))
		return ERR_NONE;
	if (!json_is_object(reporter))
		return reason_set(why, ERR_INVALID, "reporter must be an object");
	json_write(out, reporter);
	if (out->len > REPORTER_MAX)
		return reason_set(why, ERR_INVALID, "reporter is longer than %d bytes", REPORTER_MAX);
	return ERR_NONE;
}

static enum err read_parts(const struct json *body, struct parsed_report *out, struct reason *why)
{
	const struct json *logs = json_get(body, "logs");
	enum err err = report_read_metrics(json_get(body, "metrics"), &out->metrics, &out->troubles, why);

	if (err != ERR_NONE)
		return err;
	report_read_troubles(json_get(body, "troubles"), &out->troubles);
	err = report_read_services(json_get(body, "services"), &out->services, why);
	if (err != ERR_NONE)
		return err;
	err = report_read_certificates(json_get(body, "certificates"), out->node, &out->certificates, why);
	if (err != ERR_NONE)
		return err;
	err = read_reporter(json_get(body, "reporter"), &out->reporter, why);
	if (err != ERR_NONE)
		return err;
	if (!logs || json_is_null(logs))
		return ERR_NONE;
	if (!json_is_array(logs))
		return reason_set(why, ERR_INVALID, "logs must be an array");
	out->logs = logs;
	return json_optional_text(body, "", "batch", BATCH_MAX, &out->batch, why);
}

enum err report_read(const struct json *body, struct parsed_report *out, struct reason *why)
{
	struct parsed_report report = {.instance = "", .batch = ""};
	enum err err = read_sender(body, &report, why);

	if (err != ERR_NONE)
		goto free_report;
	err = read_schedule(body, &report, why);
	if (err != ERR_NONE)
		goto free_report;
	err = read_parts(body, &report, why);
	if (err != ERR_NONE)
		goto free_report;
	*out = report;
	return ERR_NONE;

free_report:
	report_free(&report);
	return err;
}

void report_free(struct parsed_report *report)
{
	buf_free(&report->metrics.json);
	free(report->troubles.items);
	buf_free(&report->services.json);
	buf_free(&report->certificates.json);
	buf_free(&report->reporter);
}
