/* The methods of the wire contract, section "RPC": each takes its params and calls what REST calls. */
#include "common/limits.h"
#include "common/log.h"
#include "fcgi/control.h"
#include "fcgi/dashboard.h"
#include "fcgi/logbook.h"
#include "fcgi/rpc.h"
#include "fcgi/store/audit.h"

#include <string.h>

#define TEXT_MAX 256

static struct store *store_of(const struct rpc_call *call)
{
	return call->caller->api->store;
}

static enum err need_text(struct rpc_call *call, const char *name, const char **out)
{
	return json_need_text(call->params, "", name, TEXT_MAX, out, call->why);
}

static enum err optional_text(struct rpc_call *call, const char *name, const char **out)
{
	return json_optional_text(call->params, "", name, TEXT_MAX, out, call->why);
}

static void note(const struct rpc_call *call, const char *action, const char *node)
{
	const struct audit_entry entry = {
		.user = call->caller->session->subject,
		.address = call->caller->address,
		.action = action,
		.node = node,
		.result = "succeeded",
	};

	if (audit_add(store_of(call), &entry) != ERR_NONE)
		log_error("rpc", "the audit misses user=%s action=%s", entry.user, action);
}

static enum err get_cluster_metrics(struct rpc_call *call, struct buf *result)
{
	return dashboard_metrics(store_of(call), result);
}

static enum err get_dashboard_stats(struct rpc_call *call, struct buf *result)
{
	return dashboard_stats(store_of(call), result);
}

static enum err get_cluster_services(struct rpc_call *call, struct buf *result)
{
	return dashboard_services(store_of(call), result);
}

static enum err get_metrics_history(struct rpc_call *call, struct buf *result)
{
	int64_t limit = DASHBOARD_HISTORY_DEFAULT;
	const char *node = NULL;
	enum err err = need_text(call, "node_id", &node);

	if (err == ERR_NONE)
		err = json_optional_integer(call->params, "", "limit", 1, LIMIT_HISTORY_POINTS, &limit,
					    call->why);
	return err == ERR_NONE ? dashboard_history(store_of(call), node, (int)limit, result, call->why) : err;
}

static enum err clear_metrics_history(struct rpc_call *call, struct buf *result)
{
	const char *node = NULL;
	enum err err = optional_text(call, "node_id", &node);

	if (err == ERR_NONE)
		err = dashboard_clear_history(store_of(call), node, result, call->why);
	if (err == ERR_NONE)
		note(call, "history.clear", node);
	return err;
}

static enum err run_order(struct rpc_call *call, const struct control_order *order,
			  struct control_outcome *out)
{
	struct control_by by = {call->caller->session->subject, call->caller->address};

	return control_run(call->caller->api, &by, order, out, call->why);
}

static enum err control_service(struct rpc_call *call, struct buf *result)
{
	struct control_outcome outcome = {.queued = false};
	struct control_order order = {.node = NULL};
	enum err err = need_text(call, "worker_id", &order.node);

	if (err == ERR_NONE)
		err = need_text(call, "service_name", &order.service_name);
	if (err == ERR_NONE)
		err = need_text(call, "action", &order.action);
	if (err == ERR_NONE)
		err = run_order(call, &order, &outcome);
	if (err != ERR_NONE)
		return err;
	control_write_answer(&order, &outcome, result);
	control_outcome_free(&outcome);
	return ERR_NONE;
}

/* What the worker's own method answered; an answer of ours where it only says that it is done. */
static enum err write_workers_answer(struct rpc_call *call, const struct control_order *order,
				     const struct control_outcome *outcome, struct buf *result)
{
	struct json *answer = NULL;
	const struct json *inner;
	enum err err = ERR_NONE;

	if (!outcome->queued)
		err = json_parse(buf_string(&outcome->result), outcome->result.len, &answer, call->why);
	if (err != ERR_NONE)
		return ERR_WORKER_FAILED;
	inner = json_get(answer, "result");
	if (!outcome->queued && !json_is_true(json_get(answer, "success"))) {
		const char *sentence = json_text(json_get(answer, "error"));

		err = reason_set(call->why, ERR_WORKER_FAILED, "%s: %.200s", order->node,
				 sentence ? sentence : "the worker failed");
	} else if (inner && !json_is_null(inner)) {
		json_write(result, inner);
	} else {
		control_write_answer(order, outcome, result);
	}
	json_free(answer);
	return err;
}

/* A method of the worker's reporter. Without a worker_id it is the coordinator's own. */
static enum err ask_reporter(struct rpc_call *call, struct control_order *order, struct buf *result)
{
	struct control_outcome outcome = {.queued = false};
	enum err err;

	order->node = ID_COORDINATOR;
	err = optional_text(call, "worker_id", &order->node);
	if (err == ERR_NONE)
		err = run_order(call, order, &outcome);
	if (err != ERR_NONE)
		return err;
	err = write_workers_answer(call, order, &outcome, result);
	control_outcome_free(&outcome);
	return err;
}

static enum err reporter_get_stats(struct rpc_call *call, struct buf *result)
{
	const char *node = ID_COORDINATOR;
	struct control_order order = {.method = "metrics_reporter.get_stats", .only_asks = true};
	struct buf params = {0};
	bool told = false;
	enum err err = optional_text(call, "worker_id", &node);

	/* One that comes by cron cannot be asked, but tells with each report. */
	if (err == ERR_NONE)
		err = dashboard_reporter_of_cron(store_of(call), node, result, &told, call->why);
	if (err != ERR_NONE || told)
		return err;
	buf_text(&params, "{}");
	order.params = &params;
	err = ask_reporter(call, &order, result);
	buf_free(&params);
	return err;
}

static enum err reporter_control(struct rpc_call *call, struct buf *result)
{
	static const char *const ACTIONS[] = {"start", "stop", "status", "report_now"};
	struct control_order order = {.method = "metrics_reporter.control_reporter"};
	const char *action = NULL;
	struct buf params = {0};
	struct json_out json = {.buf = &params};
	enum err err = need_text(call, "action", &action);

	if (err != ERR_NONE)
		return err;
	err = reason_set(call->why, ERR_INVALID, "action must be start, stop, status or report_now");
	for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(*ACTIONS); i++)
		if (strcmp(action, ACTIONS[i]) == 0)
			err = ERR_NONE;
	if (err != ERR_NONE)
		return err;
	order.only_asks = strcmp(action, "status") == 0;
	json_open(&json, '{');
	json_put_text(&json, "action", action);
	json_close(&json, '}');
	order.params = &params;
	err = ask_reporter(call, &order, result);
	buf_free(&params);
	return err;
}

static enum err reporter_set_interval(struct rpc_call *call, struct buf *result)
{
	struct control_order order = {.method = "metrics_reporter.set_interval"};
	const struct json *given = json_get(call->params, "interval");
	struct buf params = {0};
	struct json_out json = {.buf = &params};
	int64_t interval_s = 0;
	enum err err = ERR_NONE;

	if (!given)
		return reason_set(call->why, ERR_INVALID, "interval is missing");
	if (!json_is_null(given))
		err = json_need_integer(call->params, "", "interval", LIMIT_INTERVAL_MIN_S,
					LIMIT_INTERVAL_MAX_S, &interval_s, call->why);
	if (err != ERR_NONE)
		return err;
	json_open(&json, '{');
	json_put_value(&json, "interval", given);
	json_close(&json, '}');
	order.params = &params;
	err = ask_reporter(call, &order, result);
	buf_free(&params);
	return err;
}

static enum err get_logs(struct rpc_call *call, struct buf *result)
{
	struct logbook_question question = {.limit = LOGBOOK_LIMIT_DEFAULT};
	enum err err = optional_text(call, "node_id", &question.node_id);

	if (err == ERR_NONE)
		err = optional_text(call, "level", &question.level);
	if (err == ERR_NONE)
		err = optional_text(call, "logger_name", &question.logger_name);
	if (err == ERR_NONE)
		err = optional_text(call, "q", &question.q);
	if (err == ERR_NONE)
		err = json_optional_integer(call->params, "", "limit", 1, LOGBOOK_LIMIT_MAX, &question.limit,
					    call->why);
	if (err == ERR_NONE)
		err = json_optional_integer(call->params, "", "offset", 0, LOGBOOK_OFFSET_MAX,
					    &question.offset, call->why);
	return err == ERR_NONE ? logbook_find(store_of(call), &question, result, call->why) : err;
}

static enum err get_log_sources(struct rpc_call *call, struct buf *result)
{
	return logbook_sources(store_of(call), result);
}

static enum err clear_logs(struct rpc_call *call, struct buf *result)
{
	const char *node = NULL;
	enum err err = optional_text(call, "node_id", &node);

	if (err == ERR_NONE)
		err = logbook_clear(store_of(call), node, result, call->why);
	if (err == ERR_NONE)
		note(call, "logs.clear", node);
	return err;
}

static enum err log_stats(struct rpc_call *call, struct buf *result)
{
	return logbook_stats(store_of(call), result);
}

/* Every service that has a method here runs on the coordinator. */
static enum err list_services(struct rpc_call *call, struct buf *result)
{
	struct json_out json = {.buf = result};

	(void)call;
	json_open(&json, '[');
	for (size_t i = 0; i < RPC_METHODS_COUNT; i++)
		if (!i || strcmp(RPC_METHODS[i].service, RPC_METHODS[i - 1].service) != 0)
			json_put_text(&json, NULL, RPC_METHODS[i].service);
	json_close(&json, ']');
	return ERR_NONE;
}

/* A service's methods stand together. */
const struct rpc_method RPC_METHODS[] = {
	/* clang-format off */
	{"metrics_dashboard", "get_cluster_metrics",   ROLE_VIEWER,   {NULL},                                     get_cluster_metrics},
	{"metrics_dashboard", "get_dashboard_stats",   ROLE_VIEWER,   {NULL},                                     get_dashboard_stats},
	{"metrics_dashboard", "get_cluster_services",  ROLE_VIEWER,   {NULL},                                     get_cluster_services},
	{"metrics_dashboard", "get_metrics_history",   ROLE_VIEWER,   {"node_id", "limit"},                       get_metrics_history},
	{"metrics_dashboard", "control_service",       ROLE_OPERATOR, {"worker_id", "service_name", "action"},    control_service},
	{"metrics_dashboard", "clear_metrics_history", ROLE_OPERATOR, {"node_id"},                                clear_metrics_history},
	{"log_collector",     "get_logs",              ROLE_VIEWER,   {"node_id", "level", "logger_name", "q", "limit", "offset"}, get_logs},
	{"log_collector",     "get_log_sources",       ROLE_VIEWER,   {NULL},                                     get_log_sources},
	{"log_collector",     "clear_logs",            ROLE_OPERATOR, {"node_id"},                                clear_logs},
	{"log_collector",     "get_stats",             ROLE_VIEWER,   {NULL},                                     log_stats},
	{"metrics_reporter",  "get_stats",             ROLE_VIEWER,   {"worker_id"},                              reporter_get_stats},
	{"metrics_reporter",  "control_reporter",      ROLE_OPERATOR, {"worker_id", "action"},                    reporter_control},
	{"metrics_reporter",  "set_interval",          ROLE_OPERATOR, {"worker_id", "interval"},                  reporter_set_interval},
	{"system",            "list_services",         ROLE_VIEWER,   {NULL},                                     list_services},
	/* clang-format on */
};

const size_t RPC_METHODS_COUNT = sizeof(RPC_METHODS) / sizeof(*RPC_METHODS);
