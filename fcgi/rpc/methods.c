/*
 * The methods, section "RPC" of docs/PROTOCOL.md: each takes its params and calls what REST calls, so both
 * say the same. A method that changes something is written to the audit under the name that REST's call has
 * there.
 */
#include "common/limits.h"
#include "fcgi/model/audits.h"
#include "fcgi/model/logbook.h"
#include "fcgi/model/overview.h"
#include "fcgi/rpc/reporter.h"

#include <string.h>

static void note(const struct rpc_call *call, const char *action, const char *node)
{
	audits_write(call->store, &(struct audit_entry){
					  .user = call->caller->session->subject,
					  .address = call->caller->address,
					  .action = action,
					  .node = node,
					  .result = "succeeded",
				  });
}

static enum err get_cluster_services(struct store *store, struct buf *result)
{
	return overview_services(store, NULL, result);
}

static enum err get_metrics_history(struct rpc_call *call, struct buf *result)
{
	int64_t limit = OVERVIEW_HISTORY_DEFAULT;
	const char *node = NULL;
	enum err err = json_need_text(call->params, "", "node_id", LIMIT_NAME, &node, call->why);

	if (err != ERR_NONE)
		return err;
	err = json_optional_integer(call->params, "", "limit", 1, LIMIT_HISTORY_POINTS, &limit, call->why);
	if (err != ERR_NONE)
		return err;
	return overview_history(call->store, node, (int)limit, result, call->why);
}

static enum err clear_metrics_history(struct rpc_call *call, struct buf *result)
{
	const char *node = NULL;
	enum err err = json_optional_text(call->params, "", "node_id", LIMIT_NAME, &node, call->why);

	if (err != ERR_NONE)
		return err;
	err = overview_clear_history(call->store, node, result, call->why);
	if (err != ERR_NONE)
		return err;
	note(call, "history.clear", node);
	return ERR_NONE;
}

static enum err control_service(struct rpc_call *call, struct buf *result)
{
	struct command_outcome outcome;
	struct command_order order = {.node = NULL};
	enum err err = json_need_text(call->params, "", "worker_id", LIMIT_NAME, &order.node, call->why);

	if (err != ERR_NONE)
		return err;
	err = json_need_text(call->params, "", "service_name", LIMIT_NAME, &order.service_name, call->why);
	if (err != ERR_NONE)
		return err;
	err = json_need_text(call->params, "", "action", LIMIT_NAME, &order.action, call->why);
	if (err != ERR_NONE)
		return err;
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

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		enum err err = json_optional_text(call->params, "", texts[i].name, LIMIT_NAME, texts[i].out,
						  call->why);

		if (err != ERR_NONE)
			return err;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		enum err err = json_optional_integer(call->params, "", numbers[i].name, numbers[i].min,
						     numbers[i].max, numbers[i].out, call->why);

		if (err != ERR_NONE)
			return err;
	}
	return logbook_find(call->caller->context, call->caller->session->subject, &question, result,
			    call->why);
}

static enum err clear_logs(struct rpc_call *call, struct buf *result)
{
	const char *node = NULL;
	enum err err = json_optional_text(call->params, "", "node_id", LIMIT_NAME, &node, call->why);

	if (err != ERR_NONE)
		return err;
	err = logbook_clear(call->store, node, result, call->why);
	if (err != ERR_NONE)
		return err;
	note(call, "logs.clear", node);
	return ERR_NONE;
}

/* Every service that has a method here runs on the coordinator; a service's methods stand together. */
static enum err list_services(struct store *store, struct buf *result)
{
	struct json_out json = {.buf = result};

	(void)store;
	json_open(&json, '[');
	for (size_t i = 0; i < RPC_METHODS_COUNT; i++)
		if (!i || strcmp(RPC_METHODS[i].service, RPC_METHODS[i - 1].service) != 0)
			json_put_text(&json, NULL, RPC_METHODS[i].service);
	json_close(&json, ']');
	return ERR_NONE;
}

const struct rpc_method RPC_METHODS[] = {
	/* clang-format off */
	{"metrics_dashboard", "get_cluster_metrics",   ROLE_VIEWER,   {NULL},                                     .read = overview_metrics},
	{"metrics_dashboard", "get_dashboard_stats",   ROLE_VIEWER,   {NULL},                                     .read = overview_stats},
	{"metrics_dashboard", "get_cluster_services",  ROLE_VIEWER,   {NULL},                                     .read = get_cluster_services},
	{"metrics_dashboard", "get_metrics_history",   ROLE_VIEWER,   {"node_id", "limit"},                       .run = get_metrics_history},
	{"metrics_dashboard", "control_service",       ROLE_OPERATOR, {"worker_id", "service_name", "action"},    .run = control_service},
	{"metrics_dashboard", "clear_metrics_history", ROLE_OPERATOR, {"node_id"},                                .run = clear_metrics_history},
	{"log_collector",     "get_logs",              ROLE_VIEWER,   {"node_id", "level", "logger_name", "q", "limit", "offset",
	                                                                   "after", "before", "since", "order"},   .run = get_logs},
	{"log_collector",     "get_log_sources",       ROLE_VIEWER,   {NULL},                                     .read = logbook_sources},
	{"log_collector",     "clear_logs",            ROLE_OPERATOR, {"node_id"},                                .run = clear_logs},
	{"log_collector",     "get_stats",             ROLE_VIEWER,   {NULL},                                     .read = logbook_stats},
	{"metrics_reporter",  "get_stats",             ROLE_VIEWER,   {"worker_id"},                              .run = rpc_reporter_get_stats},
	{"metrics_reporter",  "control_reporter",      ROLE_OPERATOR, {"worker_id", "action"},                    .run = rpc_reporter_control},
	{"metrics_reporter",  "set_interval",          ROLE_OPERATOR, {"worker_id", "interval"},                  .run = rpc_reporter_set_interval},
	{"system",            "list_services",         ROLE_VIEWER,   {NULL},                                     .read = list_services},
	/* clang-format on */
};

const size_t RPC_METHODS_COUNT = sizeof(RPC_METHODS) / sizeof(*RPC_METHODS);
