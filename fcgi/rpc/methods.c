/* The methods of the wire contract, section "RPC": each takes its params and calls what REST calls. */
#include "common/limits.h"
#include "common/log.h"
#include "fcgi/model/logbook.h"
#include "fcgi/model/overview.h"
#include "fcgi/rpc/reporter.h"
#include "fcgi/store/audit.h"

#include <string.h>

#define TEXT_MAX 256

static struct store *store_of(const struct rpc_call *call)
{
	return call->caller->context->store;
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
	return overview_metrics(store_of(call), result);
}

static enum err get_dashboard_stats(struct rpc_call *call, struct buf *result)
{
	return overview_stats(store_of(call), result);
}

static enum err get_cluster_services(struct rpc_call *call, struct buf *result)
{
	return overview_services(store_of(call), NULL, result);
}

static enum err get_metrics_history(struct rpc_call *call, struct buf *result)
{
	int64_t limit = OVERVIEW_HISTORY_DEFAULT;
	const char *node = NULL;
	enum err err = need_text(call, "node_id", &node);

	if (err == ERR_NONE)
		err = json_optional_integer(call->params, "", "limit", 1, LIMIT_HISTORY_POINTS, &limit,
					    call->why);
	return err == ERR_NONE ? overview_history(store_of(call), node, (int)limit, result, call->why) : err;
}

static enum err clear_metrics_history(struct rpc_call *call, struct buf *result)
{
	const char *node = NULL;
	enum err err = optional_text(call, "node_id", &node);

	if (err == ERR_NONE)
		err = overview_clear_history(store_of(call), node, result, call->why);
	if (err == ERR_NONE)
		note(call, "history.clear", node);
	return err;
}

static enum err control_service(struct rpc_call *call, struct buf *result)
{
	struct command_outcome outcome = {.queued = false};
	struct command_order order = {.node = NULL};
	enum err err = need_text(call, "worker_id", &order.node);

	if (err == ERR_NONE)
		err = need_text(call, "service_name", &order.service_name);
	if (err == ERR_NONE)
		err = need_text(call, "action", &order.action);
	if (err == ERR_NONE)
		err = rpc_run_order(call, &order, &outcome);
	if (err != ERR_NONE)
		return err;
	command_write_answer(&order, &outcome, result);
	command_outcome_free(&outcome);
	return ERR_NONE;
}

static enum err get_logs(struct rpc_call *call, struct buf *result)
{
	struct logbook_question question = {.limit = LOGBOOK_LIMIT_DEFAULT};
	const struct {
		const char *name, **out;
	} texts[] = {
		{"node_id", &question.node_id},
		{"level", &question.level},
		{"logger_name", &question.logger_name},
		{"q", &question.q},
		{"since", &question.since},
		{"order", &question.order},
	};
	const struct {
		const char *name;
		int64_t min, max, *out;
	} numbers[] = {
		{"limit", 1, LOGBOOK_LIMIT_MAX, &question.limit},
		{"offset", 0, LOGBOOK_OFFSET_MAX, &question.offset},
		{"after", 0, LOGBOOK_SEQ_MAX, &question.after},
		{"before", 0, LOGBOOK_SEQ_MAX, &question.before},
	};
	enum err err = ERR_NONE;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) && err == ERR_NONE; i++)
		err = optional_text(call, texts[i].name, texts[i].out);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers) && err == ERR_NONE; i++)
		err = json_optional_integer(call->params, "", numbers[i].name, numbers[i].min, numbers[i].max,
					    numbers[i].out, call->why);
	if (err != ERR_NONE)
		return err;
	return logbook_find(call->caller->context, call->caller->session->subject, &question, result,
			    call->why);
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
	{"log_collector",     "get_logs",              ROLE_VIEWER,   {"node_id", "level", "logger_name", "q", "limit", "offset",
	                                                                   "after", "before", "since", "order"},   get_logs},
	{"log_collector",     "get_log_sources",       ROLE_VIEWER,   {NULL},                                     get_log_sources},
	{"log_collector",     "clear_logs",            ROLE_OPERATOR, {"node_id"},                                clear_logs},
	{"log_collector",     "get_stats",             ROLE_VIEWER,   {NULL},                                     log_stats},
	{"metrics_reporter",  "get_stats",             ROLE_VIEWER,   {"worker_id"},                              rpc_reporter_get_stats},
	{"metrics_reporter",  "control_reporter",      ROLE_OPERATOR, {"worker_id", "action"},                    rpc_reporter_control},
	{"metrics_reporter",  "set_interval",          ROLE_OPERATOR, {"worker_id", "interval"},                  rpc_reporter_set_interval},
	{"system",            "list_services",         ROLE_VIEWER,   {NULL},                                     list_services},
	/* clang-format on */
};

const size_t RPC_METHODS_COUNT = sizeof(RPC_METHODS) / sizeof(*RPC_METHODS);
